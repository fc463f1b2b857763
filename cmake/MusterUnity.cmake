# muster_unite(TARGET): where MUSTER_UNITY is on, the target's sources are compiled some at a time, so
# that the headers they share are read once for all of them. Names that two sources have for themselves come together then, and
# what is declared twice doesn't compile; what hides something in another source is no fault.
function(muster_unite target)
  if(NOT MUSTER_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  target_compile_options(${target} PRIVATE
    -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endfunction()

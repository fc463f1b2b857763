# Strategy: the sources of a layer see its own headers and those of the layers before it, and no
# others, as each layer's headers are reached through a directory of links of its own. So an include
# of a higher layer does not compile.

# The layers of the library so far, lowest first.
define_property(GLOBAL PROPERTY MUSTER_LAYERS)

# muster_layer(NAME PUBLIC_HEADERS names… SOURCES files… [LIBRARIES targets…])
# The layer in the current directory, src/NAME, with the headers of include/muster that belong to
# it. Its objects go into the library `muster`, or with SEPARATE into a library of their own, which
# is not a part of it. EACH source is compiled by itself even where others are united.
function(muster_layer name)
  cmake_parse_arguments(arg "SEPARATE;EACH" "" "PUBLIC_HEADERS;SOURCES;LIBRARIES" ${ARGN})
  set(view "${PROJECT_BINARY_DIR}/layers/${name}")
  file(REMOVE_RECURSE "${view}")
  file(MAKE_DIRECTORY "${view}/muster/detail" "${view}/muster/probe")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${view}/${name}" SYMBOLIC)
  foreach(header IN LISTS arg_PUBLIC_HEADERS)
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/include/muster/${header}.hpp"
      "${view}/muster/${header}.hpp" SYMBOLIC)
  endforeach()

  get_property(lower GLOBAL PROPERTY MUSTER_LAYERS)
  set(views ${lower})
  list(TRANSFORM views PREPEND "${PROJECT_BINARY_DIR}/layers/")
  if(arg_SEPARATE)
    add_library(muster_${name}_layer STATIC ${arg_SOURCES})
    target_link_libraries(muster_${name}_layer PUBLIC muster::muster)
  else()
    add_library(muster_${name}_layer OBJECT ${arg_SOURCES})
    target_sources(muster PRIVATE $<TARGET_OBJECTS:muster_${name}_layer>)
    set_property(GLOBAL APPEND PROPERTY MUSTER_LAYERS ${name})
  endif()
  muster_target(muster_${name}_layer)
  target_include_directories(muster_${name}_layer PRIVATE "${view}" ${views})
  target_compile_definitions(muster_${name}_layer PRIVATE ${muster_public_definitions})
  target_link_libraries(muster_${name}_layer PRIVATE ${muster_libraries} ${arg_LIBRARIES})
  if(MUSTER_PRECOMPILE STREQUAL "all")
    muster_precompile(muster_${name}_layer common)
  endif()
  if(NOT arg_EACH)
    muster_unite(muster_${name}_layer)
  endif()
endfunction()

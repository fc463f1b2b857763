# Strategy: every target of this project, library, command, test or benchmark, gets its language
# level, warnings, sanitizers and link-time optimisation from this one function.
if(MUSTER_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT muster_ipo OUTPUT muster_ipo_why LANGUAGES CXX)
  if(NOT muster_ipo)
    message(STATUS "no link-time optimisation: ${muster_ipo_why}")
  endif()
endif()

function(muster_target name)
  target_compile_features(${name} PUBLIC cxx_std_20)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${name} PRIVATE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
 -Wold-style-cast>)
  # GCC takes it for a mismatch when it inlines one of a class's own pair of operators and not the
  # other, as of Asio's coroutine frames; AddressSanitizer finds real ones.
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-mismatched-new-delete>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
    target_compile_definitions(${name} PUBLIC ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
  endif()
  if(MUSTER_WARNINGS_AS_ERRORS)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
  endif()
  if(MUSTER_SANITIZE)
    # Without the check of virtual calls: before it says which type an object has it opens a pipe, so
    # that it calls every object false once descriptors are used up, as they are in tests.
    # AddressSanitizer finds objects that are no more.
    # GCC warns of variables and sizes that its own instrumentation has made it lose sight of.
    target_compile_options(${name} PRIVATE -fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all
      -fno-sanitize=vptr
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-array-bounds>)
    target_link_options(${name} PUBLIC -fsanitize=${MUSTER_SANITIZE})
    # Else a million addresses in what describes the checks are put right at each start, which takes
    # longer than most tests of the command.
    get_target_property(kind ${name} TYPE)
    if(kind STREQUAL "EXECUTABLE")
      target_link_options(${name} PRIVATE -no-pie)
    endif()
  endif()
  if(MUSTER_LTO AND muster_ipo)
    set_target_properties(${name} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

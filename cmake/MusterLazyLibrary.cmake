# Strategy: a library that only some runs need is not linked against, but loaded by its SONAME when a
# function of it is first called (src/core/lazy_library.hpp). The SONAME is that of the library which
# was found, so what is loaded has the interface of the headers that were compiled. On Debian, the
# package that has it is known, too, and told to whoever lacks it.

# muster_lazy_library(NAME TARGET FEATURE word DESCRIPTION text)
# A library `muster_lazy_NAME` for the layer whose code calls it: it has the headers of the imported
# TARGET, and `lazy/NAME.hpp`, which declares `muster::lazy::NAME`. FEATURE and DESCRIPTION say to
# packagers what it is loaded for.
function(muster_lazy_library name target)
  cmake_parse_arguments(arg "" "FEATURE;DESCRIPTION" "" ${ARGN})
  get_target_property(file ${target} LOCATION)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env LC_ALL=C "${CMAKE_OBJDUMP}" -p "${file}"
    OUTPUT_VARIABLE headers ERROR_QUIET)
  if(NOT headers MATCHES "SONAME +([^ \n]+)")
    message(FATAL_ERROR "${file} is no shared library with a SONAME, by which it could be loaded")
  endif()
  set(soname "${CMAKE_MATCH_1}")
  set(package "")
  find_program(MUSTER_DPKG_QUERY dpkg-query)
  mark_as_advanced(MUSTER_DPKG_QUERY)
  if(MUSTER_DPKG_QUERY)
    # The package may know its directory by another path, as /lib.
    get_filename_component(directory "${file}" DIRECTORY)
    get_filename_component(directory "${directory}" NAME)
    execute_process(COMMAND "${MUSTER_DPKG_QUERY}" -S "*/${directory}/${soname}"
      OUTPUT_VARIABLE owner ERROR_QUIET)
    if(owner MATCHES "^([a-z0-9.+-]+)[:,]")
      set(package "${CMAKE_MATCH_1}")
    endif()
  endif()

  set(made "${PROJECT_BINARY_DIR}/lazy_libraries")
  file(CONFIGURE OUTPUT "${made}/lazy/${name}.hpp" CONTENT
"// Made by cmake/MusterLazyLibrary.cmake.
#pragma once

#include \"core/lazy_library.hpp\"

namespace muster::lazy {

/// @arg_DESCRIPTION@.
extern const lazy_library @name@;

}  // namespace muster::lazy
" @ONLY)
  set(note "[{\"soname\":[\"${soname}\"],\"feature\":\"${arg_FEATURE}\"")
  string(APPEND note ",\"description\":\"${arg_DESCRIPTION}\",\"priority\":\"recommended\"}]")
  string(LENGTH "${note}" note_bytes)
  math(EXPR note_bytes "${note_bytes} + 1")
  file(CONFIGURE OUTPUT "${made}/lazy/${name}.cpp" CONTENT
"// Made by cmake/MusterLazyLibrary.cmake.
#include \"lazy/@name@.hpp\"

namespace muster::lazy {

constexpr lazy_library @name@{\"@soname@\", \"@package@\"};

[[gnu::section(\".note.dlopen\"), gnu::used]] alignas(4) static constexpr dlopen_note<@note_bytes@> note{
    .description = R\"(@note@)\"};

}  // namespace muster::lazy
" @ONLY)
  add_library(muster_lazy_${name} INTERFACE)
  target_sources(muster_lazy_${name} INTERFACE "${made}/lazy/${name}.cpp")
  set_source_files_properties("${made}/lazy/${name}.cpp" PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
  target_include_directories(muster_lazy_${name} INTERFACE "${made}")
  target_include_directories(muster_lazy_${name} SYSTEM INTERFACE
    $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
endfunction()

# Finds llhttp, the HTTP/1 parser of Node.js. Newer Debian releases package a library (libllhttp-dev);
# Debian 12 ships the generated C sources (node-llhttp). Defines Llhttp::llhttp if there is a library,
# else Llhttp_SOURCES and Llhttp_INCLUDE_DIR, to be compiled in.
find_path(Llhttp_INCLUDE_DIR NAMES llhttp.h PATH_SUFFIXES llhttp PATHS /usr/share/include)
find_library(Llhttp_LIBRARY NAMES llhttp)
find_path(Llhttp_SOURCE_DIR NAMES llhttp.c PATHS /usr/share/llhttp /usr/share/nodejs/llhttp)
if(Llhttp_LIBRARY)
  set(Llhttp_WHERE "${Llhttp_LIBRARY}")
elseif(Llhttp_SOURCE_DIR)
  set(Llhttp_WHERE "${Llhttp_SOURCE_DIR}")
  set(Llhttp_SOURCES "${Llhttp_SOURCE_DIR}/llhttp.c" "${Llhttp_SOURCE_DIR}/api.c"
    "${Llhttp_SOURCE_DIR}/http.c")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Llhttp REQUIRED_VARS Llhttp_WHERE Llhttp_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "on Debian 12: apt-get install node-llhttp, later libllhttp-dev")
mark_as_advanced(Llhttp_INCLUDE_DIR Llhttp_LIBRARY Llhttp_SOURCE_DIR)
if(Llhttp_FOUND AND Llhttp_LIBRARY AND NOT TARGET Llhttp::llhttp)
  add_library(Llhttp::llhttp UNKNOWN IMPORTED)
  set_target_properties(Llhttp::llhttp PROPERTIES
    IMPORTED_LOCATION "${Llhttp_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Llhttp_INCLUDE_DIR}")
endif()

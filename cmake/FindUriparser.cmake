# Finds uriparser, the RFC 3986 parser. Defines Uriparser::uriparser.
find_path(Uriparser_INCLUDE_DIR NAMES uriparser/Uri.h)
find_library(Uriparser_LIBRARY NAMES uriparser)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Uriparser REQUIRED_VARS Uriparser_LIBRARY Uriparser_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "on Debian: apt-get install liburiparser-dev")
mark_as_advanced(Uriparser_INCLUDE_DIR Uriparser_LIBRARY)
if(Uriparser_FOUND AND NOT TARGET Uriparser::uriparser)
  add_library(Uriparser::uriparser UNKNOWN IMPORTED)
  set_target_properties(Uriparser::uriparser PROPERTIES
    IMPORTED_LOCATION "${Uriparser_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Uriparser_INCLUDE_DIR}")
endif()

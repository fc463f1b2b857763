# What `cmake --install` puts where, so that find_package(muster) finds muster::muster.
include(CMakePackageConfigHelpers)

set(muster_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/muster")

# An archive of nothing but link-time-optimisation code would force the same compiler and the same
# option on every user; with both kinds of code in it, anyone can link it.
if(MUSTER_LTO AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  get_property(muster_layers GLOBAL PROPERTY MUSTER_LAYERS)
  foreach(layer IN LISTS muster_layers)
    target_compile_options(muster_${layer}_layer PRIVATE -ffat-lto-objects)
  endforeach()
endif()

install(TARGETS muster EXPORT musterTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/muster"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(EXPORT musterTargets NAMESPACE muster:: DESTINATION "${muster_package_dir}")

# A static library passes its own libraries on to whoever links it, so the package finds them again,
# with the modules that found them here. Those that are loaded when they are needed are not linked.
set(muster_modules FindAsio.cmake FindCAres.cmake FindRE2.cmake FindUriparser.cmake)
list(TRANSFORM muster_modules PREPEND "${PROJECT_SOURCE_DIR}/cmake/")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/musterConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/musterConfig.cmake" INSTALL_DESTINATION "${muster_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/musterConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES ${muster_modules}
  "${PROJECT_BINARY_DIR}/musterConfig.cmake"
  "${PROJECT_BINARY_DIR}/musterConfigVersion.cmake"
  DESTINATION "${muster_package_dir}")

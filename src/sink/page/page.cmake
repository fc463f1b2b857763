# The page of the HTML format is kept as the files that it is made of, and put together here.
set(page_files page.html page.css hilbert.js page_data.js map_cells.js map_part.js page_map.js
    page_table.js page.js)
list(TRANSFORM page_files PREPEND "${CMAKE_CURRENT_LIST_DIR}/")
set(page_source "${CMAKE_CURRENT_BINARY_DIR}/page_template.cpp")
set(page_script "${PROJECT_SOURCE_DIR}/cmake/EmbedPage.cmake")
add_custom_command(
  OUTPUT "${page_source}"
  COMMAND "${CMAKE_COMMAND}" "-DPAGE_DIR=${CMAKE_CURRENT_LIST_DIR}" "-DOUTPUT=${page_source}"
          -P "${page_script}"
  DEPENDS ${page_files} "${page_script}"
  COMMENT "Putting the HTML page together"
  VERBATIM)
target_sources(muster_sink_layer PRIVATE "${page_source}")

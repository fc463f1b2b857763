# Strategy: most of the time that a source takes to compile goes into the headers of Asio, fmt and the
# standard library. Where MUSTER_PRECOMPILE says so they are compiled once, for all targets with the
# same flags. A source that forgets one of them still compiles then, so there is always a preset that
# builds what users get without this.

# muster_precompiled(NAME headers… [OPTIONS flags…] [LIBRARIES targets…])
# A set of headers that `muster_precompile` can give to targets with these flags.
function(muster_precompiled name)
  cmake_parse_arguments(arg "" "" "OPTIONS;LIBRARIES" ${ARGN})
  set(source "${PROJECT_BINARY_DIR}/precompiled_${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Has the headers of its target compiled.\n")
  add_library(muster_precompiled_${name} OBJECT "${source}")
  muster_target(muster_precompiled_${name})
  target_compile_definitions(muster_precompiled_${name} PRIVATE ${muster_public_definitions})
  target_compile_options(muster_precompiled_${name} PRIVATE ${arg_OPTIONS})
  target_link_libraries(muster_precompiled_${name} PRIVATE ${muster_public_libraries} ${arg_LIBRARIES})
  target_precompile_headers(muster_precompiled_${name} PRIVATE ${arg_UNPARSED_ARGUMENTS})
  muster_precompile_options(muster_precompiled_${name})
endfunction()

function(muster_precompile_options target)
  # So that ccache sees what is in them.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endfunction()

# muster_precompile(TARGET SET): the target's sources begin with the headers of this set.
function(muster_precompile target set)
  target_precompile_headers(${target} REUSE_FROM muster_precompiled_${set})
  muster_precompile_options(${target})
endfunction()

set(muster_common_headers
  <algorithm> <array> <chrono> <charconv> <cstdint> <deque> <filesystem> <functional> <map> <memory> <optional>
  <set> <string> <string_view> <system_error> <unordered_map> <utility> <variant> <vector>
  <asio/awaitable.hpp> <asio/bind_cancellation_slot.hpp> <asio/co_spawn.hpp> <asio/io_context.hpp> <asio/post.hpp>
  <asio/steady_timer.hpp> <asio/use_awaitable.hpp> <fmt/format.h>)

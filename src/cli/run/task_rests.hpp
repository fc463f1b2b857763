#pragma once

#include "core/spool.hpp"
#include "muster/process.hpp"
#include "muster/task.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <system_error>
#include <unordered_map>

namespace muster {

/// What tasks wrote beyond what their results keep, in a file, until it is delivered: so that an
/// output reaches whoever asked for it whole, and memory stays flat.
class task_rests {
 public:
  using taker = std::function<void(std::string_view)>;

  void add(std::uint64_t task, process_stream stream, std::string_view bytes);
  /// Hands out all that a task wrote to a stream, in pieces: what its result keeps, and the rest.
  void whole(const task_result& result, process_stream stream, const taker& take);
  /// The same of what its result does not keep.
  void rest(std::uint64_t task, process_stream stream, const taker& take);
  void drop(std::uint64_t task);
  /// Why something could not be kept or read again, if so.
  std::error_code error() const { return spool_.error(); }

 private:
  spool spool_;
  std::unordered_map<std::uint64_t, std::array<spool::text, 2>> tasks_;
};

}  // namespace muster

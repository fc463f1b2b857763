#pragma once

#include "core/spool.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <system_error>

namespace muster {

/// Bytes that a reader has not taken yet, in their order: the first of them, and the last until
/// there are many, in memory; what is between in a file, as long as there is room for it.
class waiting_bytes {
 public:
  /// Adds what `bytes` holds, and empties it.
  void add(std::string& bytes);
  bool empty() const { return size() == 0; }
  std::uint64_t size() const { return front().size() + kept_ + last_.size(); }
  /// The first of them; none only when there are none at all, or they can't be read again.
  std::string_view front() const { return std::string_view{first_}.substr(taken_); }
  /// The first so many of `front` were taken.
  void take(std::size_t bytes);
  /// Forgets all of them.
  void clear();
  /// Why some could not be read again, if so.
  std::error_code error() const { return error_; }

 private:
  void refill();

  std::string first_;
  std::size_t taken_ = 0;  // of the first
  std::deque<spool::text> middle_;
  std::uint64_t kept_ = 0;  // bytes of these
  std::string last_;
  spool spool_;
  std::error_code error_;
};

}  // namespace muster

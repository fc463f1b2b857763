#pragma once

#include "codec/hosts_table.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace muster {

/// A hosts file, read when it is first asked for and again whenever it has changed.
class hosts_file {
 public:
  explicit hosts_file(std::string path) : path_{std::move(path)} {}

  using time_point = std::chrono::steady_clock::time_point;

  /// What the file says now, or said less than `look_pause` before. A file that is not there, or is
  /// no regular file, says nothing; one that can't be read for want of a descriptor, what it said.
  const codec::hosts_table& table(time_point now);

  /// To ask the kernel for each name whether the file has changed would be a tenth of a lookup.
  static constexpr std::chrono::milliseconds look_pause{100};

  /// What is beyond is not read.
  static constexpr std::size_t bytes_max = 64 * 1024 * 1024;

 private:
  std::string path_;
  codec::hosts_table table_;
  std::optional<time_point> looked_;
  struct stat seen_ {};  // as the file was when it was read; all 0 for none
};

}  // namespace muster

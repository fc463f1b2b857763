#pragma once

#include "codec/hosts_table.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include <sys/stat.h>

namespace muster {

/// A hosts file, read when it is first asked for and again whenever it has changed.
class hosts_file {
 public:
  explicit hosts_file(std::string path) : path_{std::move(path)} {}

  /// What the file says now; one system call where it is as it was. A file that is not there, or is
  /// no regular file, says nothing; one that can't be read for want of a descriptor, what it said.
  const codec::hosts_table& table();

  /// What is beyond is not read.
  static constexpr std::size_t bytes_max = 64 * 1024 * 1024;

 private:
  std::string path_;
  codec::hosts_table table_;
  struct stat seen_ {};  // as the file was when it was read; all 0 for none
};

}  // namespace muster

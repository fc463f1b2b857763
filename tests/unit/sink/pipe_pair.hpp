#pragma once

#include "support/catch.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace muster::test {

/// A pipe; each end is closed once.
struct pipe_pair {
  int read_end = -1;
  int write_end = -1;
  pipe_pair() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close_read();
    close_write();
  }
  /// All that is written until the last writer closes its end.
  std::string read_all() const {
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t count = 0; (count = ::read(read_end, piece.data(), piece.size())) > 0;) {
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return text;
  }
  void close_read() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
  void close_write() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
};

}  // namespace muster::test

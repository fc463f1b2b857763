#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace muster {

/// Bytes that have to wait, in a file without a name: in TMPDIR, or else /tmp. It is made when the
/// first bytes come, its room is given back as texts are dropped, and it is gone with this process,
/// however that ends.
class spool {
 public:
  /// A text in the spool; empty at first. Its bytes stay until they are dropped.
  class text {
   public:
    std::uint64_t size() const { return bytes_; }

   private:
    friend class spool;
    struct extent {
      std::uint64_t at = 0;
      std::uint64_t bytes = 0;
    };
    std::vector<extent> extents_;
    std::uint64_t bytes_ = 0;
  };

  spool() = default;
  spool(const spool&) = delete;
  spool& operator=(const spool&) = delete;
  ~spool();

  /// Adds bytes to a text. When that fails, `error` says why, and from then on nothing is kept.
  void append(text& to, std::string_view bytes);
  /// Hands out all of a text, in pieces. False when it could not be read.
  bool read(const text& from, const std::function<void(std::string_view)>& take);
  /// Empties a text.
  void drop(text& which);

  /// The first failure; of ENOSPC, the file system is full.
  std::error_code error() const { return error_; }
  /// Where the file is, for messages.
  static std::string directory();

 private:
  bool open();
  void fail(int code);

  int descriptor_ = -1;
  std::uint64_t end_ = 0;   // of the file
  std::uint64_t held_ = 0;  // bytes of all texts
  std::error_code error_;
};

}  // namespace muster

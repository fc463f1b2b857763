#include "store/kept_input.hpp"

#include "core/unnamed_file.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// A file that gets its name when it is complete, if the file system can do that.
class new_file {
 public:
  explicit new_file(const std::string& path) : path_{path} {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("can't replace " + path);
    const std::string directory = std::filesystem::path{path}.parent_path().string();
    descriptor_ = open_unnamed_file(directory, mode);
    if (descriptor_ < 0 && errno == EOPNOTSUPP) {
      named_ = true;
      descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    }
    if (descriptor_ < 0) fail("can't write " + path);
  }
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;
  ~new_file() {
    ::close(descriptor_);
    if (named_ && !complete_) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
      if (put < 0 && errno != EINTR) fail("can't write " + path_);
      if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
    }
  }
  void complete() {
    if (!named_ && !give_name(descriptor_, path_)) fail("can't write " + path_);
    complete_ = true;
  }

 private:
  static constexpr mode_t mode = 0600;
  const std::string& path_;
  int descriptor_ = -1;
  bool named_ = false;
  bool complete_ = false;
};

}  // namespace

std::optional<std::uint64_t> keep_input(int from, const std::string& path,
                                        std::uint64_t bytes_max) {
  new_file file{path};
  std::array<char, 64 * 1024> buffer;
  std::uint64_t bytes = 0;
  for (;;) {
    const ssize_t got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("can't read standard input");
    if (got == 0) break;
    bytes += static_cast<std::uint64_t>(got);
    if (bytes > bytes_max) return std::nullopt;
    file.write({buffer.data(), static_cast<std::size_t>(got)});
  }
  file.complete();
  return bytes;
}

}  // namespace muster

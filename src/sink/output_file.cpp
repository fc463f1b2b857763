#include "core/unnamed_file.hpp"
#include "muster/sink.hpp"
#include "sink/waiting_bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <random>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <climits>
#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {

namespace {

constexpr int patience_ms = 100;
// So often a reader that is to be waited for no longer may still take nothing: a second, as one
// that is only slow, or has no processor just now, is to lose nothing.
constexpr int pardons_max = 10;
// As much as a pipe takes at once, without waiting, whenever it is writable at all.
constexpr std::size_t piece_bytes_max = PIPE_BUF;

int open_for_writing(const std::string& path, int more_flags) {
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | more_flags, 0666);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), path};
  return descriptor;
}

/// The file that a replacement for `path` replaces: what a symbolic link points to, not the link.
std::string place_to_replace(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return path;
    throw std::system_error{errno, std::generic_category(), path};
  }
  int code = 0;
  if (S_ISDIR(about.st_mode)) {
    code = EISDIR;
  } else if (!S_ISREG(about.st_mode)) {
    code = EINVAL;
  } else if (::access(path.c_str(), W_OK) != 0) {
    code = errno;
  }
  if (code != 0) throw std::system_error{code, std::generic_category(), path};
  return std::filesystem::canonical(path).string();
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, slash + 1);
}

/// A hidden name in the same directory, another one each time: whoever was killed may have left a
/// file under any name that can be foretold, and in a container every process has the same number.
std::string name_beside(const std::string& path) {
  const std::string directory = directory_of(path);
  const std::string prefix = directory == "." ? "" : directory;
  // Behind what is always there, a long name is cut, so that any that the path may have fits.
  constexpr std::size_t kept_bytes_max = NAME_MAX - 32;
  std::random_device chance;
  return fmt::format("{}.muster-{:08x}{:08x}-{}", prefix, chance(), chance(),
                     std::filesystem::path{path}.filename().string().substr(0, kept_bytes_max));
}

/// Calls `make`, which returns less than 0 and sets errno when it can't, with such names until
/// there was no file of that name. Returns what it returned last; the name is in `name`.
int make_beside(const std::string& path, std::string& name,
                const std::function<int(const char*)>& make) {
  constexpr int tries_max = 16;
  int made = -1;
  for (int i = 0; i < tries_max; ++i) {
    name = name_beside(path);
    made = make(name.c_str());
    if (made >= 0 || errno != EEXIST) break;
  }
  return made;
}

}  // namespace

output_file::output_file(int descriptor, bool owned) : descriptor_{descriptor}, owned_{owned} {
  struct stat about {};
  may_block_ = ::fstat(descriptor, &about) == 0 && !S_ISREG(about.st_mode);
  if (may_block_ && (S_ISFIFO(about.st_mode) || is_terminal())) {
    // One's own way into it, as what is set on this one others may share.
    const std::string way = fmt::format("/proc/self/fd/{}", descriptor);
    eager_ = ::open(way.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  }
}

output_file output_file::create(const std::string& path) {
  output_file file{open_for_writing(path, O_CREAT), true};
  file.cut_pending_ = !file.may_block_;
  return file;
}

output_file output_file::resume(const std::string& path, std::uint64_t bytes) {
  output_file file{open_for_writing(path, 0), true};
  struct stat about {};
  if (::fstat(file.descriptor_, &about) != 0) {
    throw std::system_error{errno, std::generic_category(), path};
  }
  if (!S_ISREG(about.st_mode)) return file;
  if (static_cast<std::uint64_t>(about.st_size) < bytes) {
    throw std::runtime_error{fmt::format(
        "{} has {} bytes, but {} were written to it; it is not the file that was gone on with",
        path, about.st_size, bytes)};
  }
  const auto end = static_cast<off_t>(bytes);
  if (::lseek(file.descriptor_, end, SEEK_SET) != end) {
    throw std::system_error{errno, std::generic_category(), path};
  }
  file.bytes_ = bytes;
  file.cut_pending_ = true;
  return file;
}

output_file::output_file(int descriptor, std::string place, std::string aside)
    : descriptor_{descriptor}, owned_{true}, place_{std::move(place)}, aside_{std::move(aside)} {}

output_file output_file::create_aside(const std::string& path) {
  const std::string place = place_to_replace(path);
  // Without a name, nothing is left behind however this process ends.
  int descriptor = open_unnamed_file(directory_of(place), 0666);
  std::string aside;
  if (descriptor < 0 && errno == EOPNOTSUPP) {
    descriptor = make_beside(place, aside, [](const char* name) {
      return ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    });
  }
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), path};
  return output_file{descriptor, place, std::move(aside)};
}

output_file::output_file(output_file&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)},
      owned_{std::exchange(other.owned_, false)},
      error_{other.error_},
      bytes_{other.bytes_},
      buffer_{std::exchange(other.buffer_, {})},
      place_{std::exchange(other.place_, {})},
      aside_{std::exchange(other.aside_, {})},
      has_records_{other.has_records_},
      cut_pending_{other.cut_pending_},
      may_block_{other.may_block_},
      waits_{other.waits_},
      eager_{std::exchange(other.eager_, -1)},
      waiting_{std::move(other.waiting_)},
      give_up_{std::move(other.give_up_)} {}

output_file& output_file::operator=(output_file&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  owned_ = std::exchange(other.owned_, false);
  error_ = other.error_;
  bytes_ = other.bytes_;
  buffer_ = std::exchange(other.buffer_, {});
  place_ = std::exchange(other.place_, {});
  aside_ = std::exchange(other.aside_, {});
  has_records_ = other.has_records_;
  cut_pending_ = other.cut_pending_;
  may_block_ = other.may_block_;
  waits_ = other.waits_;
  eager_ = std::exchange(other.eager_, -1);
  waiting_ = std::move(other.waiting_);
  give_up_ = std::move(other.give_up_);
  return *this;
}

output_file::~output_file() { close(); }

void output_file::flush() {
  cut();
  if (may_block_) {
    hand_on(patience_ms);
    return;
  }
  if (!error_ && !buffer_.empty()) {
    if (const int code = write_all(buffer_); code != 0) {
      fail(code);
    } else {
      bytes_ += buffer_.size();
    }
  }
  buffer_.clear();
}

bool output_file::offer() {
  if (may_block_) return hand_on(0);
  flush();
  return true;
}

std::uint64_t output_file::waiting() const {
  return may_block_ ? buffer_.size() + (waiting_ ? waiting_->size() : 0) : 0;
}

void output_file::write_buffer() {
  if (waits_) return flush();
  // Whoever takes nothing is asked again by who offers, not for each record.
  if (waiting_ && !waiting_->empty()) return waiting_->add(buffer_);
  offer();
}

void output_file::fail(int code) {
  error_ = std::error_code{code, std::generic_category()};
  if (waiting_) waiting_->clear();
  buffer_.clear();
}

void output_file::cut() {
  if (!std::exchange(cut_pending_, false)) return;
  if (::ftruncate(descriptor_, static_cast<off_t>(bytes_)) != 0) {
    error_ = std::error_code{errno, std::generic_category()};
  }
}

/// Writes all of `bytes`, in as many pieces as it takes. Returns 0 or an errno value.
int output_file::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    // POSIX leaves a write of 0 bytes without a meaning here; retrying could spin for ever.
    if (count == 0) return EIO;
    if (errno != EINTR) return errno;
  }
  return 0;
}

/// Hands on what waits, and then the buffer, where a reader may take nothing for ever. Waits so
/// long for it each time, where that is not 0, until it is to be given up. True when nothing is
/// left.
bool output_file::hand_on(int patience) {
  if (!waiting_) waiting_ = std::make_unique<waiting_bytes>();
  if (error_) buffer_.clear();
  if (!buffer_.empty()) waiting_->add(buffer_);
  int pardons = 0;
  while (!waiting_->front().empty() && !waiting_->error()) {
    // Where a write may wait, this says whether it would.
    pollfd entry{descriptor_, POLLOUT, 0};
    const bool asks = patience > 0 || eager_ < 0;
    const int ready = asks ? ::poll(&entry, 1, patience) : 1;
    if (ready < 0 && errno != EINTR) {
      fail(errno);
    } else if (ready > 0 && write_some()) {
      pardons = 0;
    } else if (patience == 0 && !error_) {
      return false;
    } else if (ready == 0 && give_up_ && give_up_() && ++pardons == pardons_max) {
      fail(ETIMEDOUT);
    }
  }
  if (waiting_->error()) fail(waiting_->error().value());
  return true;
}

/// Writes as much of what waits as is taken at once; false when that is nothing.
bool output_file::write_some() {
  const std::string_view bytes = waiting_->front();
  const std::size_t piece = eager_ >= 0 ? bytes.size() : std::min(bytes.size(), piece_bytes_max);
  const ssize_t count = ::write(eager_ >= 0 ? eager_ : descriptor_, bytes.data(), piece);
  if (count > 0) {
    waiting_->take(static_cast<std::size_t>(count));
    bytes_ += static_cast<std::uint64_t>(count);
    return true;
  }
  // POSIX leaves a write of 0 bytes without a meaning here; retrying could spin for ever.
  if (count == 0) {
    fail(EIO);
  } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
    // The latter, as whoever shares our standard output may have made it non-blocking.
    fail(errno);
  }
  return false;
}

std::error_code output_file::sync() {
  flush();
  if (error_) return error_;
  // Pipes, terminals and devices know nothing of a disk, and say so with EINVAL or the like.
  while (::fdatasync(descriptor_) != 0) {
    if (errno == EINTR) continue;
    if (errno == EIO || errno == ENOSPC || errno == EDQUOT) {
      error_ = std::error_code{errno, std::generic_category()};
    }
    break;
  }
  return error_;
}

void output_file::commit() {
  flush();
  if (error_ || place_.empty()) return;
  if (aside_.empty()) {
    // A link can't replace a file, so this takes a name of its own for a moment.
    std::string name;
    const int given = make_beside(
        place_, name, [this](const char* free) { return give_name(descriptor_, free) ? 0 : -1; });
    if (given == 0) aside_ = name;
  }
  if (aside_.empty() || ::rename(aside_.c_str(), place_.c_str()) != 0) {
    error_ = std::error_code{errno, std::generic_category()};
    return;
  }
  aside_.clear();
  place_.clear();
}

bool output_file::is_terminal() const { return ::isatty(descriptor_) == 1; }

void output_file::close() {
  if (has_records_ || !cut_pending_) flush();
  if (!aside_.empty()) ::unlink(aside_.c_str());
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
  if (eager_ >= 0) ::close(eager_);
  descriptor_ = eager_ = -1;
  owned_ = false;
}

}  // namespace muster

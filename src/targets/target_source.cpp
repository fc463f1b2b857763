#include "targets/target_source.hpp"

#include "muster/target_stream.hpp"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Takes a line out of `lines`, and what Windows puts at a file's start off the first.
target_source::pull next_of(line_splitter& lines, source_line& line) {
  line.wrong.clear();
  line.error = 0;
  const line_splitter::pull pulled = lines.next(line.text);
  line.number = lines.number();
  if (lines.line_end() == '\n' && line.number == 1 &&
      line.text.substr(0, byte_order_mark.size()) == byte_order_mark) {
    line.text.remove_prefix(byte_order_mark.size());
  }
  switch (pulled) {
    case line_splitter::pull::line:
      return target_source::pull::line;
    case line_splitter::pull::wait:
      return target_source::pull::wait;
    case line_splitter::pull::end:
      return target_source::pull::end;
    case line_splitter::pull::overlong:
      break;
  }
  line.wrong = fmt::format("the line is longer than {} bytes and was skipped",
                           target_stream::line_bytes_max);
  return target_source::pull::line;
}

class argument_source : public target_source {
 public:
  argument_source(std::string text, std::uint64_t position, bool any_line)
      : target_source{"argument"},
        text_{std::move(text)},
        position_{position},
        is_empty_{any_line ? text_.empty() : text_.find_first_not_of(" \t\r\n") == text_.npos} {}

  bool is_list() const override { return false; }
  pull next(source_line& line) override {
    if (std::exchange(taken_, true)) return pull::end;
    line.text = text_;
    line.number = position_;
    line.wrong.clear();
    if (text_.size() > target_stream::line_bytes_max) {
      line.wrong = fmt::format("longer than {} bytes", target_stream::line_bytes_max);
    } else if (is_empty_) {
      // A blank line in a file is layout; a blank argument is a script's unset variable.
      line.wrong = "the target is empty";
    }
    return pull::line;
  }

 private:
  std::string text_;
  std::uint64_t position_;
  bool is_empty_;
  bool taken_ = false;
};

class feed_source : public target_source {
 public:
  feed_source(std::string name, std::shared_ptr<line_splitter> lines)
      : target_source{std::move(name)}, lines_{std::move(lines)} {}

  pull next(source_line& line) override { return next_of(*lines_, line); }

 private:
  std::shared_ptr<line_splitter> lines_;
};

/// Standard input has its name through /proc, which may not be there.
int open_file(const std::string& path, int more_flags) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | more_flags);
  if (file >= 0 || errno != ENOENT || path != "/dev/stdin") return file;
  return ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

class file_source : public target_source {
 public:
  file_source(const std::string& path, char line_end, bool may_block)
      : target_source{path},
        file_{open_file(path, may_block ? 0 : O_NONBLOCK)},
        lines_{target_stream::line_bytes_max, line_end} {
    if (file_ < 0) throw std::system_error{errno, std::generic_category(), path};
    struct stat about {};
    if (::fstat(file_, &about) == 0 && S_ISDIR(about.st_mode)) {
      close();
      throw std::system_error{EISDIR, std::generic_category(), path};
    }
    is_pipe_ = S_ISFIFO(about.st_mode) && !may_block;
    // Opened here, so nobody else's reads change with it.
    if (!S_ISREG(about.st_mode) && !may_block) {
      ::fcntl(file_, F_SETFL, ::fcntl(file_, F_GETFL) | O_NONBLOCK);
    }
  }
  ~file_source() override { close(); }
  int awaited() const override { return file_; }

  pull next(source_line& line) override {
    while (true) {
      const pull pulled = next_of(lines_, line);
      if (pulled != pull::wait) return pulled;
      if (!read_chunk()) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) return pull::wait;
        // Half a line is dropped: half an address may be another host's address.
        const int error = errno;
        close();
        lines_ = line_splitter{target_stream::line_bytes_max, lines_.line_end()};
        lines_.finish();
        line.text = {};
        line.error = error;
        ++line.number;
        line.wrong = "reading the file failed: " + std::generic_category().message(error);
        return pull::line;
      }
      if (!lines_.is_finished()) {
        const pull again = next_of(lines_, line);
        return again == pull::wait ? pull::pause : again;
      }
    }
  }

 private:
  /// False when reading failed; `errno` then tells why.
  bool read_chunk() {
    chunk_.resize(file_chunk_bytes);
    ssize_t got = -1;
    do {
      got = ::read(file_, chunk_.data(), chunk_.size());
    } while (got < 0 && errno == EINTR);
    if (got == 0 && is_pipe_ && !is_left()) {
      errno = EAGAIN;
      got = -1;
    }
    if (got < 0) return false;
    lines_.append({chunk_.data(), static_cast<std::size_t>(got)});
    if (got == 0) {
      lines_.finish();
      close();
    }
    return true;
  }

  /// Whether somebody has written to the pipe, or could have, and nobody can any more.
  bool is_left() const {
    pollfd entry{file_, POLLIN, 0};
    return ::poll(&entry, 1, 0) != 0;
  }

  void close() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }

  int file_;
  bool is_pipe_ = false;
  line_splitter lines_;
  std::vector<char> chunk_;
};

}  // namespace

std::unique_ptr<target_source> make_argument_source(std::string text, std::uint64_t position,
                                                    bool any_line) {
  return std::make_unique<argument_source>(std::move(text), position, any_line);
}

std::unique_ptr<target_source> open_file_source(const std::string& path, char line_end,
                                                bool may_block) {
  return std::make_unique<file_source>(path, line_end, may_block);
}

std::unique_ptr<target_source> make_feed_source(std::string name,
                                                std::shared_ptr<line_splitter> lines) {
  return std::make_unique<feed_source>(std::move(name), std::move(lines));
}

}  // namespace muster

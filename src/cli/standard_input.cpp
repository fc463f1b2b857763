// Strategy: standard input is opened anew through /proc, because a non-blocking mode set on the
// descriptor that was inherited would be set for the shell and every other process that shares it.
// A regular file, which is always "ready", is read as a file source instead.
#include "cli/standard_input.hpp"

#include "cli/say.hpp"
#include "net/resume.hpp"

#include <cerrno>
#include <string_view>
#include <system_error>

#include <asio/error.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {

standard_input::standard_input(asio::io_context& context, target_stream& targets)
    : targets_{targets}, input_{context}, pipe_{context} {}

void standard_input::open() {
  struct stat what {};
  if (::fstat(STDIN_FILENO, &what) != 0) {
    throw std::system_error{errno, std::generic_category(), "standard input"};
  }
  if (S_ISREG(what.st_mode)) {
    targets_.add_file("/dev/stdin");
    return;
  }
  targets_.add_feed("stdin");
  int descriptor = ::open("/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) descriptor = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);  // a socket
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "standard input"};
  std::error_code error;
  input_.assign(descriptor, error);
  if (!error) return;
  ::close(descriptor);
  throw std::system_error{error, "standard input"};
}

void standard_input::read(std::function<void()> ready) {
  if (reading_) return;
  const int awaited = targets_.awaited();
  if (awaited < 0 && !input_.is_open()) return;
  ready_ = std::move(ready);
  reading_ = true;
  if (awaited < 0) {
    read_once(scope_, *this);
    return;
  }
  std::error_code error;
  const int duplicate = ::fcntl(awaited, F_DUPFD_CLOEXEC, 3);
  if (duplicate < 0) throw std::system_error{errno, std::generic_category(), "a list of targets"};
  pipe_.assign(duplicate, error);
  if (error) {
    ::close(duplicate);
    throw std::system_error{error, "a list of targets"};
  }
  wait_for_pipe(scope_, *this);
}

job standard_input::wait_for_pipe(job_scope&, standard_input& self) {
  auto [error] = co_await self.pipe_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
  std::error_code ignored;
  self.pipe_.close(ignored);
  self.reading_ = false;
  if (error != asio::error::operation_aborted) self.ready_();
}

void standard_input::stop() {
  std::error_code ignored;
  if (input_.is_open()) input_.close(ignored);
}

job standard_input::read_once(job_scope&, standard_input& self) {
  for (;;) {
    auto [error] =
        co_await self.input_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    // What can't be waited for, such as /dev/null, can be read at once.
    if (error && error != asio::error::operation_not_supported) break;
    const ssize_t count =
        ::read(self.input_.native_handle(), self.buffer_.data(), self.buffer_.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count > 0) {
      self.targets_.feed(std::string_view{self.buffer_.data(), static_cast<std::size_t>(count)});
    } else {
      if (count < 0) {
        say(fmt::format("reading standard input failed: {}; what it holds further on is left out",
                        std::generic_category().message(errno)));
        self.failed_ = true;
      }
      self.targets_.end_feed();
      self.stop();
    }
    self.reading_ = false;
    self.ready_();
    co_return;
  }
  self.reading_ = false;
}

}  // namespace muster

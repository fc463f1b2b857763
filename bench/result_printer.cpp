#include "result_printer.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include <unistd.h>

namespace muster::bench {
namespace {

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

result_printer::~result_printer() { flush(); }

void result_printer::print(std::string_view target, const probe_outcome& outcome) {
  const std::lock_guard guard{lock_};
  text_ += target;
  text_ += ' ';
  text_ += outcome.status;
  if (outcome.took.rtt.count() >= 0) {
    fmt::format_to(std::back_inserter(text_), " {:.6f} {:.6f}", milliseconds(outcome.took.rtt),
                   milliseconds(outcome.took.lookup));
  }
  text_ += '\n';
  const auto now = clock::now();
  if (text_.size() < piece_bytes && now - flushed_ < wait_max) return;
  flush();
  flushed_ = now;
}

void result_printer::flush() {
  std::string_view rest = text_;
  while (!rest.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      std::perror("muster-bench: standard output");
      std::_Exit(3);
    }
  }
  text_.clear();
}

}  // namespace muster::bench

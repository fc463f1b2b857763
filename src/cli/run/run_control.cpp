#include "cli/run/run_control.hpp"

#include "cli/heard_signal.hpp"
#include "cli/regular_file.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "core/ascii.hpp"
#include "core/file_state.hpp"
#include "core/parsed.hpp"
#include "core/whole_number.hpp"
#include "net/resume.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include <sys/inotify.h>
#include <unistd.h>

namespace muster {
namespace {

// As many as the kernel follows (path_resolution(7)).
constexpr int links_max = 40;

std::optional<double> number_in(std::string_view text, double least, double most) {
  double value = 0;
  if (!read_whole(text, value) || !(value >= least && value <= most)) return std::nullopt;
  return value;
}

}  // namespace

run_control::run_control(asio::io_context& context, command_run& running)
    : running_{running}, signals_{context}, changes_{context} {}

void run_control::watch_signals() { follow_signals(scope_, *this); }

job run_control::follow_signals(job_scope&, run_control& self) {
  for (const int number : {SIGUSR1, SIGUSR2}) {
    std::error_code ignored;
    self.signals_.add(number, ignored);
    // A list that is being opened, for which there may be no writer yet, is gone on with.
    hear_signal(number, SA_RESTART, 0);
  }
  for (;;) {
    auto [error, number] = co_await self.signals_.async_wait(resume);
    if (error) co_return;
    const std::size_t now = self.running_.max_in_flight();
    self.running_.set_max_in_flight(number == SIGUSR1 ? now + 1
                                                      : std::max<std::size_t>(now, 2) - 1);
    const std::size_t most = self.running_.max_in_flight();
    say(fmt::format("up to {} {} at once from here on", most, most == 1 ? "task" : "tasks"));
  }
}

void run_control::watch_file(const std::string& path) {
  need_regular_file("--control", path);
  path_ = path;
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor < 0) throw std::system_error{errno, std::generic_category(), "--control"};
  changes_.assign(descriptor);
  watch_ways();
  look_again();
  follow_file(scope_, *this);
}

/// Watches the directory of the file, as most editors replace a file rather than write to it; of a
/// symbolic link, those of all that it leads to, as others replace a link on the way. What is
/// watched already is not watched twice.
void run_control::watch_ways() {
  std::filesystem::path way{path_};
  for (int links = 0; links < links_max; ++links) {
    const std::string directory = way.has_parent_path() ? way.parent_path().string() : ".";
    if (::inotify_add_watch(changes_.native_handle(), directory.c_str(),
                            IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE) < 0 &&
        links == 0) {
      throw std::system_error{errno, std::generic_category(), "--control: " + directory};
    }
    std::error_code no_link;
    const std::filesystem::path next = std::filesystem::read_symlink(way, no_link);
    if (no_link) return;
    way = way.parent_path() / next;
  }
}

job run_control::follow_file(job_scope&, run_control& self) {
  std::array<char, 4096> buffer;
  for (;;) {
    auto [error] =
        co_await self.changes_.async_wait(asio::posix::stream_descriptor::wait_read, resume);
    if (error) co_return;
    while (::read(self.changes_.native_handle(), buffer.data(), buffer.size()) > 0) {
    }
    self.look_again();
  }
}

void run_control::look_again() {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) return;
  if (is_same_state(now, seen_)) return;
  seen_ = now;
  try {
    watch_ways();  // it may be another way by now
  } catch (const std::system_error& error) {
    say(error.what());
  }
  read_file();
}

void run_control::read_file() {
  try {
    need_regular_file("--control", path_);  // it may have been replaced by something else
  } catch (const usage_error& error) {
    return say(error.what());
  }
  std::ifstream file{path_, std::ios::binary};
  if (!file) return;
  std::string text(file_bytes_max, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (const std::string wrong = apply(text); !wrong.empty()) {
    say(fmt::format("--control: {}: {}", path_, wrong));
  }
}

std::string run_control::apply(std::string_view text) {
  std::string wrong;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end), line_space);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    std::string why = apply_line(line);
    if (wrong.empty()) wrong = std::move(why);
  }
  return wrong;
}

std::string run_control::apply_line(std::string_view line) {
  const std::size_t first = std::min(line.find_first_of(" \t="), line.size());
  const std::string_view name = line.substr(0, first);
  std::string_view value = trim(line.substr(std::min(first + 1, line.size())), line_space);
  std::string_view group;
  if (name == "group") {
    const std::size_t last = std::min(value.find_last_of(" \t="), value.size());
    group = trim(value.substr(0, last), line_space);
    value = trim(value.substr(std::min(last + 1, value.size())), line_space);
  }
  const double most = name == "rate"            ? 1e9
                      : name == "max-in-flight" ? static_cast<double>(run_options::in_flight_limit)
                                                : 65'535;
  const auto limit = number_in(value, name == "max-in-flight" || name == "group" ? 1 : 0, most);
  if (limit && name == "max-in-flight") {
    running_.set_max_in_flight(static_cast<std::size_t>(*limit));
  } else if (limit && name == "max-per-host") {
    running_.set_per_host_max(static_cast<std::size_t>(*limit));
  } else if (limit && name == "rate") {
    running_.set_rate(*limit);
  } else if (limit && name == "group" && !group.empty()) {
    running_.set_group_max(group, static_cast<std::size_t>(*limit));
  } else {
    return fmt::format(
        "'{}' sets nothing; write max-in-flight N, max-per-host N, rate N or group NAME N",
        excerpt(line));
  }
  return {};
}

}  // namespace muster

#include "cli/sweep/outputs.hpp"

#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "net/own_addresses.hpp"
#include "net/resume.hpp"
#include "sink/silence.hpp"
#include "sink/terminal.hpp"
#include "sink/text_line.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

using namespace std::chrono_literals;

constexpr auto draw_interval = 200ms;
// Results that are told with -qq one by one.
constexpr std::uint64_t alarms_max = 20;

output_format format_of(const sweep_arguments& arguments, const std::string& path) {
  if (path == "-" || path == "/dev/stdout") {
    return arguments.csv    ? output_format::csv
           : arguments.json ? output_format::jsonl
                            : output_format::text;
  }
  try {
    return format_of_file(path);
  } catch (const std::invalid_argument&) {
    if (arguments.json) return output_format::jsonl;
    if (arguments.csv) return output_format::csv;
    throw;
  }
}

output_file open_output(const std::string& path, output_format format,
                        const sweep_arguments& arguments,
                        const std::optional<checkpoint_record>& earlier) {
  if (format == output_format::html) {
    if (arguments.checkpoint_file.empty()) return output_file::create_aside(path);
    throw usage_error{path +
                      ": a page is written as a whole at the end, so a sweep with a checkpoint "
                      "can't go on with it; write .jsonl or .csv"};
  }
  if (!earlier) return output_file::create(path);
  const auto before = std::ranges::find(earlier->outputs, path, &checkpoint_record::output::path);
  return output_file::resume(path, before == earlier->outputs.end() ? 0 : before->bytes);
}

page_options page_options_of(const sweep_arguments& arguments) {
  page_options page{arguments.command, std::chrono::system_clock::now(), arguments.title, {}, {}};
  const bool is_wanted = std::ranges::any_of(arguments.output_files, [&](const std::string& path) {
    return format_of(arguments, path) == output_format::html;
  });
  if (!is_wanted) {
    if (arguments.title.empty()) return page;
    throw usage_error{"--title: there is no page to have it; add -o FILE.html"};
  }
  page.machine = own_name();
  const auto& source = arguments.sweep.probe.source;
  for (const ip_address& one : source ? std::vector{*source} : own_addresses())
    page.addresses.push_back(one.to_string());
  return page;
}

}  // namespace

bool is_standard_output(const std::string& path) {
  if (path == "-" || path == "/dev/stdout") return true;
  struct stat own {
  }, named{};
  if (::fstat(STDOUT_FILENO, &own) != 0 || ::stat(path.c_str(), &named) != 0) return false;
  // Terminals and /dev/null may well be named twice.
  const bool keeps = S_ISREG(own.st_mode) || S_ISFIFO(own.st_mode);
  return keeps && own.st_dev == named.st_dev && own.st_ino == named.st_ino;
}

void refuse_standard_output(const std::string& path, bool quiet) {
  if (path != "-" && (quiet || !is_standard_output(path))) return;
  throw usage_error{
      fmt::format("-o {}: results go to standard output already; --json and --csv say how", path)};
}

bool wants_colour(int descriptor) { return colours_of_terminal(descriptor) != colour_depth::none; }

outputs::outputs(asio::io_context& context, const sweep_arguments& arguments,
                 const std::optional<checkpoint_record>& earlier,
                 const std::function<bool()>& give_up)
    : arguments_{arguments},
      flush_soon_{context, [this] { flush(); }},
      draw_timer_{context},
      pictures_{arguments} {
  text_options text;
  // Who says what is to be listed gets all of it.
  text.show_all = arguments.show_all || arguments.only.has_value();
  if (arguments.quiet == 0) {
    text.colour = wants_colour(STDOUT_FILENO);
    output_file file{STDOUT_FILENO, false};
    file.give_up_when(give_up);
    file.never_wait();
    sinks_.push_back(
        make_sink(format_of(arguments, "-"), std::move(file), "standard output", text));
    standard_output_ = sinks_.back().get();
    shares_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  }
  text.colour = false;
  text.count_hidden = true;  // No summary will stand below it.
  for (const std::string& path : arguments.output_files) {
    refuse_standard_output(path, arguments.quiet > 0);
    format_of(arguments, path);  // throws before any of them is emptied
  }
  const page_options page = page_options_of(arguments);
  for (const std::string& path : arguments.output_files) {
    const output_format format = format_of(arguments, path);
    output_file file = open_output(path, format, arguments, earlier);
    file.give_up_when(give_up);
    file.never_wait();
    sinks_.push_back(make_sink(format, std::move(file), path, text, page));
  }
  for (const auto& one : sinks_) {
    if (one->file()) flush_soon_.add(*one->file());
  }
  flush_soon_.add(standard_error());
  if (arguments.quiet == 0 && !arguments.no_progress && ::isatty(STDERR_FILENO) == 1) {
    progress_ = std::make_unique<progress_line>(STDERR_FILENO, std::chrono::steady_clock::now());
    room_for_lines() = [this] { progress_->erase(); };
  }
}

outputs::~outputs() { room_for_lines() = nullptr; }

void outputs::write(const probe_result& result) {
  const bool listed =
      !arguments_.only || arguments_.only->test(static_cast<std::size_t>(result.status));
  for (auto& one : sinks_) {
    if (listed) {
      one->write(result);
    } else {
      one->pass_over(result);
    }
  }
  if (arguments_.quiet > 1 && is_alarming(result)) {
    if (++alarming_ <= alarms_max) append_text_line(alarms_, result, false);
  }
  pictures_.add(result);
  flush_soon_.request();
}

std::string outputs::alarms() const {
  if (alarming_ <= alarms_max) return alarms_;
  return alarms_ + fmt::format("and {} more\n", alarming_ - alarms_max);
}

bool outputs::offer() {
  if (progress_ && shares_terminal_) progress_->erase();
  for (auto& one : sinks_) {
    if (one->file()) one->file()->offer();
  }
  standard_error().offer();
  return !flush_soon_.waiting();
}

void outputs::flush() {
  offer();
  flush_soon_.watch_readers();
  if (!running_) return;
  running_->hold(flush_soon_.behind());
  if (failed()) running_->stop(reason::output_failed);
}

void outputs::watch(sweep& running) {
  running_ = &running;
  if (progress_) draw_now_and_then(scope_, *this);
}

void outputs::stop_watching() {
  running_ = nullptr;
  draw_timer_.cancel();
}

job outputs::draw_now_and_then(job_scope&, outputs& self) {
  for (;;) {
    self.draw_timer_.expires_after(draw_interval);
    co_await self.draw_timer_.async_wait(resume);
    if (self.running_ == nullptr) break;
    const sweep_progress now = self.running_->progress();
    progress_snapshot snapshot;
    snapshot.done = now.totals->total();
    snapshot.total = now.probes_expected;
    snapshot.in_flight = now.in_flight;
    snapshot.up = now.totals->of(status::up);
    snapshot.timeout = now.totals->of(status::timeout);
    snapshot.other = snapshot.done - snapshot.up - snapshot.timeout;
    self.progress_->draw(snapshot, std::chrono::steady_clock::now());
  }
}

void outputs::flush_all() {
  if (progress_) progress_->erase();
  for (auto& one : sinks_)
    one->flush();
}

void outputs::sync() {
  if (progress_ && shares_terminal_) progress_->erase();
  for (auto& one : sinks_)
    one->sync();
}

std::vector<checkpoint_record::output> outputs::lengths() const {
  std::vector<checkpoint_record::output> all;
  for (const auto& one : sinks_) {
    if (one.get() != standard_output_) all.push_back({std::string{one->name()}, one->bytes()});
  }
  return all;
}

void outputs::finish(const sweep_summary& summary) {
  for (auto& one : sinks_)
    one->finish(summary);
}

const sink* outputs::failed() const {
  for (const auto& one : sinks_) {
    if (one->error()) return one.get();
  }
  return nullptr;
}

bool outputs::reader_gone() const {
  return standard_output_ && failed() == standard_output_ &&
         standard_output_->error() == std::errc::broken_pipe;
}

const outcome_counts& outputs::hidden() const {
  static constexpr outcome_counts nothing;
  const outcome_counts* counts = standard_output_ ? standard_output_->hidden() : nullptr;
  return counts ? *counts : nothing;
}

}  // namespace muster

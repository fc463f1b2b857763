#include "cli/sweep/outputs.hpp"

#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"
#include "net/own_addresses.hpp"
#include "sink/silence.hpp"
#include "sink/text_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <unistd.h>

namespace muster {
namespace {

// Results that are told with -qq one by one.
constexpr std::uint64_t alarms_max = 20;

output_format format_of(const sweep_arguments& arguments, const std::string& path) {
  return muster::format_of(path, arguments.json, arguments.csv);
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

outputs::outputs(delivery& delivered, const sweep_arguments& arguments,
                 const std::optional<checkpoint_record>& earlier)
    : arguments_{arguments}, delivery_{delivered}, pictures_{arguments} {
  text_options text;
  // Who says what is to be listed gets all of it.
  text.show_all = arguments.show_all || arguments.only.has_value();
  if (arguments.quiet == 0) {
    text.colour = wants_colour(STDOUT_FILENO);
    sinks_.push_back(make_sink(format_of(arguments, "-"),
                               delivery_.prepared(output_file{STDOUT_FILENO, false}),
                               "standard output", text));
    standard_output_ = sinks_.back().get();
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
    output_file file = delivery_.prepared(open_output(path, format, arguments, earlier));
    sinks_.push_back(make_sink(format, std::move(file), path, text, page));
  }
  for (const auto& one : sinks_) {
    if (one->file()) delivery_.add(*one->file());
  }
  delivery_.add(standard_error());
  delivery_.on_handed_on([this] {
    if (running_ && failed()) running_->stop(reason::output_failed);
  });
  if (arguments.quiet == 0 && !arguments.no_progress) delivery_.show_progress(true);
}

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
  delivery_.request();
}

std::string outputs::alarms() const {
  if (alarming_ <= alarms_max) return alarms_;
  return alarms_ + fmt::format("and {} more\n", alarming_ - alarms_max);
}

void outputs::watch(sweep& running) {
  running_ = &running;
  delivery_.watch({[&running](bool held) { running.hold(held); },
                   [&running] {
                     const sweep_progress now = running.progress();
                     progress_snapshot snapshot;
                     snapshot.total = now.probes_expected;
                     snapshot.in_flight = now.in_flight;
                     snapshot.count(*now.totals);
                     return snapshot;
                   }});
}

void outputs::stop_watching() {
  running_ = nullptr;
  delivery_.stop_watching();
}

void outputs::flush_all() {
  delivery_.make_room();
  for (auto& one : sinks_)
    one->flush();
}

void outputs::sync() {
  delivery_.make_room();
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

// Strategy: text is for people: when, what it is now, and the line that a sweep would have of the
// result. Records have the state first and then the fields of the result, as a sweep has them.
#include "watch/watch_event.hpp"

#include "core/duration_text.hpp"
#include "muster/printable.hpp"
#include "probe/kind.hpp"
#include "record/field_visitor.hpp"
#include "sink/colour.hpp"
#include "sink/record_sinks.hpp"
#include "sink/text_line.hpp"

#include <ctime>
#include <stdexcept>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace muster {
namespace {

constexpr field group_name{"group", 0};
constexpr field check_name{"check", 0};
constexpr field health_word{"health", 0};
constexpr field since{"since", 0};
constexpr field was{"was", 0};
constexpr field was_since{"was_since", 0};
constexpr field flapping{"flapping", 0};
constexpr field labels{"labels", 0};
constexpr field behind{"behind", 0};

/// With its group, which other checks of that name are in others than.
std::string name_of(const watch_check& check) {
  return check.group->name.empty() ? check.name : check.group->name + ": " + check.name;
}

void show_event(const watch_event& event, field_visitor& visitor) {
  const check_group& group = *event.check.group;
  if (!group.name.empty()) visitor.text(group_name, group.name);
  visitor.text(check_name, event.check.name);
  visitor.word(health_word, to_string(event.state.now_is()));
  if (event.state.since() != check_state::wall_time{}) visitor.time(since, event.state.since());
  if (event.change) {
    visitor.word(was, to_string(event.change->from));
    if (event.change->from_since != check_state::wall_time{}) {
      visitor.time(was_since, event.change->from_since);
    }
  }
  if (event.state.is_flapping()) visitor.yes(flapping);
  if (event.behind) visitor.text(behind, name_of(*event.behind));
  if (!group.labels.empty()) {
    std::vector<std::string> all;
    all.reserve(group.labels.size());
    for (const auto& [name, value] : group.labels)
      all.push_back(fmt::format("{}={}", name, value));
    visitor.words(labels, all);
  }
  show_result(event.result, visitor);
}

std::vector<const field*> event_fields() {
  std::vector<const field*> all{&group_name, &check_name, &health_word, &since, &was,
                                &was_since,  &flapping,   &behind,      &labels};
  all.insert(all.end(), result_fields().begin(), result_fields().end());
  return all;
}

/// A status word of its colour.
status coloured_as(health of) {
  switch (of) {
    case health::up:
      return status::up;
    case health::unknown:
    case health::degraded:
      return status::timeout;
    case health::down:
      break;
  }
  return status::refused;
}

class text_watch_sink final : public basic_file_sink<watch_sink> {
 public:
  text_watch_sink(output_file file, std::string name, bool colour)
      : basic_file_sink<watch_sink>{std::move(file), std::move(name)}, colour_{colour} {}

  void write(const watch_event& event) override {
    std::string& out = file_.buffer();
    const std::time_t at = std::chrono::system_clock::to_time_t(event.result.finished);
    std::tm local{};
    if (::localtime_r(&at, &local)) fmt::format_to(std::back_inserter(out), "{:%F %T} ", local);
    const health now = event.state.now_is();
    append_coloured(out, to_string(now), coloured_as(now), colour_);
    constexpr std::size_t health_columns = 9;  // room for "degraded"
    out.append(health_columns - to_string(now).size(), ' ');
    append_text_line(out, event.result, colour_);
    append_past(out, event);
    file_.written();
  }

 private:
  /// In place of the line's end: what it was, and for how long.
  static void append_past(std::string& out, const watch_event& event) {
    constexpr std::size_t name_bytes_max = 64;
    out.pop_back();
    if (event.state.is_flapping()) out += "  flapping";
    if (event.behind) {
      out += "  behind ";
      append_printable(out, name_of(*event.behind), name_bytes_max);
    }
    const auto& change = event.change;
    if (change && change->from != health::unknown) {
      const auto lasted =
          std::chrono::duration_cast<std::chrono::seconds>(change->at - change->from_since);
      out += fmt::format("  was {} for {}", to_string(change->from), duration_text(lasted));
    }
    out += '\n';
  }

  bool colour_;
};

}  // namespace

std::unique_ptr<watch_sink> make_watch_sink(output_format format, output_file file,
                                            std::string name, bool colour) {
  switch (format) {
    case output_format::text:
      return std::make_unique<text_watch_sink>(std::move(file), std::move(name), colour);
    case output_format::jsonl:
      return std::make_unique<jsonl_sink<watch_sink, watch_event>>(std::move(file), std::move(name),
                                                                   show_event);
    case output_format::csv:
      return std::make_unique<csv_sink<watch_sink, watch_event>>(std::move(file), std::move(name),
                                                                 event_fields(), show_event);
    case output_format::silent:
      return std::make_unique<silent_sink<watch_sink, watch_event>>(std::move(name));
    case output_format::html:
      break;
  }
  throw std::invalid_argument{"make_watch_sink: not a format of events"};
}

}  // namespace muster

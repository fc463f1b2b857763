// Strategy: the JSON library sees to commas and nesting. Texts and times are written as in records,
// and handed to it as they stand.
#include "sink/summary_json.hpp"

#include "muster/version.hpp"
#include "probe/kind.hpp"
#include "record/numbers.hpp"
#include "sink/json_text.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace muster {
namespace {

constexpr std::size_t text_bytes_max = 16 * 1024;

/// Writes the members of objects.
class member_writer {
 public:
  void begin(const char* name) {
    writer_.Key(name);
    writer_.StartObject();
  }
  void begin() { writer_.StartObject(); }
  void end() { writer_.EndObject(); }
  void text(const char* name, std::string_view value) {
    writer_.Key(name);
    text(value);
  }
  void texts(const char* name, const std::vector<std::string>& values) {
    writer_.Key(name);
    writer_.StartArray();
    for (const std::string& value : values)
      text(value);
    writer_.EndArray();
  }
  void time(const char* name, std::chrono::system_clock::time_point value) {
    std::string raw = "\"";
    timestamp_writer{}.append(raw, value);
    member(name, raw + '"', rapidjson::kStringType);
  }
  void number(const char* name, std::uint64_t value) {
    writer_.Key(name);
    writer_.Uint64(value);
  }
  void real(const char* name, double value) {
    writer_.Key(name);
    writer_.Double(value);
  }
  void milliseconds(const char* name, std::chrono::nanoseconds value) {
    std::string raw;
    append_milliseconds(raw, value);
    member(name, raw, rapidjson::kNumberType);
  }
  void thousandths(const char* name, std::uint64_t value) {
    std::string raw;
    append_thousandths(raw, value);
    member(name, raw, rapidjson::kNumberType);
  }
  std::string_view written() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  void text(std::string_view value) {
    std::string raw;
    append_json_string(raw, value, text_bytes_max);
    writer_.RawValue(raw.data(), raw.size(), rapidjson::kStringType);
  }
  void member(const char* name, std::string_view raw, rapidjson::Type type) {
    writer_.Key(name);
    writer_.RawValue(raw.data(), raw.size(), type);
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

/// How many of each status, `count_of` says.
template <typename CountOf>
void write_statuses(member_writer& out, CountOf count_of) {
  out.begin("status");
  for (const status value : all_statuses)
    out.number(std::string{to_string(value)}.c_str(), count_of(value));
  out.end();
}

void write_times(member_writer& out, const latency_histogram& times) {
  out.begin("rtt");
  out.number("count", times.count());
  if (times.count() > 0) {
    out.milliseconds("min_ms", times.min());
    out.milliseconds("avg_ms", times.mean());
    out.milliseconds("p50_ms", times.quantile(0.50));
    out.milliseconds("p95_ms", times.quantile(0.95));
    out.milliseconds("p99_ms", times.quantile(0.99));
    out.milliseconds("max_ms", times.max());
  }
  out.end();
}

void write_kind(member_writer& out, const statistics& totals, probe_kind kind) {
  std::uint64_t probes = 0;
  for (const status value : all_statuses)
    probes += totals.of(kind, value);
  if (probes == 0) return;
  out.begin(std::string{to_string(kind)}.c_str());
  out.number("probes", probes);
  write_statuses(out, [&](status value) { return totals.of(kind, value); });
  write_times(out, totals.rtt(kind));
  if (description_of(kind).counts_packets()) {
    const std::uint64_t sent = totals.packets_sent(kind);
    const std::uint64_t received = totals.packets_received(kind);
    out.number("sent", sent);
    out.number("received", received);
    if (sent > 0) out.thousandths("loss", loss_thousandths(sent, received));
  }
  out.end();
}

void write_oddities(member_writer& out, const sweep_summary& summary) {
  out.number("bad_targets", summary.bad_targets);
  out.number("duplicate_targets", summary.duplicate_targets);
  out.number("in_flight_peak", summary.in_flight_peak);
  out.begin("stray_replies");
  out.number("duplicate", summary.strays.duplicate);
  out.number("late", summary.strays.late);
  out.number("foreign", summary.strays.foreign);
  out.number("corrupt", summary.strays.corrupt);
  out.end();
  out.number("replies_dropped", summary.strays.dropped);
  out.begin("waits");
  out.number("descriptors", summary.waits.descriptors);
  out.number("ports", summary.waits.ports);
  out.number("memory", summary.waits.memory);
  out.number("processes", summary.waits.processes);
  out.end();
}

void write_summary(member_writer& out, const sweep_summary& summary, const sweep_options& limits) {
  out.milliseconds("elapsed_ms", summary.elapsed);
  if (summary.stopped_early) {
    out.text("stopped_by", to_string(summary.stop_reason));
    if (summary.hosts_not_started_known) {
      out.number("targets_not_started", summary.hosts_not_started);
    }
  }
  if (limits.min_up > 0) out.number("targets_up", summary.targets_up);
  out.number("probes", summary.asked);
  write_statuses(out, [&](status value) { return summary.totals.of(value); });
  out.begin("kinds");
  for (const probe_kind kind : all_probe_kinds)
    write_kind(out, summary.totals, kind);
  out.end();
  write_oddities(out, summary);
}

void write_limits(member_writer& out, const sweep_options& limits) {
  out.begin("limits");
  out.milliseconds("timeout_ms", limits.probe.timeout);
  if (limits.run_deadline) out.milliseconds("deadline_ms", *limits.run_deadline);
  if (limits.host_timeout) out.milliseconds("host_timeout_ms", *limits.host_timeout);
  out.real("rate", limits.rate);
  out.number("max_in_flight", limits.probe.in_flight_max);
  out.number("max_per_host", limits.per_host_max);
  out.number("max_processes", limits.processes_max);
  out.number("retries", limits.retries);
  for (const probe_kind kind : all_probe_kinds) {
    const kind_description& known = description_of(kind);
    if (known.counts_packets()) out.number("count", known.packets_of_each(limits.plan.of(kind)));
  }
  out.end();
}

}  // namespace

void append_summary_json(std::string& out, const run_record& record) {
  member_writer object;
  object.begin();
  object.text("version", version);
  object.text("command", record.command);
  object.time("started", record.started);
  object.time("ended", record.ended);
  object.number("exit_status", static_cast<std::uint64_t>(record.exit_status));
  if (record.summary) write_summary(object, *record.summary, record.limits);
  write_limits(object, record.limits);
  object.texts("warnings", record.warnings);
  if (record.warnings_dropped > 0) object.number("warnings_dropped", record.warnings_dropped);
  object.end();
  out += object.written();
  out += '\n';
}

}  // namespace muster

#include "sink/page_data.hpp"

#include "muster/version.hpp"
#include "record/numbers.hpp"
#include "sink/json_text.hpp"
#include "sink/map_parts.hpp"
#include "sink/map_picture.hpp"
#include "sink/page_text.hpp"
#include "sink/rtt_histogram.hpp"
#include "sink/rtt_scale.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t command_bytes_max = 4096;

void append_key(std::string& out, std::string_view name) {
  out += '"';
  out += name;
  out += "\":";
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  append_key(out, name);
  append_integer(out, value);
  out += ',';
}

void append_time(std::string& out, std::string_view name, std::chrono::nanoseconds value) {
  append_key(out, name);
  append_milliseconds(out, value);
  out += ',';
}

template <typename Words>
void append_words(std::string& out, std::string_view name, const Words& words) {
  append_key(out, name);
  char before = '[';
  if (words.empty()) out += '[';
  for (const std::string_view word : words) {
    out += std::exchange(before, ',');
    append_json_string(out, word, word.size());
  }
  out += "],";
}

void append_vocabulary(std::string& out) {
  std::array<std::string_view, status_count> statuses;
  for (const status value : all_statuses)
    statuses[static_cast<std::size_t>(value)] = to_string(value);
  append_words(out, "status_words", statuses);
  std::array<std::string_view, reason_count> reasons;
  for (std::size_t i = 0; i < reason_count; ++i)
    reasons[i] = to_string(static_cast<reason>(i));
  append_words(out, "reason_words", reasons);
  std::array<std::string_view, all_probe_kinds.size()> kinds;
  std::ranges::transform(all_probe_kinds, kinds.begin(),
                         [](probe_kind kind) { return to_string(kind); });
  append_words(out, "probe_words", kinds);
}

void append_stop(std::string& out, const sweep_summary& summary) {
  if (!summary.stopped_early) return;
  append_words(out, "stopped_by", std::array{to_string(summary.stop_reason)});
  if (summary.hosts_not_started_known) append_number(out, "not_started", summary.hosts_not_started);
}

void append_rtts(std::string& out, const latency_histogram& rtt) {
  append_number(out, "rtt_count", rtt.count());
  if (rtt.count() == 0) return;
  append_time(out, "rtt_min_ms", rtt.min());
  append_time(out, "rtt_avg_ms", rtt.mean());
  append_time(out, "rtt_p50_ms", rtt.quantile(0.50));
  append_time(out, "rtt_p95_ms", rtt.quantile(0.95));
  append_time(out, "rtt_p99_ms", rtt.quantile(0.99));
  append_time(out, "rtt_max_ms", rtt.max());
}

/// Triples of from, to (both in ms) and count.
void append_bars(std::string& out, const latency_histogram& rtt) {
  append_key(out, "histogram");
  out += '[';
  std::string_view before;
  for (const rtt_bar& bar : rtt_bars(rtt, page_bars_max)) {
    out += std::exchange(before, ",");
    out += '[';
    out += rtt_scale_text(bar.from);
    out += ',';
    out += rtt_scale_text(bar.to);
    out += ',';
    append_integer(out, bar.count);
    out += ']';
  }
  out += "],";
}

/// The tones of a part's blocks, a digit each, and which blocks of the part they are.
void append_part(std::string& out, const map_part& part, unsigned block_bits) {
  out +=
      fmt::format("{{\"base\":\"{}\",\"bits\":{},\"blocks\":[", part.base.to_string(), part.bits);
  std::string_view before;
  for (const picture_block& block : part.blocks) {
    out += std::exchange(before, ",");
    append_integer(out, (block.base.low() - part.base.low()) >> block_bits);
  }
  out += "],\"tones\":\"";
  static_assert(tone_count <= 10);
  for (const picture_block& block : part.blocks) {
    for (const tone one : block.tones)
      out += static_cast<char>('0' + static_cast<int>(one));
  }
  out += "\",\"counts\":[";
  before = "";
  for (const picture_block& block : part.blocks) {
    for (const host_count& count : block.counts) {
      out += std::exchange(before, ",");
      append_integer(out, count.up);
      out += ',';
      append_integer(out, count.asked);
    }
  }
  out += "]}";
}

void append_map(std::string& out, const map_picture& picture, const std::vector<map_part>& parts,
                bool v4) {
  out += fmt::format("{{\"v4\":{},\"cell_bits\":{},\"shade_rtt_max_ms\":[", v4, picture.cell_bits);
  std::string_view before;
  for (const auto bound : picture.shade_rtt_max) {
    out += std::exchange(before, ",");
    append_milliseconds(out, bound);
  }
  out += "],\"parts\":[";
  before = "";
  for (const map_part& part : parts) {
    out += std::exchange(before, ",\n");
    append_part(out, part, picture.cell_bits + 8);
  }
  out += "]}";
}

bool append_v4_map(std::string& out, const host_map& hosts) {
  const bool is_coarse = !hosts.v4_coarse_blocks().empty();
  for (const unsigned cell_bits : {0U, 8U, 16U, 24U}) {
    if (is_coarse && cell_bits < 16) continue;
    const std::size_t blocks = count_picture_blocks(hosts, cell_bits);
    if (blocks == 0) return false;
    if (blocks * picture_block::cell_count > page_cells_max) continue;
    const map_picture picture = make_v4_picture(hosts, cell_bits);
    const std::vector<map_part> parts = find_map_parts(picture);
    if (parts.size() > page_parts_max) continue;
    append_map(out, picture, parts, true);
    return true;
  }
  return false;
}

}  // namespace

void append_page_summary(std::string& out, const sweep_summary& summary,
                         const page_options& options) {
  append_key(out, "version");
  append_json_string(out, version, std::string_view{version}.size());
  out += ',';
  append_key(out, "command");
  append_page_string(out, options.command, command_bytes_max);
  out += ',';
  append_key(out, "title");
  append_page_string(out, options.title, page_text_bytes_max);
  out += ',';
  append_key(out, "machine");
  append_page_string(out, options.machine, page_text_bytes_max);
  out += ',';
  append_words(out, "addresses", options.addresses);
  append_key(out, "started");
  out += '"';
  timestamp_writer{}.append(out, options.started);
  out += "\",";
  append_time(out, "elapsed_ms", summary.elapsed);
  append_stop(out, summary);
  append_key(out, "counts");
  char before = '[';
  for (const status value : all_statuses) {
    out += std::exchange(before, ',');
    append_integer(out, summary.totals.of(value));
  }
  out += "],";
  append_number(out, "packets_sent", summary.totals.packets_sent());
  append_number(out, "packets_received", summary.totals.packets_received());
  append_number(out, "stray_replies", summary.strays.total());
  append_number(out, "bad_targets", summary.bad_targets);
  append_rtts(out, summary.totals.rtt());
  append_bars(out, summary.totals.rtt());
  append_vocabulary(out);
}

void append_page_maps(std::string& out, const host_map& hosts) {
  out += '[';
  const bool v4 = append_v4_map(out, hosts);
  const map_picture picture = make_v6_picture(hosts);
  const std::vector<map_part> parts = find_map_parts(picture);
  if (!parts.empty() && parts.size() <= page_parts_max) {
    if (v4) out += ',';
    append_map(out, picture, parts, false);
  }
  out += ']';
}

}  // namespace muster

#include "muster/probe/icmp.hpp"
#include "muster/probe_options.hpp"
#include "probe/icmp/icmp_runner.hpp"
#include "probe/kind.hpp"
#include "record/numbers.hpp"
#include "record/words.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr field ttl_field{"ttl", 1};
constexpr field bytes{"bytes", 1};
constexpr field sent{"sent", 1};
constexpr field received{"received", 1};
constexpr field loss{"loss", 1};
constexpr field rtt_min{"rtt_min_ms", 1};
constexpr field rtt_avg{"rtt_avg_ms", 1};
constexpr field rtt_max{"rtt_max_ms", 1};
constexpr field jitter{"jitter_ms", 1};

std::string read_socket_mode(icmp_spec& spec, const std::string& text) {
  if (text == "auto") {
    spec.mode = icmp_socket_mode::automatic;
  } else if (text == "datagram") {
    spec.mode = icmp_socket_mode::datagram;
  } else if (text == "raw") {
    spec.mode = icmp_socket_mode::raw;
  } else {
    return fmt::format("'{}' is no kind of ICMP socket; write auto, datagram or raw",
                       excerpt(text));
  }
  return {};
}

/// Reads `FIRST` or `FIRST,SECOND`, each by `read_one`, which says what is wrong with it.
template <typename Read>
std::string read_bound(icmp_options::bound& bound, const std::string& text, const Read& read_one) {
  const std::size_t comma = text.find(',');
  icmp_options::bound both;
  std::string wrong = read_one(text.substr(0, comma), both.warning);
  if (wrong.empty() && comma != text.npos) wrong = read_one(text.substr(comma + 1), both.critical);
  if (!wrong.empty()) return wrong;
  if (both.critical < both.warning) {
    return fmt::format("'{}' has the higher bound first", excerpt(text));
  }
  bound = both;
  return {};
}

std::string read_loss(icmp_spec& spec, const std::string& text) {
  return read_bound(spec.loss, text, [](std::string one, std::int64_t& bound) -> std::string {
    if (one.ends_with('%')) one.pop_back();
    unsigned percent = 0;
    if (!read_whole(one, percent) || percent > 100) {
      return fmt::format("'{}' is no loss from 0% to 100%", excerpt(one));
    }
    bound = std::int64_t{percent} * 10;
    return {};
  });
}

std::string read_rtt(icmp_spec& spec, const std::string& text) {
  return read_bound(spec.rtt, text, [](const std::string& one, std::int64_t& bound) -> std::string {
    const auto time = parse_duration(one);
    if (!time) return time.error().message;
    bound = time->count();
    return {};
  });
}

class icmp_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::nothing; }
  address_use use_of_addresses(const target&, const probe_spec&) const override {
    return address_use::in_turn;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<icmp_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    return std::make_unique<icmp_runner>(shared, static_cast<const icmp_spec&>(spec));
  }

  std::vector<spec_option> options() const override {
    return {
        {.names = "--icmp",
         .help = "Send an ICMP echo request",
         .read = setting<icmp_spec>([](icmp_spec& spec) { spec.is_asked = true; }),
         .asks = true},
        {.names = "--interval",
         .form = "TIME",
         .help = "Between echo requests to one target (1s)",
         .read = reading_time<icmp_spec>(&icmp_spec::interval, probe_options::time_min),
         .column = "interval"},
        {.names = "--count",
         .form = "N",
         .help = "Echo requests to each target (1)",
         .read = reading_number<icmp_spec>(&icmp_spec::count, 1U, icmp_options::count_max),
         .column = "count"},
        {.names = "--expect-loss",
         .form = "PERCENT[,PERCENT]",
         .help = "More that is lost of --count is a mismatch: loss_warning, and\nloss_critical "
                 "beyond the second",
         .read = reading<icmp_spec>(read_loss),
         .column = "expect_loss"},
        {.names = "--expect-rtt",
         .form = "TIME[,TIME]",
         .help = "A longer mean round trip is a mismatch: rtt_warning, and\nrtt_critical beyond "
                 "the second",
         .read = reading<icmp_spec>(read_rtt),
         .column = "expect_rtt"},
        {.names = "--size",
         .form = "BYTES",
         .help = "Bytes of payload (56)",
         .read = reading_number<icmp_spec>(&icmp_spec::payload_bytes, std::size_t{0},
                                           icmp_options::payload_bytes_max),
         .column = "size",
         .is_of_socket = true},
        {.names = "--ttl",
         .form = "N",
         .help = "Time to live, or hop limit",
         .read = reading_number<icmp_spec>(&icmp_spec::ttl, 1, 255),
         .column = "ttl",
         .is_of_socket = true},
        {.names = "--tos",
         .form = "N",
         .help = "Type of service, or traffic class",
         .read = reading_number<icmp_spec>(&icmp_spec::tos, 0, 255),
         .column = "tos",
         .is_of_socket = true},
        {.names = "--df",
         .help = "Forbid fragmentation",
         .read = setting<icmp_spec>([](icmp_spec& spec) { spec.dont_fragment = true; }),
         .column = "df",
         .is_of_socket = true},
        {.names = "--icmp-socket",
         .form = "KIND",
         .help = "auto, datagram (no privilege needed) or raw (auto)",
         .read = reading<icmp_spec>(read_socket_mode),
         .column = "icmp_socket",
         .is_of_socket = true},
    };
  }

  std::vector<const field*> fields() const override {
    return {&ttl_field, &bytes, &sent, &received, &loss, &rtt_min, &rtt_avg, &rtt_max, &jitter};
  }

  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const icmp = result.details.get<icmp_details>();
    if (!icmp) return;
    if (icmp->received > 0) {
      if (icmp->ttl > 0) visitor.integer(ttl_field, icmp->ttl);
      if (icmp->bytes > 0) visitor.integer(bytes, icmp->bytes);
    }
    if (icmp->sent <= 1) return;
    visitor.integer(sent, icmp->sent);
    visitor.integer(received, icmp->received);
    visitor.thousandths(loss, loss_thousandths(icmp->sent, icmp->received));
    if (icmp->received > 0) {
      visitor.milliseconds(rtt_min, icmp->rtt_min);
      visitor.milliseconds(rtt_avg, icmp->rtt_sum / icmp->received);
      visitor.milliseconds(rtt_max, icmp->rtt_max);
    }
    if (icmp->received > 1) visitor.milliseconds(jitter, icmp->jitter);
  }

  bool has_details(const probe_result& result) const override {
    const auto* const icmp = result.details.get<icmp_details>();
    return icmp && icmp->sent > 1;
  }

  std::uint8_t ttl(const probe_result& result) const override {
    const auto* const icmp = result.details.get<icmp_details>();
    return icmp && icmp->received > 0 ? icmp->ttl : std::uint8_t{0};
  }

  bool counts_packets() const override { return true; }
  packet_counts packets(const probe_result& result) const override {
    const auto* const icmp = result.details.get<icmp_details>();
    return icmp ? packet_counts{icmp->sent, icmp->received} : packet_counts{};
  }

  std::uint32_t packets_of_each(const probe_spec& spec) const override {
    return static_cast<const icmp_spec&>(spec).count;
  }

  // "icmp icmp_host_unreachable" would say it twice.
  bool names_itself(const probe_result& result) const override {
    return !to_string(result.reason).starts_with("icmp");
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const icmp = result.details.get<icmp_details>();
    if (!icmp) return;
    if (icmp->sent <= 1) {
      if (icmp->received > 0 && icmp->ttl > 0) append_word(out, fmt::format("ttl={}", icmp->ttl));
      return;
    }
    const std::uint64_t lost = loss_thousandths(icmp->sent, icmp->received);
    append_word(out, fmt::format("{}/{} received, {:g}% loss", icmp->received, icmp->sent,
                                 static_cast<double>(lost) / 10));
    if (icmp->received == 0) return;
    out += ", min/avg/max ";
    append_milliseconds(out, icmp->rtt_min);
    out += '/';
    append_milliseconds(out, icmp->rtt_sum / icmp->received);
    out += '/';
    append_milliseconds(out, icmp->rtt_max);
    out += " ms";
    if (icmp->received < 2) return;
    out += ", jitter ";
    append_milliseconds(out, icmp->jitter);
    out += " ms";
  }
};

constexpr icmp_kind description;

}  // namespace

// Request after request, each with its time, and the last one until nothing comes.
std::chrono::nanoseconds icmp_spec::silent_time(std::chrono::nanoseconds timeout) const {
  return (count - 1) * std::max(timeout, interval) + timeout;
}

option_values icmp_spec::asked() const {
  return is_asked ? option_values{{"--icmp", ""}} : option_values{};
}

const kind_description& icmp_description = description;

}  // namespace muster

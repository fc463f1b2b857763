#include "core/whole_number.hpp"
#include "muster/printable.hpp"
#include "muster/probe/udp.hpp"
#include "probe/kind.hpp"
#include "probe/pattern_option.hpp"
#include "probe/udp/payload_text.hpp"
#include "probe/udp/udp_probe.hpp"
#include "record/words.hpp"

#include <utility>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {
namespace {

// "bytes" is the size of an answer for every kind that has one.
constexpr field bytes{"bytes", 1};
constexpr field answer{"answer", 8};

constexpr std::size_t answer_text_bytes_max = 60;

std::string read_question(udp_spec& spec, const std::string& text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  udp_spec::question one;
  if (!read_whole(std::string_view{text}.substr(0, equals), one.port) || one.port == 0) {
    return fmt::format("'{}' is no port; write PORT or PORT=PAYLOAD, ports are 1 to 65535",
                       excerpt(text));
  }
  if (equals < text.size()) {
    auto payload = parse_payload(std::string_view{text}.substr(equals + 1));
    if (!payload) return payload.error().message;
    one.payload = std::move(*payload);
  }
  spec.questions.push_back(std::move(one));
  return {};
}

std::string read_expected(udp_spec& spec, const std::string& text) {
  return read_pattern(spec.expected, text);
}

class udp_runner final : public probe_runner {
 public:
  explicit udp_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    udp_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

class udp_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  address_use use_of_addresses(const target&, const probe_spec&) const override {
    return address_use::in_turn;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<udp_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec&) const override {
    return std::make_unique<udp_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    return {{.names = "--udp",
             .form = "PORT[=PAYLOAD]",
             .help = "Send a datagram to this port, with text or \\x00 bytes; an answer\n"
                     "is up, a port that is unreachable refused; repeatable",
             .read = reading<udp_spec>(read_question),
             .asks = true,
             .repeats = true},
            {.names = "--udp-expect",
             .form = "REGEX",
             .help = "What an answer is to match somewhere (RE2)",
             .read = reading<udp_spec>(read_expected)}};
  }

  std::vector<const field*> fields() const override { return {&bytes, &answer}; }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const udp = result.details.get<udp_details>();
    if (!udp) return;
    visitor.integer(bytes, udp->answer_bytes);
    if (!udp->answer.empty()) visitor.text(answer, udp->answer);
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const udp = result.details.get<udp_details>();
    if (!udp) return;
    append_word(out, fmt::format("{} B", udp->answer_bytes));
    append_quoted(out, udp->answer, answer_text_bytes_max);
  }
};

constexpr udp_kind description;

}  // namespace

std::uint16_t udp_spec::port(const target&, std::uint32_t index) const {
  return questions[index].port;
}

option_values udp_spec::asked() const {
  option_values all;
  for (const question& one : questions)
    all.emplace_back("--udp", fmt::format("{}={}", one.port, payload_text(one.payload)));
  if (expected) all.emplace_back("--udp-expect", expected->pattern());
  return all;
}

const kind_description& udp_description = description;

}  // namespace muster

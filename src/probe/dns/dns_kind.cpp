#include "codec/dns_name.hpp"
#include "codec/dns_words.hpp"
#include "muster/printable.hpp"
#include "muster/probe/dns.hpp"
#include "probe/dns/dns_option_text.hpp"
#include "probe/dns/dns_probe.hpp"
#include "probe/dns/dns_rules.hpp"
#include "probe/kind.hpp"
#include "probe/pattern_option.hpp"
#include "probe/target_spec.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"
#include "record/words.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {
namespace {

// "bytes" is the size of an answer for every kind that has one.
constexpr field bytes{"bytes", 1};
constexpr field dns{"dns", 11};
constexpr field name{"dns.name", 11};
constexpr field type{"dns.type", 11};
constexpr field over{"dns.over", 11};
constexpr field rcode{"dns.rcode", 11};
constexpr field flags{"dns.flags", 11};
constexpr field serial{"dns.serial", 11};
constexpr field answer_count{"dns.answer_count", 11};
constexpr field authority_count{"dns.authority_count", 11};
constexpr field additional_count{"dns.additional_count", 11};
constexpr field answers{"dns.answers", 11};
constexpr field ttl{"dns.answers.ttl", 11};
constexpr field data{"dns.answers.data", 11};
// As HTTP calls it.
constexpr field failed_check{"failed_check", 10};
constexpr field record_class{"dns.class", 15};
constexpr field authority{"dns.authority", 15};
constexpr field additional{"dns.additional", 15};

// In the text for people.
constexpr std::size_t name_text_bytes_max = 64;
constexpr std::size_t data_text_bytes_max = 60;
constexpr std::size_t answers_in_text_max = 3;
constexpr std::size_t check_text_bytes_max = 60;

constexpr std::array transports{dns_transport::udp, dns_transport::tcp, dns_transport::tls};

std::string read_question(dns_spec& spec, const std::string& text) {
  auto question = parse_question(text);
  if (!question) return question.error().message;
  spec.questions.push_back(std::move(*question));
  return {};
}

std::string read_transport(dns_spec& spec, const std::string& text) {
  for (const dns_transport one : transports) {
    if (text != to_string(one)) continue;
    spec.over = one;
    return {};
  }
  return fmt::format("'{}' is nothing to ask over; write udp, tcp or tls", excerpt(text));
}

std::string read_rcodes(dns_spec& spec, const std::string& text) {
  auto rcodes = parse_rcodes(text);
  if (!rcodes) return rcodes.error().message;
  spec.rcodes = std::move(*rcodes);
  return {};
}

std::string read_rule(dns_spec& spec, const std::string& text) {
  auto rule = parse_dns_rule(text);
  if (!rule) return rule.error().message;
  spec.rules.push_back(std::move(*rule));
  return {};
}

auto reading_pattern(std::shared_ptr<const re2::RE2> dns_spec::*member) {
  return reading<dns_spec>([member](dns_spec& spec, const std::string& text) {
    return read_pattern(spec.*member, text);
  });
}

class dns_runner final : public probe_runner {
 public:
  explicit dns_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    dns_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

/// Those that are set, as RFC 1035 and RFC 4035 call them.
std::string flags_of(const dns_details& details) {
  const std::array all{std::pair{"aa", details.authoritative}, std::pair{"tc", details.truncated},
                       std::pair{"rd", details.recursion_desired},
                       std::pair{"ra", details.recursion_available},
                       std::pair{"ad", details.authentic}};
  std::string set;
  for (const auto& [word, is_set] : all) {
    if (is_set) append_word(set, word);
  }
  return set;
}

/// `A`, or `CH TXT` where the class is not that of the internet.
std::string class_and_type(std::uint16_t of_class, std::uint16_t of_type) {
  std::string text = codec::dns_type_text(of_type);
  if (of_class == codec::dns_class_internet) return text;
  return fmt::format("{} {}", codec::dns_class_text(of_class), text);
}

/// The records as a table has them.
std::string plain_records(const std::vector<dns_details::record>& records) {
  std::string text;
  for (const dns_details::record& one : records) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} {} {} {}", one.name, one.ttl_s,
                        class_and_type(one.record_class, one.type), one.data);
  }
  return text;
}

void show_records(const field& section, const std::vector<dns_details::record>& records,
                  field_visitor& visitor) {
  if (records.empty()) return;
  visitor.objects(section, records.size(), plain_records(records),
                  [&records](std::size_t index, field_visitor& member) {
                    const dns_details::record& one = records[index];
                    member.text(name, one.name);
                    if (one.record_class != codec::dns_class_internet) {
                      member.word(record_class, codec::dns_class_text(one.record_class));
                    }
                    member.word(type, codec::dns_type_text(one.type));
                    member.integer(ttl, one.ttl_s);
                    if (!one.data.empty()) member.text(data, one.data);
                  });
}

void show_answer(const dns_details& details, field_visitor& visitor) {
  visitor.word(rcode, codec::dns_rcode_text(details.rcode));
  if (const std::string set = flags_of(details); !set.empty()) visitor.word(flags, set);
  if (details.serial) visitor.integer(serial, *details.serial);
  visitor.integer(answer_count, details.answer_count);
  visitor.integer(authority_count, details.authority_count);
  visitor.integer(additional_count, details.additional_count);
  show_records(answers, details.answers, visitor);
  show_records(authority, details.authority, visitor);
  show_records(additional, details.additional, visitor);
}

class dns_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  address_use use_of_addresses(const target& subject, const probe_spec& spec) const override {
    const target_spec<dns_spec> own{subject, spec};
    return own->over == dns_transport::udp ? address_use::in_turn : address_use::raced;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<dns_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    const auto& asked = static_cast<const dns_spec&>(spec);
    for (const dns_spec::question& one : asked.questions) {
      const auto on_wire = codec::parse_dns_name(one.name);
      if (!on_wire) throw std::invalid_argument{on_wire.error().message};
    }
    shared.prepare_tls(asked.tls);
    return std::make_unique<dns_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{
        {.names = "--dns",
         .form = "NAME[/TYPE[/CLASS]]",
         .help = "Ask each target, a name server, for records of this name, of type A\n"
                 "or TYPE, and class IN or CLASS; repeatable",
         .read = reading<dns_spec>(read_question),
         .asks = true,
         .repeats = true},
        {.names = "--dns-over",
         .form = "TRANSPORT",
         .help = "udp, tcp or tls (udp, and tcp for long answers)",
         .read = reading<dns_spec>(read_transport)},
        {.names = "--dns-port",
         .form = "PORT",
         .help = "Of targets that name none (53, over TLS 853)",
         .read = reading_number<dns_spec>(&dns_spec::server_port, std::uint16_t{1},
                                          std::uint16_t{0xffff})},
        {.names = "--dns-rcode",
         .form = "CODES",
         .help = "Which response codes are up, such as NOERROR,NXDOMAIN or any\n"
                 "(NOERROR)",
         .read = reading<dns_spec>(read_rcodes),
         .column = "dns_rcode"},
        {.names = "--dns-answer",
         .form = "REGEX",
         .help = "What the data of some record is to match, such as ^192\\.0\\.2\\.7$",
         .read = reading_pattern(&dns_spec::wanted),
         .column = "dns_answer"},
        {.names = "--dns-no-answer",
         .form = "REGEX",
         .help = "What the data of no record may match",
         .read = reading_pattern(&dns_spec::unwanted),
         .column = "dns_no_answer"},
        {.names = "--dns-expect",
         .form = "'WHICH SECTION REGEX'",
         .help = "What some, no, all or not-all records of answer, authority or\n"
                 "additional are to match: 'all authority \\.org\\.$'; repeatable",
         .read = reading<dns_spec>(read_rule),
         .repeats = true},
        {.names = "--no-recursion",
         .help = "Ask for what the server knows itself",
         .read = setting<dns_spec>([](dns_spec& spec) { spec.recursion = false; })},
    };
    for (spec_option& one : tls_spec_options<dns_spec>())
      all.push_back(std::move(one));
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{&bytes,
                                  &name,
                                  &type,
                                  &over,
                                  &rcode,
                                  &flags,
                                  &serial,
                                  &answer_count,
                                  &authority_count,
                                  &additional_count,
                                  &answers,
                                  &failed_check,
                                  &record_class,
                                  &authority,
                                  &additional};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    return all;
  }

  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const details = result.details.get<dns_details>();
    if (!details) return;
    if (details->answered) visitor.integer(bytes, details->answer_bytes);
    if (!details->failed_check.empty()) visitor.text(failed_check, details->failed_check);
    if (details->tls) show_tls(*details->tls, visitor);
    visitor.object(dns, [details](field_visitor& members) {
      members.text(name, details->name);
      members.word(type, codec::dns_type_text(details->type));
      if (details->record_class != codec::dns_class_internet) {
        members.word(record_class, codec::dns_class_text(details->record_class));
      }
      members.word(over, to_string(details->over));
      if (details->answered) show_answer(*details, members);
    });
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const details = result.details.get<dns_details>();
    if (!details) return;
    append_bracketed(out, details->failed_check, check_text_bytes_max);
    append_untrusted(out, details->name, name_text_bytes_max);
    append_word(out, class_and_type(details->record_class, details->type));
    if (details->answered) append_answer(out, *details);
    if (details->tls) append_tls(out, *details->tls, result.reason);
  }

 private:
  static void append_answer(std::string& out, const dns_details& details) {
    append_word(out, codec::dns_rcode_text(details.rcode));
    if (details.authoritative) append_word(out, "aa");
    const std::size_t shown = std::min(details.answers.size(), answers_in_text_max);
    for (std::size_t i = 0; i < shown; ++i) {
      append_untrusted(out, details.answers[i].data, data_text_bytes_max);
      if (i + 1 < shown) out += ',';
    }
    if (details.answer_count > shown) {
      append_word(out, fmt::format("and {} more", details.answer_count - shown));
    }
  }
};

constexpr dns_kind description;

}  // namespace

std::string_view to_string(dns_transport value) {
  switch (value) {
    case dns_transport::udp:
      return "udp";
    case dns_transport::tcp:
      return "tcp";
    case dns_transport::tls:
      return "tls";
  }
  return {};
}

std::uint16_t dns_spec::port(const target& subject, std::uint32_t) const {
  if (subject.form() == target_form::host_port) return subject.port();
  if (server_port != 0) return server_port;
  return over == dns_transport::tls ? usual_tls_port : usual_port;
}

option_values dns_spec::asked() const {
  option_values all;
  if (questions.empty()) return all;
  for (const question& one : questions)
    all.emplace_back("--dns", question_text(one));
  const dns_spec usual;
  if (over != usual.over) all.emplace_back("--dns-over", to_string(over));
  if (server_port != 0) all.emplace_back("--dns-port", std::to_string(server_port));
  if (rcodes != usual.rcodes) all.emplace_back("--dns-rcode", rcodes_text(rcodes));
  if (wanted) all.emplace_back("--dns-answer", wanted->pattern());
  if (unwanted) all.emplace_back("--dns-no-answer", unwanted->pattern());
  for (const dns_rule& one : rules)
    all.emplace_back("--dns-expect", one.written.substr(one.written.find(' ') + 1));
  if (!recursion) all.emplace_back("--no-recursion", "");
  return all;
}

std::size_t dns_details::text_bytes() const {
  std::size_t sum = name.size() + failed_check.size() + (tls ? tls->text_bytes() : 0);
  for (const auto* const records : {&answers, &authority, &additional}) {
    for (const record& one : *records)
      sum += one.name.size() + one.data.size() + sizeof one;
  }
  return sum;
}

const kind_description& dns_description = description;

}  // namespace muster

#include "codec/dns_words.hpp"

#include "core/ascii.hpp"
#include "core/whole_number.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace muster::codec {
namespace {

using word = std::pair<std::string_view, std::uint16_t>;

constexpr std::array<word, 14> types{{{"A", dns_type::a},
                                      {"AAAA", dns_type::aaaa},
                                      {"NS", dns_type::ns},
                                      {"SOA", dns_type::soa},
                                      {"MX", dns_type::mx},
                                      {"TXT", dns_type::txt},
                                      {"CNAME", dns_type::cname},
                                      {"PTR", dns_type::ptr},
                                      {"SRV", dns_type::srv},
                                      {"CAA", dns_type::caa},
                                      {"DS", dns_type::ds},
                                      {"DNSKEY", dns_type::dnskey},
                                      {"DNAME", dns_type::dname},
                                      {"ANY", dns_type::any}}};

// RFC 1035, 3.2.4.
constexpr std::array<word, 3> classes{{{"IN", dns_class_internet}, {"CH", 3}, {"HS", 4}}};

// RFC 1035, 2136, 6891 and 7873.
constexpr std::array<word, 13> rcodes{{{"NOERROR", 0},
                                       {"FORMERR", 1},
                                       {"SERVFAIL", 2},
                                       {"NXDOMAIN", 3},
                                       {"NOTIMP", 4},
                                       {"REFUSED", 5},
                                       {"YXDOMAIN", 6},
                                       {"YXRRSET", 7},
                                       {"NXRRSET", 8},
                                       {"NOTAUTH", 9},
                                       {"NOTZONE", 10},
                                       {"BADVERS", 16},
                                       {"BADCOOKIE", 23}}};

std::string text_of(std::span<const word> words, std::uint16_t value, std::string_view otherwise) {
  const auto place = std::ranges::find(words, value, &word::second);
  if (place != words.end()) return std::string{place->first};
  return fmt::format("{}{}", otherwise, value);
}

std::optional<std::uint16_t> read_word(std::span<const word> words, std::string_view text,
                                       std::string_view otherwise) {
  for (const auto& [name, value] : words) {
    if (equal_ignoring_case(text, name)) return value;
  }
  if (!equal_ignoring_case(text.substr(0, otherwise.size()), otherwise)) return std::nullopt;
  std::uint16_t value = 0;
  if (!read_whole(text.substr(otherwise.size()), value)) return std::nullopt;
  return value;
}

}  // namespace

std::string dns_type_text(std::uint16_t type) { return text_of(types, type, "TYPE"); }

std::optional<std::uint16_t> parse_dns_type(std::string_view text) {
  return read_word(types, text, "TYPE");
}

std::string dns_class_text(std::uint16_t record_class) {
  return text_of(classes, record_class, "CLASS");
}

std::optional<std::uint16_t> parse_dns_class(std::string_view text) {
  return read_word(classes, text, "CLASS");
}

std::string dns_rcode_text(std::uint16_t rcode) { return text_of(rcodes, rcode, "RCODE"); }

std::optional<std::uint16_t> parse_dns_rcode(std::string_view text) {
  auto value = read_word(rcodes, text, "RCODE");
  if (!value) value = read_word(rcodes, text, {});
  return value && *value <= dns_rcode_max ? value : std::nullopt;
}

}  // namespace muster::codec

#include "probe/dns/dns_option_text.hpp"

#include "codec/dns_name.hpp"
#include "codec/dns_words.hpp"
#include "muster/address.hpp"
#include "targets/international_name.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

std::string reverse_name(ip_address address) {
  std::string name;
  if (address.is_v4()) {
    for (int shift = 0; shift < 32; shift += 8)
      name += fmt::format("{}.", address.v4() >> shift & 0xff);
    return name + "in-addr.arpa";
  }
  for (const std::uint64_t half : {address.low(), address.high()}) {
    for (int shift = 0; shift < 64; shift += 4)
      name += fmt::format("{:x}.", half >> shift & 0xf);
  }
  return name + "ip6.arpa";
}

}  // namespace

parsed<dns_spec::question> parse_question(std::string_view text) {
  dns_spec::question question;
  // A name may hold a slash (RFC 2317); type and class come last.
  std::string_view name = text;
  const auto take_last = [&name] {
    const std::size_t slash = name.rfind('/');
    const std::string_view last = name.substr(slash + 1);
    name = name.substr(0, slash);
    return last;
  };
  if (text.find('/') != std::string_view::npos) {
    std::string_view word = take_last();
    const auto record_class = codec::parse_dns_class(word);
    if (record_class && name.find('/') != std::string_view::npos) {
      question.record_class = *record_class;
      word = take_last();
    }
    const auto type = codec::parse_dns_type(word);
    if (!type) {
      return parse_error{
          fmt::format("'{}' is no type of records; write one such as AAAA or TYPE65, and behind "
                      "it a class such as CH, if it is not IN",
                      excerpt(word))};
    }
    question.type = *type;
  }
  question.name = name;
  if (has_non_ascii(name)) {
    auto ascii = to_ascii_name(name);
    if (!ascii) return std::move(ascii.error());
    question.name = std::move(*ascii);
  } else if (const auto address = ip_address::parse(name);
             address && question.type == codec::dns_type::ptr) {
    question.name = reverse_name(*address);
  }
  const auto on_wire = codec::parse_dns_name(question.name);
  if (!on_wire) return on_wire.error();
  return question;
}

std::string question_text(const dns_spec::question& question) {
  std::string text = fmt::format("{}/{}", question.name, codec::dns_type_text(question.type));
  if (question.record_class != codec::dns_class_internet) {
    text += '/' + codec::dns_class_text(question.record_class);
  }
  return text;
}

parsed<std::vector<std::uint16_t>> parse_rcodes(std::string_view text) {
  std::vector<std::uint16_t> rcodes;
  if (text == "any") return rcodes;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const auto rcode = codec::parse_dns_rcode(word);
    if (!rcode) {
      return parse_error{
          fmt::format("'{}' is no response code; write words such as "
                      "NOERROR,NXDOMAIN, numbers from 0 to {}, or any",
                      excerpt(word), codec::dns_rcode_max)};
    }
    rcodes.push_back(*rcode);
    begin = end + 1;
  }
  return rcodes;
}

std::string rcodes_text(const std::vector<std::uint16_t>& rcodes) {
  if (rcodes.empty()) return "any";
  std::string text;
  for (const std::uint16_t rcode : rcodes) {
    if (!text.empty()) text += ',';
    text += codec::dns_rcode_text(rcode);
  }
  return text;
}

}  // namespace muster

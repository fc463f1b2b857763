// Strategy: the bytes are a message, whose first two are its id. Whatever it is, all of it is
// printable; and a name that was read is one that can be asked for.
#include "codec/dns_message.hpp"
#include "codec/dns_name.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

using namespace muster::codec;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_printable(const std::string& text) {
  require(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t header_bytes = 12;
  const auto message = std::as_bytes(std::span{data, size});
  unsigned records = 0;
  const auto read =
      read_dns_message(message, [&records](dns_section section, const dns_record& one) {
        if (section == dns_section::answer) ++records;
        require_printable(one.name);
        require_printable(one.data);
      });
  require(read_dns_header(message).has_value() == (size >= header_bytes));
  if (read) require(records == read->answers && read->rcode <= dns_rcode_max);

  std::string name;
  const auto end = read_dns_name(message, header_bytes, name);
  if (!end) return 0;
  require(*end <= size);
  const auto on_wire = parse_dns_name(name);
  require(on_wire && on_wire->size() <= dns_name_bytes_max);
  const auto id = static_cast<std::uint16_t>(data[0] << 8 | data[1]);
  const std::string asked = dns_question_message(id, {.name = *on_wire}, true);
  const auto asked_bytes = std::as_bytes(std::span{asked});
  require(read_dns_message(asked_bytes, [](dns_section, const dns_record&) {}).has_value());
  require(!answers_dns_question(asked_bytes, id, {.name = *on_wire}));
  answers_dns_question(message, id, {.name = *on_wire});
  return 0;
}

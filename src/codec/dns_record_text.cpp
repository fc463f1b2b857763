// Strategy: a cursor over the data of one record takes its parts one after the other, each of which
// appends itself as text. A part that does not fit makes the whole no record, and so does what is
// left at the end.
#include "codec/dns_record_text.hpp"

#include "codec/base64.hpp"
#include "codec/dns_name.hpp"
#include "codec/dns_wire.hpp"
#include "codec/dns_words.hpp"
#include "codec/wire.hpp"
#include "core/ascii.hpp"
#include "muster/address.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace muster::codec {
namespace {

void append_hex(std::string& out, std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes)
    fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned>(byte));
}

class data_cursor {
 public:
  data_cursor(std::string& out, std::span<const std::byte> message, const dns_data& data)
      : out_{out}, message_{message.first(data.at + data.bytes)}, at_{data.at} {}

  /// Whether all of the data was taken, and each part of it was there.
  bool is_whole() const { return fits_ && at_ == message_.size(); }
  bool has_more() const { return fits_ && at_ < message_.size(); }

  data_cursor& name() {
    begin_part();
    const auto end = fits_ ? read_dns_name(message_, at_, out_) : std::nullopt;
    fits_ = end.has_value();
    at_ = end.value_or(at_);
    return *this;
  }
  data_cursor& u8() { return number<std::uint8_t>(read_u8); }
  data_cursor& u16() { return number<std::uint16_t>(read_u16); }
  data_cursor& u32() { return number<std::uint32_t>(read_u32); }
  data_cursor& v4() {
    begin_part();
    if (const auto bytes = take(4); fits_)
      out_ += ip_address::from_v4(read_u32(bytes, 0)).to_string();
    return *this;
  }
  data_cursor& v6() {
    begin_part();
    if (const auto bytes = take(16); fits_) append_v6(bytes);
    return *this;
  }
  /// A text with its length before it (RFC 1035, 3.3).
  data_cursor& string() {
    begin_part();
    const auto length = take(1);
    const auto bytes = take(fits_ ? read_u8(length, 0) : 0);
    if (fits_) append_dns_string(out_, bytes);
    return *this;
  }
  /// The same for a word that needs no quotes (RFC 8659, 4.1): letters and digits.
  data_cursor& tag() {
    begin_part();
    const auto length = take(1);
    for (const std::byte byte : take(fits_ ? read_u8(length, 0) : 0)) {
      const char c = static_cast<char>(byte);
      fits_ = fits_ && (is_alpha(c) || is_digit(c));
      if (fits_) out_ += c;
    }
    return *this;
  }
  data_cursor& rest_as_string() {
    begin_part();
    append_dns_string(out_, take_rest());
    return *this;
  }
  data_cursor& rest_as_hex() {
    begin_part();
    append_hex(out_, take_rest());
    return *this;
  }
  data_cursor& rest_as_base64() {
    begin_part();
    const auto rest = take_rest();
    out_ += to_base64({reinterpret_cast<const char*>(rest.data()), rest.size()});
    return *this;
  }

 private:
  void begin_part() {
    if (has_parts_) out_ += ' ';
    has_parts_ = true;
  }
  std::span<const std::byte> take(std::size_t bytes) {
    fits_ = fits_ && message_.size() - at_ >= bytes;
    if (!fits_) return {};
    const auto part = message_.subspan(at_, bytes);
    at_ += bytes;
    return part;
  }
  std::span<const std::byte> take_rest() { return take(message_.size() - at_); }
  template <typename Number, typename Read>
  data_cursor& number(Read read) {
    begin_part();
    if (const auto bytes = take(sizeof(Number)); fits_) out_ += std::to_string(read(bytes, 0));
    return *this;
  }
  void append_v6(std::span<const std::byte> bytes) {
    out_ += ip_address::from_bits(read_u64(bytes, 0), read_u64(bytes, 8)).to_string();
  }

  std::string& out_;
  const std::span<const std::byte> message_;  // up to the end of the data
  std::size_t at_;
  bool fits_ = true;
  bool has_parts_ = false;
};

void append_strings(data_cursor& part) {
  while (part.has_more())
    part.string();
}

void append_known(data_cursor& part, std::uint16_t type) {
  switch (type) {
    case dns_type::a:
      part.v4();
      return;
    case dns_type::aaaa:
      part.v6();
      return;
    case dns_type::ns:
    case dns_type::cname:
    case dns_type::ptr:
    case dns_type::dname:
      part.name();
      return;
    case dns_type::soa:
      part.name().name().u32().u32().u32().u32().u32();
      return;
    case dns_type::mx:
      part.u16().name();
      return;
    case dns_type::txt:
      append_strings(part);
      return;
    case dns_type::srv:
      part.u16().u16().u16().name();
      return;
    case dns_type::caa:
      part.u8().tag().rest_as_string();
      return;
    case dns_type::ds:
      part.u16().u8().u8().rest_as_hex();
      return;
    case dns_type::dnskey:
      part.u16().u8().u8().rest_as_base64();
      return;
    default:
      return;
  }
}

bool is_known(const dns_data& data) {
  using namespace dns_type;
  constexpr std::array of_internet{a, aaaa, srv, ds, dnskey, caa};
  constexpr std::array of_any_class{ns, cname, soa, ptr, mx, txt, dname};
  if (std::ranges::find(of_any_class, data.type) != of_any_class.end()) return true;
  return data.record_class == dns_wire::class_internet &&
         std::ranges::find(of_internet, data.type) != of_internet.end();
}

}  // namespace

void append_dns_bytes(std::string& out, std::span<const std::byte> message, const dns_data& data) {
  fmt::format_to(std::back_inserter(out), "\\# {}", data.bytes);
  if (data.bytes > 0) out += ' ';
  append_hex(out, message.subspan(data.at, data.bytes));
}

bool append_dns_data(std::string& out, std::span<const std::byte> message, const dns_data& data) {
  if (!is_known(data)) {
    append_dns_bytes(out, message, data);
    return true;
  }
  data_cursor part{out, message, data};
  append_known(part, data.type);
  return part.is_whole();
}

}  // namespace muster::codec

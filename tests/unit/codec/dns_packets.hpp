#pragma once

#include "codec/dns_message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace muster::test {

using namespace std::string_view_literals;

// Messages as the tests build them, part by part.

inline constexpr std::uint16_t own_id = 0x1234;
inline constexpr std::string_view www_lab_test = "\3www\3lab\4test\0"sv;
/// The name of the question, from anywhere in a message.
inline constexpr std::string_view same_name = "\xc0\x0c"sv;

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

inline std::string u16(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// An answer's header and question.
struct answer_head {
  std::uint16_t id = own_id;
  unsigned flags = 0x8180;
  unsigned questions = 1, answers = 0, authority = 0, additional = 0;
  std::string_view name = www_lab_test;
  unsigned type = codec::dns_type::a;

  std::string text() const {
    return u16(id) + u16(flags) + u16(questions) + u16(answers) + u16(authority) + u16(additional) +
           std::string{name} + u16(type) + u16(1);
  }
};

inline std::string record(unsigned type, std::string_view data, std::string_view name = same_name,
                          unsigned record_class = 1) {
  return std::string{name} + u16(type) + u16(record_class) + std::string{"\0\0\1\x2c"sv} +
         u16(static_cast<unsigned>(data.size())) + std::string{data};
}

}  // namespace muster::test

#include "core/url_encoding.hpp"

#include "core/ascii.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr std::string_view upper_hex_digits = "0123456789ABCDEF";

bool is_url_character(char c) {
  constexpr std::string_view punctuation = "-._~:/?@!$&'()*+,;=";
  return is_alpha(c) || is_digit(c) || punctuation.find(c) != std::string_view::npos;
}

}  // namespace

std::string percent_encode(std::string_view part, bool brackets) {
  std::string encoded;
  encoded.reserve(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    const bool begins_escape = c == '%' && i + 2 < part.size() && hex_value(part[i + 1]) >= 0 &&
                               hex_value(part[i + 2]) >= 0;
    if (is_url_character(c) || begins_escape || (brackets && (c == '[' || c == ']'))) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', upper_hex_digits[byte >> 4], upper_hex_digits[byte & 0xf]};
    }
  }
  return encoded;
}

}  // namespace muster

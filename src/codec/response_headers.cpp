#include "codec/response_headers.hpp"

#include "codec/ascii.hpp"
#include "codec/http_response.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

struct header_rule {
  std::string_view name;
  std::size_t bytes_max;
  bool drop_if_longer;  // Instead of cutting it off.
};

constexpr std::array<header_rule, 3> rules{{
    {"server", http_response_reader::value_bytes_max, false},
    {"content-type", http_response_reader::value_bytes_max, false},
    {"location", http_response_reader::location_bytes_max, true},
}};

// One more than the longest name: enough to see that a longer one is none of them.
constexpr std::size_t name_bytes_max = std::string_view{"content-type"}.size() + 1;

void append_capped(std::string& to, std::string_view bytes, std::size_t bytes_max) {
  to.append(bytes.substr(0, bytes_max - std::min(bytes_max, to.size())));
}

}  // namespace

void response_headers::name_piece(std::string_view bytes) {
  append_capped(name_, bytes, name_bytes_max);
}

void response_headers::name_end() {
  const auto rule = std::find_if(rules.begin(), rules.end(), [this](const header_rule& candidate) {
    return equal_ignoring_case(candidate.name, name_);
  });
  name_.clear();
  overflowed_ = false;
  current_ = static_cast<std::size_t>(rule - rules.begin());
  if (current_ != none && kept_[current_].seen) current_ = none;
}

void response_headers::value_piece(std::string_view bytes) {
  if (current_ == none) return;
  std::string& value = kept_[current_].value;
  const std::size_t bytes_max = rules[current_].bytes_max;
  overflowed_ = overflowed_ || bytes.size() > bytes_max - value.size();
  append_capped(value, bytes, bytes_max);
}

void response_headers::value_end() {
  if (current_ == none) return;
  kept_header& header = kept_[current_];
  header.seen = true;
  if (overflowed_ && rules[current_].drop_if_longer) header.value.clear();
  header.value = std::string{trim(header.value)};
  current_ = none;
}

}  // namespace muster::codec

#pragma once

#include "muster/printable.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace muster {

/// What is wrong with a text, and what would be right.
struct parse_error {
  std::string message;
};

/// A `Value` read from text, or why there is none.
template <typename Value>
class parsed {
 public:
  parsed(Value value) : held_{std::move(value)} {}
  parsed(parse_error error) : held_{std::move(error)} {}

  explicit operator bool() const { return held_.index() == 0; }
  Value& operator*() { return *std::get_if<0>(&held_); }
  const Value& operator*() const { return *std::get_if<0>(&held_); }
  Value* operator->() { return std::get_if<0>(&held_); }
  const Value* operator->() const { return std::get_if<0>(&held_); }
  parse_error& error() { return *std::get_if<1>(&held_); }
  const parse_error& error() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<Value, parse_error> held_;
};

/// A piece of somebody's text, fit to stand in a message.
inline std::string excerpt(std::string_view text) {
  constexpr std::size_t excerpt_bytes_max = 64;
  std::string out;
  append_printable(out, text, excerpt_bytes_max);
  return out;
}

}  // namespace muster

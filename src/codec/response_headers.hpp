#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace muster::codec {

/// Gathers the values of the few response headers that are reported, from names and values that
/// arrive in pieces. What is kept is bounded; of a repeated header, the first counts.
class response_headers {
 public:
  void name_piece(std::string_view bytes);
  void name_end();
  void value_piece(std::string_view bytes);
  void value_end();

  const std::string& server() const { return kept_[0].value; }
  const std::string& content_type() const { return kept_[1].value; }
  const std::string& location() const { return kept_[2].value; }

 private:
  struct kept_header {
    std::string value;
    bool seen = false;
  };
  static constexpr std::size_t none = 3;

  std::array<kept_header, 3> kept_;
  std::string name_;
  std::size_t current_ = none;  // Which of `kept_` the value that is arriving belongs to.
  bool overflowed_ = false;
};

}  // namespace muster::codec

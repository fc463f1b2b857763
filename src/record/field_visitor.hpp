#pragma once

#include "muster/address.hpp"
#include "record/field.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What is shown the fields of a record that are known, one call each: a format, which says how a
/// field of each type looks in it. The fields of a record and when each is known are written down
/// once, by whoever has them; so no two formats can disagree.
class field_visitor {
 public:
  /// Shows the members of object number `index`.
  using members = std::function<void(std::size_t index, field_visitor& visitor)>;

  virtual void time(const field& name, std::chrono::system_clock::time_point value) = 0;
  /// One of our own words, which no format has to escape.
  virtual void word(const field& name, std::string_view value) = 0;
  /// Untrusted bytes, which are to be one line of at most `field_bytes_max`.
  virtual void text(const field& name, std::string_view value) = 0;
  /// Untrusted bytes, all of them, with their lines.
  virtual void lines(const field& name, std::string_view value) = 0;
  virtual void texts(const field& name, const std::vector<std::string>& values) = 0;
  /// The same of short ones without line ends, which a table has in one line, with spaces between.
  virtual void words(const field& name, const std::vector<std::string>& values) = 0;
  void integer(const field& name, std::unsigned_integral auto value) {
    number(name, std::uint64_t{value});
  }
  /// 0 or more, though its type has a sign.
  void integer(const field& name, std::signed_integral auto value) {
    number(name, static_cast<std::uint64_t>(value));
  }
  virtual void integers(const field& name, const std::vector<int>& values) = 0;
  virtual void real(const field& name, double value) = 0;
  virtual void milliseconds(const field& name, std::chrono::nanoseconds value) = 0;
  virtual void thousandths(const field& name, std::uint64_t value) = 0;
  virtual void yes(const field& name) = 0;
  void address(const field& name, ip_address value) {
    std::array<char, ip_address::text_bytes_max> text;
    const char* const end = value.write(text.data());
    word(name, {text.data(), static_cast<std::size_t>(end - text.data())});
  }
  /// An object, whose members have the object's name before a dot in theirs; to a table they are
  /// fields like any other.
  virtual void object(const field& name, const std::function<void(field_visitor&)>& show) = 0;
  /// So many objects; a table has `plain` instead, or their number where that is empty.
  virtual void objects(const field& name, std::size_t count, std::string_view plain,
                       const members& show) = 0;
  /// Untrusted bytes that are to be a JSON value. Where they are none, `otherwise` has them as they
  /// are, and `wrong` says why.
  virtual void data(const field& name, const field& otherwise, const field& wrong,
                    std::string_view value) = 0;

 protected:
  field_visitor() = default;
  ~field_visitor() = default;

 private:
  virtual void number(const field& name, std::uint64_t value) = 0;
};

}  // namespace muster

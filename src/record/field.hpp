#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace muster {

/// A field of a record. The names are API: docs/output.md describes them, a test holds both against
/// each other.
class field {
 public:
  static constexpr std::size_t name_bytes_max = 24;
  /// The name as JSON has it, `"name":`, in an array that is copied as a whole. Of a name with a
  /// dot, as `tls.version`, that is what comes after it: such a field is a member of an object.
  struct json_key {
    std::array<char, name_bytes_max + 4> text{};
    std::size_t size = 0;
  };

  /// Tables have the fields in the order of `place`, and those of one place in the order in which
  /// they are listed. A field that comes later gets a later place, so that the columns before it
  /// stay where they are.
  consteval field(std::string_view name, unsigned place) : place_{place} {
    if (name.empty() || name.size() > name_bytes_max) throw "no such name";
    for (const char c : name)
      name_[name_size_++] = c;
    const std::size_t dot = name.rfind('.');
    add("\"");
    add(dot == name.npos ? name : name.substr(dot + 1));
    add("\":");
  }

  constexpr std::string_view name() const { return {name_.data(), name_size_}; }
  constexpr const json_key& key() const { return key_; }
  constexpr unsigned place() const { return place_; }

 private:
  constexpr void add(std::string_view part) {
    for (const char c : part)
      key_.text[key_.size++] = c;
  }

  std::array<char, name_bytes_max> name_{};
  std::size_t name_size_ = 0;
  json_key key_;
  unsigned place_;
};

/// The longest text of one line that goes into a field; what is longer is cut. Longer than any
/// target line and any header block, so that only a fault elsewhere could meet it.
inline constexpr std::size_t field_bytes_max = 16 * 1024;

}  // namespace muster

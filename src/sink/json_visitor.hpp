#pragma once

#include "sink/fields.hpp"
#include "sink/line_buffer.hpp"
#include "sink/performance_text.hpp"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

inline constexpr std::size_t key_bytes_max = 24;

/// `,"name":`, ready to be appended.
struct json_key {
  std::array<char, key_bytes_max> text{};
  std::size_t size = 0;

  constexpr void add(std::string_view part) {
    for (const char c : part)
      text[size++] = c;
  }
};

inline constexpr auto json_keys = [] {
  std::array<json_key, field_count> keys{};
  for (std::size_t i = 0; i < field_count; ++i) {
    keys[i].add(i == 0 ? "{\"" : ",\"");
    keys[i].add(field_names[i]);
    keys[i].add("\":");
  }
  return keys;
}();

/// Appends each field it visits to a JSON object, `{"first":…,"second":…`, without its end. A field
/// that is not the record's first begins with a comma. `AppendText` is a function that appends
/// untrusted text as a JSON string.
template <void (*AppendText)(line_buffer&, std::string_view)>
class json_visitor {
 public:
  json_visitor(line_buffer& out, timestamp_writer& clock) : out_{out}, clock_{clock} {}

  void time(field name, std::chrono::system_clock::time_point value) {
    key(name);
    out_ += '"';
    clock_.append(out_, value);
    out_ += '"';
  }
  void word(field name, std::string_view value) {
    key(name);
    out_ += '"';
    out_ += value;
    out_ += '"';
  }
  void address(field name, ip_address value) {
    std::array<char, ip_address::text_bytes_max> text;
    const char* const end = value.write(text.data());
    word(name, {text.data(), static_cast<std::size_t>(end - text.data())});
  }
  void text(field name, std::string_view value) {
    key(name);
    AppendText(out_, value);
  }
  void integer(field name, std::integral auto value) {
    key(name);
    append_integer(out_, value);
  }
  void integers(field name, const std::vector<int>& values) {
    key(name);
    char before = '[';
    for (const int value : values) {
      out_ += std::exchange(before, ',');
      append_integer(out_, value);
    }
    out_ += ']';
  }
  void milliseconds(field name, std::chrono::nanoseconds value) {
    key(name);
    append_milliseconds(out_, value);
  }
  void thousandths(field name, std::uint64_t value) {
    key(name);
    append_thousandths(out_, value);
  }
  void yes(field name) {
    key(name);
    out_ += "true";
  }
  void attempts(field name, const std::vector<probe_attempt>& tries) {
    key(name);
    std::string_view before = "[{\"status\":\"";
    for (const probe_attempt& one : tries) {
      out_ += std::exchange(before, ",{\"status\":\"");
      out_ += to_string(one.status);
      out_ += '"';
      if (one.reason != reason::none) {
        out_ += ",\"reason\":\"";
        out_ += to_string(one.reason);
        out_ += '"';
      }
      if (one.rtt.count() >= 0) {
        out_ += ",\"rtt_ms\":";
        append_milliseconds(out_, one.rtt);
      }
      out_ += '}';
    }
    out_ += ']';
  }
  void performance(field name, const std::vector<performance_value>& values) {
    key(name);
    append_performance_json(out_, values, AppendText);
  }

 private:
  void key(field name) {
    const json_key& key = json_keys[static_cast<std::size_t>(name)];
    out_.append_part(key.text, key.size);
  }

  line_buffer& out_;
  timestamp_writer& clock_;
};

}  // namespace muster

#include "sink/performance_text.hpp"

#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

void append_number(std::string& out, double value) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_label(std::string& out, std::string_view label) {
  if (label.find_first_of(" \t\r\n'=") == label.npos) {
    out += label;
    return;
  }
  out += '\'';
  for (const char c : label)
    out += c == '\'' ? std::string{"''"} : std::string{c};
  out += '\'';
}

void append_value(std::string& out, const performance_value& one) {
  append_label(out, one.label);
  out += '=';
  if (one.value) {
    append_number(out, *one.value);
    out += one.unit;
  } else {
    out += 'U';
  }
  out += ';' + one.warning + ';' + one.critical + ';';
  if (one.min) append_number(out, *one.min);
  out += ';';
  if (one.max) append_number(out, *one.max);
  while (out.ends_with(';'))
    out.pop_back();
}

/// Members of a JSON object, each after a comma; those that are not there are left out.
class json_members {
 public:
  using append_text = void (*)(line_buffer&, std::string_view);
  json_members(line_buffer& out, append_text append) : out_{out}, append_{append} {}

  void add(std::string_view name, std::string_view text) {
    if (text.empty()) return;
    key(name);
    append_(out_, text);
  }
  void add(std::string_view name, const std::optional<double>& value) {
    if (!value) return;
    key(name);
    append_number(out_.string(), *value);
  }

 private:
  void key(std::string_view name) {
    out_ += ",\"";
    out_ += name;
    out_ += "\":";
  }
  line_buffer& out_;
  append_text append_;
};

}  // namespace

void append_performance(std::string& out, const std::vector<performance_value>& values) {
  const char* before = "";
  for (const performance_value& one : values) {
    out += std::exchange(before, " ");
    append_value(out, one);
  }
}

void append_performance_json(line_buffer& out, const std::vector<performance_value>& values,
                             void (*append_text)(line_buffer&, std::string_view)) {
  std::string_view before = "[{\"label\":";
  json_members members{out, append_text};
  for (const performance_value& one : values) {
    out += std::exchange(before, ",{\"label\":");
    append_text(out, one.label);
    members.add("value", one.value);
    members.add("unit", one.unit);
    members.add("warning", one.warning);
    members.add("critical", one.critical);
    members.add("min", one.min);
    members.add("max", one.max);
    out += '}';
  }
  out += ']';
}

}  // namespace muster

#include "probe/exec/performance_text.hpp"

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

constexpr field label{"label", 0};
constexpr field number{"value", 0};
constexpr field unit{"unit", 0};
constexpr field warning{"warning", 0};
constexpr field critical{"critical", 0};
constexpr field least{"min", 0};
constexpr field most{"max", 0};

void show_value(const performance_value& one, field_visitor& member) {
  const auto text = [&member](const field& name, const std::string& value) {
    if (!value.empty()) member.text(name, value);
  };
  const auto real = [&member](const field& name, const std::optional<double>& value) {
    if (value) member.real(name, *value);
  };
  member.text(label, one.label);
  real(number, one.value);
  text(unit, one.unit);
  text(warning, one.warning);
  text(critical, one.critical);
  real(least, one.min);
  real(most, one.max);
}

}  // namespace

void append_performance(std::string& out, const std::vector<performance_value>& values) {
  const char* before = "";
  for (const performance_value& one : values) {
    out += std::exchange(before, " ");
    append_value(out, one);
  }
}

void show_performance(const field& name, const std::vector<performance_value>& values,
                      field_visitor& visitor) {
  std::string plain;
  append_performance(plain, values);
  visitor.objects(name, values.size(), plain, [&values](std::size_t index, field_visitor& member) {
    show_value(values[index], member);
  });
}

}  // namespace muster

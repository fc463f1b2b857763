// Strategy: bytes are only sorted while they come, into the line and the performance data, each up
// to its bound. The data are taken apart at the end: a value that is not as it has to be is left
// out and counted, and the next blank that is not in quotes begins another one.
#include "codec/plugin_output.hpp"

#include "core/ascii.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace muster::codec {
namespace {

/// Takes a decimal number off the front of `text`; nothing if there is none, or none that is
/// finite.
std::optional<double> take_number(std::string_view& text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  // from_chars would take "inf" and "nan", too.
  if (digits.empty() || !(is_digit(digits.front()) || digits.front() == '.')) return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return value;
}

/// `[@][start:][end]`, where start may be `~`; at least one of them is there.
bool is_range(std::string_view text) {
  if (text.size() > performance_value::range_bytes_max) return false;
  if (text.starts_with('@')) text.remove_prefix(1);
  bool any = text.starts_with('~');
  if (any) {
    text.remove_prefix(1);
    if (!text.starts_with(':')) return false;
  } else {
    any = take_number(text).has_value();
  }
  if (!text.starts_with(':')) return any && text.empty();
  text.remove_prefix(1);
  if (text.empty()) return any;
  return take_number(text) && text.empty();
}

bool is_unit(std::string_view text) {
  if (text.size() > performance_value::unit_bytes_max) return false;
  for (const char c : text) {
    if (is_digit(c) || c == '.' || c == '\'' || c == '"' || c == '=' ||
        static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) {
      return false;
    }
  }
  return true;
}

bool read_limit(std::string_view text, std::optional<double>& into) {
  if (text.empty()) return true;
  into = take_number(text);
  return into.has_value() && text.empty();
}

bool read_range(std::string_view text, std::string& into) {
  if (text.empty()) return true;
  into = text;
  return is_range(text);
}

/// Takes a label off the front of `text`, with the equals sign after it; no label goes on over the
/// end of a line. When there is none, what is taken ends before the next blank.
bool take_label(std::string_view& text, std::string& into) {
  bool closed = !text.starts_with('\'');
  if (closed) {
    while (!text.empty() && text.front() != '=' && !is_line_space(text.front())) {
      into += text.front();
      text.remove_prefix(1);
    }
  } else {
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '\n' && !closed) {
      const bool quote = text.front() == '\'';
      if (quote) text.remove_prefix(1);
      closed = quote && !text.starts_with('\'');  // two of them stand for one
      if (closed) break;
      into += text.front();
      text.remove_prefix(1);
    }
  }
  const bool fits = closed && !into.empty() && into.size() <= performance_value::label_bytes_max &&
                    text.starts_with('=');
  if (fits) text.remove_prefix(1);
  return fits;
}

bool read_fields(std::string_view text, performance_value& into) {
  constexpr std::size_t fields_max = 5;
  std::array<std::string_view, fields_max> fields;
  std::size_t count = 0;
  for (bool more = true; more; ++count) {
    if (count == fields_max) return text.empty();  // a semicolon too many does no harm
    const std::size_t end = std::min(text.find(';'), text.size());
    more = end < text.size();
    fields[count] = text.substr(0, end);
    text.remove_prefix(more ? end + 1 : end);
  }
  std::string_view& unit = fields[0];
  if (unit == "U") {
    unit = {};
  } else {
    into.value = take_number(unit);
    if (!into.value || !is_unit(unit)) return false;
    into.unit = unit;
  }
  return read_range(fields[1], into.warning) && read_range(fields[2], into.critical) &&
         read_limit(fields[3], into.min) && read_limit(fields[4], into.max);
}

std::string_view take_word(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && !is_line_space(text[end]))
    ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

void read_performance(std::string_view text, plugin_output& into) {
  while (true) {
    while (!text.empty() && is_line_space(text.front()))
      text.remove_prefix(1);
    if (text.empty()) return;
    performance_value one;
    const bool labelled = take_label(text, one.label);
    const std::string_view fields = take_word(text);
    if (labelled && into.performance.size() < plugin_output::performance_values_max &&
        read_fields(fields, one)) {
      into.performance.push_back(std::move(one));
    } else {
      ++into.performance_dropped;
    }
  }
}

}  // namespace

void plugin_output_reader::feed(std::string_view bytes) {
  for (const char c : bytes)
    step(c);
}

void plugin_output_reader::step(char c) {
  switch (state_) {
    case state::first_line:
      if (c == '\n') {
        state_ = state::more_lines;
      } else if (c == '|') {
        state_ = state::first_performance;
      } else {
        keep_line(c);
      }
      return;
    case state::first_performance:
      if (c == '\n') state_ = state::more_lines;
      return keep_performance(c);
    case state::more_lines:
      if (c == '|') state_ = state::more_performance;
      return;
    case state::more_performance:
      return keep_performance(c);
  }
}

void plugin_output_reader::keep_line(char c) {
  if (out_.line.size() < plugin_output::line_bytes_max) {
    out_.line += c;
  } else if (!is_line_space(c)) {
    out_.line_truncated = true;
  }
}

void plugin_output_reader::keep_performance(char c) {
  if (performance_.size() < plugin_output::performance_bytes_max) {
    performance_ += c;
  } else if (!is_line_space(c)) {
    performance_truncated_ = true;
  }
}

plugin_output plugin_output_reader::finish() {
  if (performance_truncated_) {
    // Half a value would be another one.
    while (!performance_.empty() && !is_line_space(performance_.back()))
      performance_.pop_back();
    ++out_.performance_dropped;
  }
  out_.line = trim(out_.line, line_space);
  read_performance(performance_, out_);
  performance_.clear();
  return std::move(out_);
}

}  // namespace muster::codec

namespace muster {

std::string_view plugin_state(int exit_code) {
  constexpr std::array<std::string_view, 4> words{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  const auto index = static_cast<std::size_t>(exit_code);
  return exit_code >= 0 && index < words.size() ? words[index] : std::string_view{};
}

}  // namespace muster

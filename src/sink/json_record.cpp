#include "sink/json_record.hpp"

#include "sink/json_text.hpp"

#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace muster {

void append_json_text(line_buffer& out, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max || !is_plain_json(text)) {
    return append_json_string(out.string(), text, bytes_max);
  }
  out += '"';
  out += text;
  out += '"';
}

void json_record::key(const field& name) {
  const field::json_key& key = name.key();
  out_ += std::exchange(before_, ',');
  out_.append_part(key.text, key.size);
}

void json_record::time(const field& name, std::chrono::system_clock::time_point value) {
  key(name);
  out_ += '"';
  clock_.append(out_, value);
  out_ += '"';
}

void json_record::word(const field& name, std::string_view value) {
  key(name);
  out_ += '"';
  out_ += value;
  out_ += '"';
}

void json_record::text(const field& name, std::string_view value) {
  key(name);
  append_(out_, value, field_bytes_max);
}

void json_record::append_whole(std::string_view value) {
  // A byte that is no UTF-8 becomes one character of three.
  constexpr std::size_t utf8_growth_max = 3;
  append_(out_, value, value.size() * utf8_growth_max);
}

void json_record::lines(const field& name, std::string_view value) {
  key(name);
  append_whole(value);
}

void json_record::texts(const field& name, const std::vector<std::string>& values) {
  key(name);
  char before = '[';
  for (const std::string& value : values) {
    out_ += std::exchange(before, ',');
    append_whole(value);
  }
  out_ += ']';
}

void json_record::words(const field& name, const std::vector<std::string>& values) {
  texts(name, values);
}

void json_record::number(const field& name, std::uint64_t value) {
  key(name);
  append_integer(out_, value);
}

void json_record::integers(const field& name, const std::vector<int>& values) {
  key(name);
  char before = '[';
  for (const int value : values) {
    out_ += std::exchange(before, ',');
    append_integer(out_, value);
  }
  out_ += ']';
}

void json_record::real(const field& name, double value) {
  key(name);
  fmt::format_to(std::back_inserter(out_.string()), "{}", value);
}

void json_record::milliseconds(const field& name, std::chrono::nanoseconds value) {
  key(name);
  append_milliseconds(out_, value);
}

void json_record::thousandths(const field& name, std::uint64_t value) {
  key(name);
  append_thousandths(out_, value);
}

void json_record::yes(const field& name) {
  key(name);
  out_ += "true";
}

void json_record::object(const field& name, const std::function<void(field_visitor&)>& show) {
  key(name);
  json_record inner{out_, clock_, append_};
  show(inner);
  if (inner.before_ == '{') out_ += '{';
  out_ += '}';
}

void json_record::objects(const field& name, std::size_t count, std::string_view,
                          const members& show) {
  key(name);
  out_ += '[';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out_ += ',';
    json_record member{out_, clock_, append_};
    show(i, member);
    out_ += '}';
  }
  out_ += ']';
}

void json_record::data(const field& name, const field& otherwise, const field& wrong,
                       std::string_view value) {
  std::string parsed;
  const std::string fault = append_json_value(parsed, value);
  if (fault.empty()) {
    key(name);
    out_ += parsed;
  } else {
    lines(otherwise, value);
    lines(wrong, fault);
  }
}

}  // namespace muster

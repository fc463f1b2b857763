#include "probe/talk/talk_script.hpp"

#include "core/ascii.hpp"
#include "core/byte_escape.hpp"
#include "core/whole_number.hpp"
#include "net/small_file.hpp"
#include "probe/pattern_option.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {
namespace {

using action = talk_step::action;

constexpr int group_max = 9;

/// Takes what comes before the next end of a step.
std::string_view take_step(std::string_view& text, step_end end) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\n' || (text[at] == ';' && end == step_end::semicolon)) break;
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] != '\n') ++at;
  }
  const std::string_view step = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return trim(step, line_space);
}

/// Takes the first word, and the blanks after it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  text = trim(text);
  return word;
}

/// Steps, each of which may depend on those before it.
class script_reader {
 public:
  explicit script_reader(talk_medium medium) : medium_{medium} {}

  /// What is wrong with a step; empty if nothing is.
  std::string add(std::string_view text);
  std::vector<talk_step> take() { return std::move(steps_); }
  std::size_t size() const { return steps_.size(); }

 private:
  std::string read(talk_step& step, std::string_view word, std::string_view rest);
  std::string read_of_messages(talk_step& step, std::string_view word, std::string_view rest);
  std::string read_failure(talk_step& step, std::string_view rest);
  std::string read_expected(talk_step& step, action what, std::string_view text);
  std::string read_sent(talk_step& step, std::string_view text) const;
  std::string read_group(talk_step& step, std::string_view& text) const;

  const talk_medium medium_;
  std::vector<talk_step> steps_;
  int groups_ = -1;  // of the latest expectation; -1 where there is none
  bool is_secure_ = false;
};

std::string script_reader::add(std::string_view text) {
  if (text.size() > talk_step::text_bytes_max) {
    return fmt::format("longer than {} bytes", talk_step::text_bytes_max);
  }
  if (steps_.size() == talk_dialogue::steps_max) {
    return fmt::format("more than {} steps", talk_dialogue::steps_max);
  }
  talk_step step;
  step.text = text;
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (std::string wrong = read(step, word, rest); !wrong.empty()) return wrong;
  steps_.push_back(std::move(step));
  return {};
}

std::string script_reader::read(talk_step& step, std::string_view word, std::string_view rest) {
  if (medium_ == talk_medium::messages) return read_of_messages(step, word, rest);
  if (word == "expect") return read_expected(step, action::expect_line, rest);
  if (word == "expect-ber") return read_expected(step, action::expect_ber, rest);
  if (word == "expect-mysql") return read_expected(step, action::expect_mysql, rest);
  if (word == "expect-bytes") {
    const std::string_view count = take_word(rest);
    if (!read_whole(count, step.bytes) || step.bytes == 0 || step.bytes > talk_step::bytes_max) {
      return fmt::format("write expect-bytes N REGEX, where N is 1 to {}", talk_step::bytes_max);
    }
    return read_expected(step, action::expect_bytes, rest);
  }
  if (word == "fail") return read_failure(step, rest);
  if (word == "send" || word == "write") {
    if (std::string wrong = read_sent(step, rest); !wrong.empty()) return wrong;
    if (word == "send") step.pieces.push_back({.bytes = "\r\n"});
    return step.pieces.empty() ? "there is nothing to write" : std::string{};
  }
  if (word != "starttls" || !rest.empty()) {
    return "write expect REGEX, send TEXT, starttls, write TEXT, fail REGEX, expect-bytes N REGEX, "
           "expect-ber REGEX or expect-mysql REGEX";
  }
  if (std::exchange(is_secure_, true)) return "TLS begins only once";
  step.what = action::starttls;
  groups_ = -1;
  return {};
}

std::string script_reader::read_of_messages(talk_step& step, std::string_view word,
                                            std::string_view rest) {
  if (word == "expect") return read_expected(step, action::expect_message, rest);
  if (word == "fail") return read_failure(step, rest);
  if (word == "send") return read_sent(step, rest);
  return "write expect REGEX, send TEXT or fail REGEX";
}

std::string script_reader::read_failure(talk_step& step, std::string_view rest) {
  step.what = action::fail;
  return rest.empty() ? std::string{} : read_pattern(step.pattern, std::string{rest});
}

std::string script_reader::read_expected(talk_step& step, action what, std::string_view text) {
  step.what = what;
  if (std::string wrong = read_pattern(step.pattern, std::string{text}); !wrong.empty())
    return wrong;
  const auto& named = step.pattern->NamedCapturingGroups();
  if (const auto banner = named.find("banner"); banner != named.end()) {
    if (banner->second > group_max) {
      return fmt::format("(?P<banner>…) is to be one of the first {} groups", group_max);
    }
    step.banner_group = banner->second;
  }
  groups_ = std::min(step.pattern->NumberOfCapturingGroups(), group_max);
  return {};
}

std::string script_reader::read_sent(talk_step& step, std::string_view text) const {
  std::string bytes;
  const auto flush = [&] {
    if (!bytes.empty()) step.pieces.push_back({.bytes = std::exchange(bytes, {})});
  };
  for (std::string_view rest = text; !rest.empty();) {
    if (rest.starts_with("${")) {
      flush();
      if (std::string wrong = read_group(step, rest); !wrong.empty()) return wrong;
      continue;
    }
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      bytes += c;
    } else if (rest.starts_with(';') || rest.starts_with('$')) {
      bytes += rest.front();
      rest.remove_prefix(1);
    } else if (const auto byte = take_byte_escape(rest)) {
      bytes += *byte;
    } else {
      return fmt::format(
          "'{}' has an escape that is none; write \\x and two digits, \\r, \\n, \\t, "
          "\\0, \\\\, \\; or \\$",
          excerpt(text));
    }
  }
  flush();
  return {};
}

std::string script_reader::read_group(talk_step& step, std::string_view& text) const {
  const std::size_t end = text.find('}');
  int group = -1;
  if (end == std::string_view::npos || !read_whole(text.substr(2, end - 2), group) || group < 0 ||
      group > group_max) {
    return fmt::format("'{}' is no group; write ${{0}} to ${{{}}}, or \\$ for a dollar sign",
                       excerpt(text), group_max);
  }
  if (group > groups_) {
    return groups_ < 0
               ? fmt::format("${{{}}} has no expectation before it, or TLS began since", group)
               : fmt::format("the latest expectation has no group {}", group);
  }
  step.pieces.push_back({.group = group});
  text.remove_prefix(end + 1);
  return {};
}

parsed<std::vector<talk_step>> read_script_file(const std::string& path, talk_medium medium) {
  std::string text;
  if (const int error = read_regular_file(path, talk_dialogue::file_bytes_max + 1, text)) {
    const bool is_no_file = error == static_cast<int>(std::errc::invalid_argument);
    return parse_error{
        fmt::format("can't read {}: {}", excerpt(path),
                    is_no_file ? "it is no regular file" : std::generic_category().message(error))};
  }
  if (text.size() > talk_dialogue::file_bytes_max) {
    return parse_error{
        fmt::format("{} is longer than {} bytes", excerpt(path), talk_dialogue::file_bytes_max)};
  }
  auto steps = parse_talk_script(text, step_end::line, medium);
  if (!steps) return parse_error{fmt::format("{}: {}", excerpt(path), steps.error().message)};
  return steps;
}

}  // namespace

parsed<std::vector<talk_step>> read_talk_script(std::string_view text, talk_medium medium) {
  return text.starts_with('@') ? read_script_file(std::string{text.substr(1)}, medium)
                               : parse_talk_script(text, step_end::semicolon, medium);
}

parsed<std::vector<talk_step>> parse_talk_script(std::string_view text, step_end end,
                                                 talk_medium medium) {
  script_reader reader{medium};
  while (!text.empty()) {
    const std::string_view step = take_step(text, end);
    if (step.empty() || step.starts_with('#')) continue;
    if (const std::string wrong = reader.add(step); !wrong.empty()) {
      return parse_error{fmt::format("step {}, '{}': {}", reader.size() + 1, excerpt(step), wrong)};
    }
  }
  if (reader.size() == 0) return parse_error{"there are no steps; write expect REGEX, for one"};
  return reader.take();
}

std::string talk_script_text(const std::vector<talk_step>& steps) {
  std::string text;
  for (const talk_step& step : steps) {
    if (!text.empty()) text += "; ";
    for (std::size_t at = 0; at < step.text.size(); ++at) {
      if (step.text[at] == ';') text += '\\';
      text += step.text[at];
      if (step.text[at] == '\\' && at + 1 < step.text.size()) text += step.text[++at];
    }
  }
  return text;
}

}  // namespace muster

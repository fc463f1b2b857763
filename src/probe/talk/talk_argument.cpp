#include "probe/talk/talk_argument.hpp"

#include "core/ascii.hpp"
#include "core/whole_number.hpp"
#include "probe/talk/ready_talks.hpp"
#include "probe/talk/talk_script.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

std::string names_of_ready_ones() {
  std::string names;
  for (const ready_talk& one : ready_talks())
    names.append(names.empty() ? "" : ", ").append(one.name);
  return names;
}

bool read_port(std::string_view text, std::uint16_t& port) {
  return read_whole(text, port) && port != 0;
}

/// `PORT=STEPS` or `PORT=@FILE`.
parsed<talk_dialogue> parse_own(std::string_view text) {
  talk_dialogue dialogue;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !read_port(text.substr(0, equals), dialogue.port)) {
    return parse_error{
        fmt::format("'{}' is no dialogue; write PORT=STEPS or PORT=@FILE, where PORT is 1 to 65535",
                    excerpt(text))};
  }
  const std::string_view rest = text.substr(equals + 1);
  auto steps = read_talk_script(rest);
  if (!steps) return std::move(steps.error());
  dialogue.steps = std::move(*steps);
  if (rest.starts_with('@')) dialogue.name = rest;
  return dialogue;
}

parsed<talk_dialogue> parse_ready(std::string_view text) {
  const std::string_view full_name = text.substr(0, text.find(':'));
  const std::size_t plus = full_name.find('+');
  const auto talks = ready_talks();
  const auto one = std::ranges::find(talks, full_name.substr(0, plus), &ready_talk::name);
  if (one == talks.end()) {
    return parse_error{fmt::format("'{}' is no dialogue; write PORT=STEPS, PORT=@FILE or one of {}",
                                   excerpt(text), names_of_ready_ones())};
  }
  const std::string_view variant =
      plus == std::string_view::npos ? std::string_view{} : full_name.substr(plus);
  talk_dialogue dialogue;
  dialogue.name = full_name;
  dialogue.port = one->port;
  std::string script{one->steps};
  if (variant == "+starttls" && !one->starttls_steps.empty()) {
    script = one->starttls_steps;
  } else if (variant == "+tls" && one->tls_port != 0) {
    dialogue.port = one->tls_port;
    script = fmt::format("starttls\n{}", one->steps);
  } else if (!variant.empty()) {
    return parse_error{fmt::format("there is no '{}' for {}", excerpt(variant), one->name)};
  }
  if (full_name.size() < text.size() &&
      !read_port(text.substr(full_name.size() + 1), dialogue.port)) {
    return parse_error{
        fmt::format("'{}' has no port behind the colon, which is 1 to 65535", excerpt(text))};
  }
  auto steps = parse_talk_script(script, step_end::line);
  if (!steps) return std::move(steps.error());
  dialogue.steps = std::move(*steps);
  return dialogue;
}

}  // namespace

parsed<talk_dialogue> parse_talk(std::string_view text) {
  const bool is_own = !text.empty() && is_digit(text.front());
  return is_own ? parse_own(text) : parse_ready(text);
}

std::string talk_text(const talk_dialogue& dialogue) {
  const bool is_ready = !dialogue.name.empty() && !dialogue.name.starts_with('@');
  if (is_ready) return fmt::format("{}:{}", dialogue.name, dialogue.port);
  return fmt::format("{}={}", dialogue.port, talk_script_text(dialogue.steps));
}

}  // namespace muster

// Strategy: the bytes are a command line; its words are a template, filled with a target that a
// shell would like to run. Without a shell, the command keeps its words, and what is no placeholder
// keeps its bytes. With one, the script holds nothing of the target, and is the text that was
// given, but for the references that took the place of placeholders; or it is refused.
#include "command/command_template.hpp"
#include "targets/target_parser.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using muster::command_template;
using muster::reason;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty() && words.size() < 64) {
    const std::size_t end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// What may stand around a reference, and whether it took the place of a placeholder.
struct surroundings {
  std::string_view before;
  std::string_view after;
  bool is_placed;
};

/// Whether a script is this text, but for references in the place of placeholders.
bool is_same(std::string_view script, std::string_view text) {
  constexpr surroundings all[] = {{"", "", true},
                                  {"\"", "\"", true},
                                  {"'\"", "\"'", true},
                                  {"\\", "", true},
                                  {" \"", "\"", false}};
  const std::size_t at = script.find("${_muster_");
  if (at == script.npos) return script == text;
  for (const surroundings& one : all) {
    std::string_view before = script.substr(0, at);
    std::string_view rest = script.substr(script.find('}', at) + 1);
    if (!before.ends_with(one.before) || !rest.starts_with(one.after)) continue;
    before.remove_suffix(one.before.size());
    rest.remove_prefix(one.after.size());
    if (!text.starts_with(before)) continue;
    const std::string_view place = text.substr(before.size());
    if (one.is_placed && !place.starts_with('{')) continue;
    const std::size_t size = one.is_placed ? place.find('}') + 1 : 0;
    if (one.is_placed && size == 0) continue;
    if (is_same(rest, place.substr(size))) return true;
  }
  return false;
}

void require_same_text(std::string_view script, std::string_view text) {
  constexpr std::string_view begin = "; set --; ";
  if (script.starts_with("unset _muster_1")) {
    script.remove_prefix(script.find(begin) + begin.size());
  }
  require(is_same(script, text));
}

void check(const std::vector<std::string>& words, bool shell, const muster::target& subject) {
  try {
    muster::command_template_options options;
    options.shell = shell;
    options.syntax.has_slots = true;
    const command_template form{words, options};
    const auto filled = form.fill({&subject, 1}, 7);
    if (filled.wrong != reason::none) return;
    if (shell) {
      require(filled.arguments.size() >= 4);
      require(filled.arguments[2].find("xyzzy") == std::string::npos);
      require_same_text(filled.arguments[2], form.text());
      return;
    }
    const std::size_t count = filled.arguments.size();
    require(count == words.size() || count == words.size() + 1);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i].find('{') == std::string::npos) require(filled.arguments[i] == words[i]);
    }
  } catch (const std::invalid_argument& error) {
    require(!std::string_view{error.what()}.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (text.find("xyzzy") != text.npos || text.find('\0') != text.npos) return 0;
  const auto range = muster::parse_target("http://xyzzy.example:8080/;'$(xyzzy)\"`xyzzy`", {});
  const auto words = words_of(text);
  const muster::target subject = range ? range->at(0) : muster::target{};
  check(words, false, subject);
  check(words, true, subject);
  return 0;
}

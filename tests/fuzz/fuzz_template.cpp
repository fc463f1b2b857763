// Strategy: the bytes are a command line; its words are a template, filled with a target that a
// shell would like to run. Without a shell, the command keeps its words, and what is no placeholder
// keeps its bytes. With one, the script holds nothing of the target.
#include "core/command_template.hpp"
#include "core/target_parser.hpp"

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

void check(const std::vector<std::string>& words, bool shell, const muster::target& subject) {
  try {
    muster::command_template_options options;
    options.shell = shell;
    const command_template form{words, options};
    const auto filled = form.fill({&subject, 1}, 7);
    if (filled.wrong != reason::none) return;
    if (shell) {
      require(filled.arguments.size() >= 4);
      require(filled.arguments[2].find("xyzzy") == std::string::npos);
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

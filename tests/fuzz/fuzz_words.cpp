// Strategy: the bytes are a command line. Words that it is split into are such that, written as a
// shell would have them, they are read as the same words.
#include "command/command_words.hpp"
#include "command/shell_words.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto words = muster::split_words(text);
  if (!words) {
    require(!words.error().message.empty());
    require(words.error().message.find('\n') == std::string::npos);
    return 0;
  }
  require(!words->empty() && !words->front().empty());
  std::string line;
  for (const std::string& word : *words) {
    line += line.empty() ? "" : " ";
    muster::append_shell_word(line, word);
  }
  const auto again = muster::split_words(line);
  require(again && *again == *words);
  return 0;
}

// Strategy: the first byte chooses the size of the pieces; up to a NUL come the steps of a dialogue
// as people write them, and then what its peer says. However that is cut, the outcome must be the
// same, and the steps as text must be read as the same ones.
#include "probe/talk/dialogue.hpp"
#include "probe/talk/talk_script.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace muster;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string outcome(const std::vector<talk_step>& steps, std::string_view input,
                    std::size_t piece_bytes) {
  using need = dialogue::need;
  dialogue talk{steps};
  std::string told;
  const auto go = [&] {
    while (talk.needs() == need::send) {
      require(talk.output().size() <= dialogue::sent_bytes_max);
      told += talk.output();
      talk.sent();
    }
  };
  go();
  for (; !input.empty() && talk.needs() == need::receive; go()) {
    const std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    talk.feed(piece);
  }
  // What follows the go-ahead for TLS is never read as text, whether it came with it or after it.
  const bool is_at_tls = talk.needs() == need::secure || talk.why() == dialogue::flaw::injected;
  if (!is_at_tls) talk.closed();
  require(is_at_tls || talk.needs() == need::done || talk.needs() == need::failed);
  require(talk.banner().size() <= talk_details::text_bytes_kept);
  require(talk.answer().size() <= talk_details::text_bytes_kept);
  told += '\n' + std::to_string(talk.step()) + ' ' + talk.banner() + '\n' + talk.answer() + '\n';
  return told + (is_at_tls ? "tls" : std::to_string(static_cast<int>(talk.why())));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t nul = std::min(rest.find('\0'), rest.size());
  const std::string_view input = rest.substr(std::min(nul + 1, rest.size()));
  const auto steps = parse_talk_script(rest.substr(0, nul), step_end::semicolon);
  if (!steps) {
    require(!steps.error().message.empty());
    return 0;
  }
  const auto again = parse_talk_script(talk_script_text(*steps), step_end::semicolon);
  require(static_cast<bool>(again) && again->size() == steps->size());
  require(talk_script_text(*again) == talk_script_text(*steps));
  require(outcome(*steps, input, input.size() + 1) ==
          outcome(*again, input, std::max<std::size_t>(1, data[0])));
  return 0;
}

// Strategy: the first byte chooses the size of the pieces; up to a NUL come the steps of a dialogue
// as people write them, and then what its peer says: bytes to who reads the steps as those of a
// stream, frames of WebSocket to who reads them as those of messages. However that is cut, the
// outcome must be the same, and the steps as text must be read as the same ones.
#include "probe/talk/dialogue.hpp"
#include "probe/talk/talk_script.hpp"
#include "probe/websocket/websocket_talk.hpp"

#include <algorithm>
#include <array>
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

std::string outcome_of_stream(const std::vector<talk_step>& steps, std::string_view input,
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

std::string outcome_of_messages(const std::vector<talk_step>& steps, std::string_view input,
                                std::size_t piece_bytes) {
  // A pong has no more than thrice the bytes of its ping.
  const std::size_t output_bytes_max = dialogue::sent_bytes_max + 64 + 3 * input.size();
  websocket_talk talk{steps, [] { return std::array<char, 4>{}; }};
  std::string told;
  const auto go = [&] {
    while (!talk.output().empty() && !talk.is_over()) {
      require(talk.output().size() <= output_bytes_max);
      told += talk.output();
      talk.sent();
    }
  };
  go();
  for (; !input.empty() && !talk.is_over(); go()) {
    const std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    talk.feed(piece);
  }
  if (!talk.is_over()) talk.closed();
  require(talk.is_over() && talk.output().empty());
  const dialogue& said = talk.steps();
  const bool is_done = said.needs() == dialogue::need::done;
  require(is_done == (talk.verdict().status == status::up));
  require(said.banner().size() <= talk_details::text_bytes_kept);
  require(said.answer().size() <= talk_details::text_bytes_kept);
  told += '\n' + std::to_string(said.step()) + ' ' + said.banner() + '\n' + said.answer() + '\n';
  told.append(to_string(talk.verdict().reason)).append(talk.error());
  return told + std::to_string(talk.close_code()) + talk.close_reason();
}

/// Reads the steps, and has the peer say its part to them in two ways.
template <class Outcome>
void hold(std::string_view script, talk_medium medium, std::string_view input,
          std::size_t piece_bytes, Outcome outcome) {
  const auto steps = parse_talk_script(script, step_end::semicolon, medium);
  if (!steps) {
    require(!steps.error().message.empty());
    return;
  }
  const auto again = parse_talk_script(talk_script_text(*steps), step_end::semicolon, medium);
  require(static_cast<bool>(again) && again->size() == steps->size());
  require(talk_script_text(*again) == talk_script_text(*steps));
  require(outcome(*steps, input, input.size() + 1) == outcome(*again, input, piece_bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t nul = std::min(rest.find('\0'), rest.size());
  const std::string_view script = rest.substr(0, nul);
  const std::string_view input = rest.substr(std::min(nul + 1, rest.size()));
  const std::size_t piece_bytes = std::max<std::size_t>(1, data[0]);
  hold(script, talk_medium::stream, input, piece_bytes, outcome_of_stream);
  hold(script, talk_medium::messages, input, piece_bytes, outcome_of_messages);
  return 0;
}

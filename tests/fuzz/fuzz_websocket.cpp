// Strategy: the first byte chooses the size of the pieces; up to a NUL come the headers of an
// upgrade, and then frames. However these are cut, the outcome must be the same; and what a client
// writes is, but for its mask, what a server might.
#include "codec/websocket_frame.hpp"
#include "codec/websocket_upgrade.hpp"
#include "core/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace muster;
using namespace muster::codec;

namespace {

constexpr std::size_t message_bytes_max = 3000;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string outcome(std::string_view input, std::size_t piece_bytes) {
  using event = websocket_reader::event;
  websocket_reader reader{message_bytes_max};
  std::string told;
  for (bool is_over = false; !input.empty() && !is_over;) {
    std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    for (event what = event::message; what != event::need_more && !is_over;) {
      what = reader.feed(piece);
      is_over = what == event::close || what == event::error;
      require(what != event::need_more || piece.empty());
      require((what == event::error) == (reader.why() != websocket_flaw::none));
      if (what == event::need_more) break;
      told += std::to_string(static_cast<int>(what)) + ' ';
      if (what == event::close) {
        require(is_utf8(reader.close_reason()));
        told += std::to_string(reader.close_code()) + reader.close_reason();
      } else if (what != event::error) {
        require(reader.payload().size() <= message_bytes_max);
        require(what != event::message || !reader.is_text() || is_utf8(reader.payload()));
        told += reader.payload();
      }
    }
  }
  return told.append(to_string(reader.why()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t nul = std::min(rest.find('\0'), rest.size());
  const std::string_view frames = rest.substr(std::min(nul + 1, rest.size()));
  require(outcome(frames, frames.size() + 1) == outcome(frames, std::max<std::size_t>(1, data[0])));

  const std::vector<std::string> protocols{"chat"};
  std::string protocol;
  const auto flaw = judge_websocket_upgrade(rest.substr(0, nul), "key", protocols, protocol);
  if (flaw == upgrade_flaw::none) require(protocol == "chat");

  const std::string_view payload = frames.substr(0, message_bytes_max);
  std::string own;
  append_websocket_frame(own, websocket_opcode::binary, payload, {});
  std::string_view bytes = own;
  websocket_reader as_server{message_bytes_max};
  require(as_server.feed(bytes) == websocket_reader::event::error);
  require(as_server.why() == websocket_flaw::masked);
  own[1] = static_cast<char>(own[1] & 0x7f);
  own.erase(own.size() - payload.size() - 4, 4);
  bytes = own;
  websocket_reader reader{message_bytes_max};
  require(reader.feed(bytes) == websocket_reader::event::message && reader.payload() == payload);
  return 0;
}

#include "codec/websocket_upgrade.hpp"

#include "codec/base64.hpp"
#include "codec/http_request.hpp"
#include "codec/openssl.hpp"
#include "codec/response_headers.hpp"
#include "codec/wire.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace muster::codec {
namespace {

/// The values of all headers of this name, with commas between; an empty one is one, too.
struct header_values {
  bool is_there = false;
  std::string list;
};

header_values values_of(std::string_view lines, std::string_view name) {
  header_values found;
  for_each_header(lines, [&](std::string_view one, std::string_view value) {
    if (!equal_ignoring_case(one, name)) return true;
    if (found.is_there) found.list += ',';
    found.is_there = true;
    found.list += trim(value);
    return true;
  });
  return found;
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

bool is_websocket_protocol(std::string_view text) { return is_http_token(text); }

std::string websocket_key(std::uint64_t random, std::uint64_t more_random) {
  std::array<std::byte, 16> bytes{};
  write_u64(bytes, 0, random);
  write_u64(bytes, 8, more_random);
  return to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string websocket_headers(std::string_view key, std::span<const std::string> protocols) {
  std::string text{"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "};
  text.append(key).append("\r\n");
  for (const std::string& one : protocols)
    text.append(&one == protocols.data() ? "Sec-WebSocket-Protocol: " : ", ").append(one);
  if (!protocols.empty()) text.append("\r\n");
  return text;
}

std::string websocket_accept(std::string_view key) {
  const std::string whole = std::string{key} + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  if (EVP_Digest(whole.data(), whole.size(), digest.data(), &bytes, EVP_sha1(), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL has no SHA-1"};
  }
  return to_base64({reinterpret_cast<const char*>(digest.data()), bytes});
}

std::string_view to_string(upgrade_flaw value) {
  switch (value) {
    case upgrade_flaw::none:
      return {};
    case upgrade_flaw::not_websocket:
      return "Upgrade does not say websocket";
    case upgrade_flaw::not_upgraded:
      return "Connection does not say Upgrade";
    case upgrade_flaw::no_accept:
      return "there is no Sec-WebSocket-Accept";
    case upgrade_flaw::wrong_accept:
      return "Sec-WebSocket-Accept is of another key";
    case upgrade_flaw::extension:
      return "it chose an extension, and none was offered";
    case upgrade_flaw::unasked_protocol:
      return "it chose a subprotocol that was not offered";
    case upgrade_flaw::no_protocol:
      return "it chose none of the subprotocols";
  }
  return {};
}

upgrade_flaw judge_websocket_upgrade(std::string_view header_lines, std::string_view key,
                                     std::span<const std::string> protocols,
                                     std::string& protocol) {
  if (!has_token(values_of(header_lines, "upgrade").list, "websocket")) {
    return upgrade_flaw::not_websocket;
  }
  if (!has_token(values_of(header_lines, "connection").list, "upgrade")) {
    return upgrade_flaw::not_upgraded;
  }
  const header_values accept = values_of(header_lines, "sec-websocket-accept");
  if (!accept.is_there) return upgrade_flaw::no_accept;
  if (accept.list != websocket_accept(key)) return upgrade_flaw::wrong_accept;
  if (!values_of(header_lines, "sec-websocket-extensions").list.empty()) {
    return upgrade_flaw::extension;
  }
  const header_values chosen = values_of(header_lines, "sec-websocket-protocol");
  if (!chosen.is_there) return protocols.empty() ? upgrade_flaw::none : upgrade_flaw::no_protocol;
  protocol = chosen.list;
  const bool was_asked = std::ranges::find(protocols, protocol) != protocols.end();
  return was_asked ? upgrade_flaw::none : upgrade_flaw::unasked_protocol;
}

}  // namespace muster::codec

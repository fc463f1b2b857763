#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace muster::codec {

/// Whether this may be the name of a subprotocol (RFC 6455, 4.1).
bool is_websocket_protocol(std::string_view text);

/// The value of Sec-WebSocket-Key: 16 bytes that nobody can guess.
std::string websocket_key(std::uint64_t random, std::uint64_t more_random);

/// The headers that ask for WebSocket, each with its end; see `http_request`.
std::string websocket_headers(std::string_view key, std::span<const std::string> protocols);

/// The Sec-WebSocket-Accept that belongs to a key (RFC 6455, 4.2.2).
std::string websocket_accept(std::string_view key);

/// What is wrong with a response of status 101.
enum class upgrade_flaw : std::uint8_t {
  none,
  not_websocket,  ///< Upgrade does not say so.
  not_upgraded,   ///< Connection does not say so.
  no_accept,
  wrong_accept,  ///< It is not the one of our key.
  extension,     ///< One that nobody asked for.
  unasked_protocol,
  no_protocol,  ///< None of those that were asked for was taken.
};
/// In words for people; empty for `none`.
std::string_view to_string(upgrade_flaw value);

/// Judges such a response by its headers, `name:value` and LF each, as browsers do (RFC 6455, 4.1,
/// and the WHATWG's standard, which wants a subprotocol where some were asked for). The protocol
/// that was chosen goes to `protocol`; raw bytes from the network.
upgrade_flaw judge_websocket_upgrade(std::string_view header_lines, std::string_view key,
                                     std::span<const std::string> protocols, std::string& protocol);

}  // namespace muster::codec

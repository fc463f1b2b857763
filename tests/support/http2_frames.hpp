#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// Frames of HTTP/2 (RFC 9113), as a server sends them, well-formed or not.
namespace muster::test::http2 {

enum type : std::uint8_t {
  data_type,
  headers_type,
  priority_type,
  rst_stream_type,
  settings_type,
  push_promise_type,
  ping_type,
  goaway_type,
  window_update_type,
  continuation_type,
};

enum flag : std::uint8_t { no_flags = 0, end_stream = 1, ack = 1, end_headers = 4, padded = 8 };

/// Of the one request.
inline constexpr std::uint32_t stream = 1;

inline std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(value >> shift);
  return bytes;
}

inline std::string frame(type kind, unsigned flags, std::uint32_t on, std::string_view payload) {
  std::string bytes = number(static_cast<std::uint32_t>(payload.size())).substr(1);
  bytes += static_cast<char>(kind);
  bytes += static_cast<char>(flags);
  return bytes.append(number(on)).append(payload);
}

inline std::string settings(std::string_view payload = {}, unsigned flags = no_flags) {
  return frame(settings_type, flags, 0, payload);
}

/// A header in HPACK (RFC 7541, 6.2.2), of less than 127 bytes each, without tables.
inline std::string header(std::string_view name, std::string_view value) {
  std::string bytes(1, '\0');
  for (const std::string_view text : {name, value})
    bytes.append(1, static_cast<char>(text.size())).append(text);
  return bytes;
}

using header_list = std::initializer_list<std::pair<std::string_view, std::string_view>>;

inline std::string block(header_list list) {
  std::string bytes;
  for (const auto& [name, value] : list)
    bytes += header(name, value);
  return bytes;
}

inline std::string headers(header_list list, unsigned flags = end_headers) {
  return frame(headers_type, flags, stream, block(list));
}

inline std::string content(std::string_view bytes, unsigned flags = no_flags) {
  return frame(data_type, flags, stream, bytes);
}

inline std::string reset(std::uint32_t code) {
  return frame(rst_stream_type, no_flags, stream, number(code));
}

inline std::string goaway(std::uint32_t last_stream, std::uint32_t code) {
  return frame(goaway_type, no_flags, 0, number(last_stream) + number(code));
}

inline std::string ping() { return frame(ping_type, no_flags, 0, "12345678"); }

inline std::string repeated(std::string_view bytes, std::size_t count) {
  std::string all;
  for (; count > 0; --count)
    all += bytes;
  return all;
}

}  // namespace muster::test::http2

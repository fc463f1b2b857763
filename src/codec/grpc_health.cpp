// Strategy: of protobuf's wire format no more is known than it takes to find the one number among
// fields that later versions may add: what kind of value each has, and so how long it is.
#include "codec/grpc_health.hpp"

#include "core/ascii.hpp"
#include "core/whole_number.hpp"

#include <array>
#include <stdexcept>

namespace muster::codec {
namespace {

constexpr std::size_t prefix_bytes = 5;
constexpr std::size_t varint_bytes_max = 10;
/// The first field of both messages.
constexpr std::uint64_t first_field = 1;

// The kinds of values (protobuf's "wire types").
constexpr std::uint64_t varint_kind = 0;
constexpr std::uint64_t fixed64_kind = 1;
constexpr std::uint64_t bytes_kind = 2;
constexpr std::uint64_t fixed32_kind = 5;

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < varint_bytes_max && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= std::uint64_t{byte & 0x7fU} << (7 * i);
    if (byte >= 0x80) continue;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

/// Leaves out a value that nobody asks for; false when there is no such value.
bool skip(std::string_view& bytes, std::uint64_t kind) {
  std::uint64_t size = 0;
  if (kind == varint_kind) return take_varint(bytes).has_value();
  if (kind == fixed64_kind) {
    size = 8;
  } else if (kind == fixed32_kind) {
    size = 4;
  } else if (kind == bytes_kind) {
    const auto told = take_varint(bytes);
    if (!told) return false;
    size = *told;
  } else {
    return false;
  }
  if (size > bytes.size()) return false;
  bytes.remove_prefix(size);
  return true;
}

/// The message in its prefix, which has no other behind it.
std::optional<std::string_view> unframed(std::string_view body) {
  if (body.size() < prefix_bytes || body.front() != 0) return std::nullopt;
  std::size_t size = 0;
  for (const char byte : body.substr(1, prefix_bytes - 1))
    size = size << 8 | static_cast<unsigned char>(byte);
  body.remove_prefix(prefix_bytes);
  if (size != body.size()) return std::nullopt;
  return body;
}

}  // namespace

std::string grpc_health_request(std::string_view service) {
  if (service.size() > grpc_service_bytes_max) throw std::invalid_argument{"the name is too long"};
  std::string message;
  // A name that is empty is not written down.
  if (!service.empty()) {
    append_varint(message, first_field << 3 | bytes_kind);
    append_varint(message, service.size());
    message += service;
  }
  std::string framed(prefix_bytes, '\0');
  framed[3] = static_cast<char>(message.size() >> 8);
  framed[4] = static_cast<char>(message.size());
  return framed + message;
}

std::optional<std::uint64_t> read_grpc_health_response(std::string_view body) {
  const auto message = unframed(body);
  if (!message) return std::nullopt;
  std::uint64_t status = 0;  // One that is 0 is not written down.
  for (std::string_view rest = *message; !rest.empty();) {
    const auto key = take_varint(rest);
    if (!key || *key >> 3 == 0) return std::nullopt;
    const std::uint64_t kind = *key & 7;
    if (*key >> 3 == first_field && kind == varint_kind) {
      const auto value = take_varint(rest);
      if (!value) return std::nullopt;
      status = *value;
    } else if (!skip(rest, kind)) {
      return std::nullopt;
    }
  }
  return status;
}

std::string grpc_serving_text(std::uint64_t value) {
  constexpr std::array words{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return value < words.size() ? words[value] : std::to_string(value);
}

std::string grpc_status_text(std::uint32_t code) {
  constexpr std::array words{"OK",
                             "CANCELLED",
                             "UNKNOWN",
                             "INVALID_ARGUMENT",
                             "DEADLINE_EXCEEDED",
                             "NOT_FOUND",
                             "ALREADY_EXISTS",
                             "PERMISSION_DENIED",
                             "RESOURCE_EXHAUSTED",
                             "FAILED_PRECONDITION",
                             "ABORTED",
                             "OUT_OF_RANGE",
                             "UNIMPLEMENTED",
                             "INTERNAL",
                             "UNAVAILABLE",
                             "DATA_LOSS",
                             "UNAUTHENTICATED"};
  return code < words.size() ? words[code] : std::to_string(code);
}

std::optional<std::uint32_t> parse_grpc_status(std::string_view text) {
  std::uint32_t code = 0;
  if (!read_whole(text, code)) return std::nullopt;
  return code;
}

std::string decode_grpc_message(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_coded = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                          hex_value(text[i + 2]) >= 0;
    if (is_coded) {
      plain += static_cast<char>(hex_value(text[i + 1]) << 4 | hex_value(text[i + 2]));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace muster::codec

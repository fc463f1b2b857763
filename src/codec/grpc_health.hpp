#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::codec {

// The messages of grpc.health.v1.Health/Check, as gRPC carries them over HTTP/2: each with a byte
// that says whether it is compressed and four for its length, and then as protobuf has it.

/// What a service says of itself, by the numbers of HealthCheckResponse.ServingStatus; others are
/// kept as they are.
namespace grpc_serving {
inline constexpr std::uint64_t serving = 1;
}

/// A HealthCheckRequest; an empty name asks about the server as a whole. Throws
/// std::invalid_argument for one of more than `grpc_service_bytes_max`.
std::string grpc_health_request(std::string_view service);
inline constexpr std::size_t grpc_service_bytes_max = 256;

/// The number in a body that is one HealthCheckResponse, whatever else that has in it; nothing when
/// it is none.
std::optional<std::uint64_t> read_grpc_health_response(std::string_view body);
/// The longest body that is one.
inline constexpr std::size_t grpc_health_response_bytes_max = 4 * 1024;

/// SERVING, NOT_SERVING, UNKNOWN, SERVICE_UNKNOWN; other numbers as they are.
std::string grpc_serving_text(std::uint64_t value);

/// A status code of gRPC as its documents spell it, such as UNAVAILABLE; others as numbers.
std::string grpc_status_text(std::uint32_t code);
/// The header grpc-status; nothing when it is no number.
std::optional<std::uint32_t> parse_grpc_status(std::string_view text);
/// The header grpc-message with its percent-encoding undone, as far as it is one; raw bytes.
std::string decode_grpc_message(std::string_view text);

}  // namespace muster::codec

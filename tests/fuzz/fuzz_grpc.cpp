#include "codec/grpc_health.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace muster::codec;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

/// A body, and the texts of two headers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  if (const auto serving = read_grpc_health_response(input)) {
    require(!grpc_serving_text(*serving).empty());
    // What more comes is another message.
    require(!read_grpc_health_response(input + '\0'));
  }
  if (const auto code = parse_grpc_status(input)) require(!grpc_status_text(*code).empty());
  require(decode_grpc_message(input).size() <= input.size());
  if (input.size() <= grpc_service_bytes_max) {
    // A request is read as a response whose one field is of another kind.
    require(read_grpc_health_response(grpc_health_request(input)) == 0U);
  }
  return 0;
}

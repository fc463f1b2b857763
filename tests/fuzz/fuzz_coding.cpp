// Bodies in codings: the first byte says which.
#include "codec/content_decoder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace muster::codec;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::array<const char*, 7> codings{
      "gzip", "deflate", "br", "zstd", "br, gzip", "gzip, br", "zstd,deflate,gzip"};
  constexpr std::uint64_t bytes_max = 64 * 1024;
  content_decoder decoder;
  decoder.begin(codings[data[0] % codings.size()], bytes_max);
  std::uint64_t got = 0;
  const auto count = [&got](std::string_view bytes) { got += bytes.size(); };
  const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
  decoder.feed(bytes.substr(0, bytes.size() / 2), count);
  decoder.feed(bytes.substr(bytes.size() / 2), count);
  if (got > bytes_max || got != decoder.decoded_bytes()) std::abort();
  return 0;
}

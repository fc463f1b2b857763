#include "codec/content_decoder.hpp"

#include "support/catch.hpp"
#include "support/split_feed.hpp"

#include <string>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

using namespace muster::codec;
using namespace muster::test;
using state = content_decoder::state;

namespace {

/// By zlib: `window` says with which head.
std::string deflated(std::string_view text, int window) {
  z_stream stream{};
  REQUIRE(::deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}
std::string gzip(std::string_view text) { return deflated(text, MAX_WBITS + 16); }
std::string zlib_deflate(std::string_view text) { return deflated(text, MAX_WBITS); }
std::string bare_deflate(std::string_view text) { return deflated(text, -MAX_WBITS); }

std::string brotli(std::string_view text) {
  std::string out(::BrotliEncoderMaxCompressedSize(text.size()) + 64, '\0');
  std::size_t bytes = out.size();
  REQUIRE(::BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_DEFAULT_MODE, text.size(),
                                  reinterpret_cast<const std::uint8_t*>(text.data()), &bytes,
                                  reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(bytes);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct decoded {
  std::string text;
  state ended;
  bool operator==(const decoded&) const = default;
};

decoded decode(std::string_view coding, std::string_view bytes, std::uint64_t bytes_max = 1 << 20) {
  return split_feed(bytes, [&](pieces parts) {
    content_decoder decoder;
    decoder.begin(coding, bytes_max);
    decoded got{};
    for (const auto part : parts)
      decoder.feed(part, [&](std::string_view piece) { got.text += piece; });
    CHECK(decoder.decoded_bytes() == got.text.size());
    got.ended = decoder.now_is();
    return got;
  });
}

const std::string text = [] {
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += "line " + std::to_string(i * i) + " of a body\n";
  return all;
}();

}  // namespace

TEST_CASE("a body comes out of its coding, however it is cut into pieces") {
  const decoded whole{text, state::good};
  CHECK(decode("gzip", gzip(text)) == whole);
  CHECK(decode("X-GZIP", gzip(text)) == whole);
  CHECK(decode("deflate", zlib_deflate(text)) == whole);
  CHECK(decode("deflate", bare_deflate(text)) == whole);
  CHECK(decode("br", brotli(text)) == whole);
  CHECK(decode("zstd", zstd(text)) == whole);
  CHECK(decode("gzip, identity, br", brotli(gzip(text))) == whole);
  CHECK(decode("gzip", gzip(text) + std::string(100, '\0')) == whole);
}

TEST_CASE("a coding that is not known, or none, leaves a body as it is") {
  for (const char* coding : {"", "identity", "compress", "gzip, secret"}) {
    content_decoder decoder;
    decoder.begin(coding, 100);
    CHECK_FALSE(decoder.codes());
    CHECK(decoder.now_is() == state::good);
  }
}

TEST_CASE("what is in another coding than it says is broken, not a body") {
  for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
    INFO(coding);
    CHECK(decode(coding, "<html>not coded at all, this is</html>").ended == state::broken);
  }
  std::string damaged = gzip(text);
  damaged[damaged.size() / 2] ^= 0x55;
  CHECK(decode("gzip", damaged).ended == state::broken);
}

TEST_CASE("codings within each other are undone to a depth, and no further") {
  CHECK(decode("gzip,gzip,gzip", gzip(gzip(gzip(text)))) == decoded{text, state::good});
  content_decoder decoder;
  decoder.begin("gzip,gzip,gzip,gzip", 100);
  CHECK(decoder.now_is() == state::broken);
}

TEST_CASE("a bomb goes off no further than the limit, whatever it is packed in") {
  const std::string large(30'000'000, 'a');
  constexpr std::uint64_t limit = 100'000;
  const auto blow = [&](std::string_view coding, const std::string& bytes) {
    CAPTURE(coding, bytes.size());
    content_decoder decoder;
    decoder.begin(coding, limit);
    std::uint64_t got = 0;
    decoder.feed(bytes, [&](std::string_view piece) { got += piece.size(); });
    CHECK(decoder.now_is() == state::truncated);
    return got;
  };
  CHECK(blow("gzip", gzip(large)) == limit);
  CHECK(blow("br", brotli(large)) == limit);
  CHECK(blow("zstd", zstd(large)) == limit);
  CHECK(blow("gzip, gzip", gzip(gzip(large))) == limit);
  // Much that comes to nothing: behind the end of the inner one.
  CHECK(blow("gzip, gzip", gzip(gzip("x") + large)) == 1);
}

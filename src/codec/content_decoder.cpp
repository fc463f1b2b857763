// Strategy: a coding is a stage that turns bytes into pieces of a few kilobytes, each of which goes
// through the next stage before more is worked out. So a body that would be a gigabyte is cut off
// where the limit is, whatever it is packed in.
#include "codec/content_decoder.hpp"

#include "core/ascii.hpp"
#include "lazy/brotli.hpp"
#include "lazy/zlib.hpp"
#include "lazy/zstd.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

namespace muster::codec {
namespace {

// NOLINTBEGIN(readability-identifier-naming)
MUSTER_LAZY_FUNCTION(lazy::zlib, inflate);
MUSTER_LAZY_FUNCTION(lazy::zlib, inflateEnd);
MUSTER_LAZY_FUNCTION(lazy::zlib, inflateInit2_);
MUSTER_LAZY_FUNCTION(lazy::brotli, BrotliDecoderCreateInstance);
MUSTER_LAZY_FUNCTION(lazy::brotli, BrotliDecoderDecompressStream);
MUSTER_LAZY_FUNCTION(lazy::brotli, BrotliDecoderDestroyInstance);
MUSTER_LAZY_FUNCTION(lazy::brotli, BrotliDecoderIsFinished);
MUSTER_LAZY_FUNCTION(lazy::zstd, ZSTD_DCtx_setParameter);
MUSTER_LAZY_FUNCTION(lazy::zstd, ZSTD_createDStream);
MUSTER_LAZY_FUNCTION(lazy::zstd, ZSTD_decompressStream);
MUSTER_LAZY_FUNCTION(lazy::zstd, ZSTD_freeDStream);
MUSTER_LAZY_FUNCTION(lazy::zstd, ZSTD_isError);
// NOLINTEND(readability-identifier-naming)

using give = std::function<bool(std::string_view)>;

constexpr std::size_t piece_bytes = std::size_t{16} * 1024;
using piece = std::array<char, piece_bytes>;

class inflating final : public content_decoder::stage {
 public:
  /// `may_be_bare`: deflate without zlib's head, which its first two bytes tell (RFC 1950, 2.2).
  explicit inflating(bool may_be_bare) : may_be_bare_{may_be_bare} { start(MAX_WBITS + 32); }
  ~inflating() override { inflateEnd(&stream_); }

  bool feed(std::string_view bytes, const give& out) override {
    // What stands behind the end of a body is padding.
    if (ended_ || bytes.empty()) return true;
    if (!may_be_bare_) return step(bytes, out);
    constexpr std::size_t head_bytes = 2;
    const std::size_t missing = std::min(head_bytes - head_.size(), bytes.size());
    head_ += bytes.substr(0, missing);
    if (head_.size() < head_bytes) return true;
    may_be_bare_ = false;
    const unsigned first = static_cast<unsigned char>(head_[0]);
    const unsigned second = static_cast<unsigned char>(head_[1]);
    if ((first & 0xf) != Z_DEFLATED || (first << 8 | second) % 31 != 0) {
      inflateEnd(&stream_);
      start(-MAX_WBITS);
    }
    return step(head_, out) && (bytes.size() == missing || step(bytes.substr(missing), out));
  }

 private:
  void start(int window) {
    stream_ = {};
    if (inflateInit2(&stream_, window) != Z_OK) throw std::bad_alloc{};
  }
  bool step(std::string_view bytes, const give& out) {
    if (ended_) return true;
    piece room;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      stream_.avail_out = static_cast<uInt>(room.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_MEM_ERROR) throw std::bad_alloc{};
      const std::size_t got = room.size() - stream_.avail_out;
      if (got > 0 && !out({room.data(), got})) return true;
      ended_ = result == Z_STREAM_END;
      if (result == Z_BUF_ERROR) return true;
      if (result != Z_OK && !ended_) return false;
    } while (!ended_ && (stream_.avail_in > 0 || stream_.avail_out == 0));
    return true;
  }

  z_stream stream_{};
  bool may_be_bare_;
  std::string head_;
  bool ended_ = false;
};

class brotli final : public content_decoder::stage {
 public:
  brotli() : state_{BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)} {
    if (!state_) throw std::bad_alloc{};
  }
  ~brotli() override { BrotliDecoderDestroyInstance(state_); }

  bool feed(std::string_view bytes, const give& out) override {
    if (BrotliDecoderIsFinished(state_)) return true;
    const auto* in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    for (;;) {
      piece room;
      auto* next = reinterpret_cast<std::uint8_t*>(room.data());
      std::size_t free = room.size();
      const auto result = BrotliDecoderDecompressStream(state_, &left, &in, &free, &next, nullptr);
      if (free < room.size() && !out({room.data(), room.size() - free})) return true;
      if (result == BROTLI_DECODER_RESULT_ERROR) return false;
      if (result != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return true;
    }
  }

 private:
  BrotliDecoderState* state_;
};

class zstd final : public content_decoder::stage {
 public:
  zstd() : stream_{ZSTD_createDStream()} {
    if (!stream_) throw std::bad_alloc{};
    // RFC 8878, 3.1.1.1.2: the most that has to be taken.
    constexpr int window_bits_max = 23;
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, window_bits_max);
  }
  ~zstd() override { ZSTD_freeDStream(stream_); }

  bool feed(std::string_view bytes, const give& out) override {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    piece room;
    for (bool is_full = false; in.pos < in.size || is_full;) {
      ZSTD_outBuffer next{room.data(), room.size(), 0};
      if (ZSTD_isError(ZSTD_decompressStream(stream_, &next, &in))) return false;
      is_full = next.pos == next.size;
      if (next.pos > 0 && !out({room.data(), next.pos})) return true;
    }
    return true;
  }

 private:
  ZSTD_DStream* stream_;
};

std::unique_ptr<content_decoder::stage> make_stage(std::string_view coding) {
  if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) {
    return std::make_unique<inflating>(false);
  }
  if (equal_ignoring_case(coding, "deflate")) return std::make_unique<inflating>(true);
  if (equal_ignoring_case(coding, "br")) return std::make_unique<brotli>();
  if (equal_ignoring_case(coding, "zstd")) return std::make_unique<zstd>();
  return nullptr;
}

}  // namespace

content_decoder::content_decoder() = default;
content_decoder::~content_decoder() = default;

void content_decoder::begin(std::string_view content_encoding, std::uint64_t bytes_max) {
  stages_.clear();
  bytes_max_ = bytes_max;
  decoded_bytes_ = 0;
  given_ = {};
  state_ = state::good;
  missing_library_.clear();
  try {
    add_stages(content_encoding);
  } catch (const library_missing& missing) {
    stages_.clear();
    missing_library_ = missing.what();
  }
}

void content_decoder::add_stages(std::string_view content_encoding) {
  // The last one was put around the others.
  for (std::string_view rest = content_encoding; !rest.empty();) {
    const std::size_t comma = rest.rfind(',');
    const std::string_view coding = trim(comma == rest.npos ? rest : rest.substr(comma + 1));
    rest = comma == rest.npos ? std::string_view{} : rest.substr(0, comma);
    if (coding.empty() || equal_ignoring_case(coding, "identity")) continue;
    auto one = make_stage(coding);
    if (!one || stages_.size() == codings_max) {
      stages_.clear();
      if (one) state_ = state::broken;
      return;
    }
    stages_.push_back(std::move(one));
  }
}

void content_decoder::feed(std::string_view bytes, const receiver& out) {
  if (state_ == state::good) feed_stage(0, bytes, out);
}

/// Whether more is wanted.
bool content_decoder::feed_stage(std::size_t index, std::string_view bytes, const receiver& out) {
  if (index == stages_.size()) {
    const auto left = std::min<std::uint64_t>(bytes.size(), bytes_max_ - decoded_bytes_);
    const std::string_view wanted = bytes.substr(0, static_cast<std::size_t>(left));
    decoded_bytes_ += wanted.size();
    if (!wanted.empty()) out(wanted);
    if (wanted.size() < bytes.size()) state_ = state::truncated;
    return state_ == state::good;
  }
  // Within another coding there may be much that comes to nothing.
  std::uint64_t& given = given_[index];
  const auto next = [&](std::string_view piece) {
    given += piece.size();
    const bool more = feed_stage(index + 1, piece, out);
    if (more && given > bytes_max_) state_ = state::truncated;
    return state_ == state::good;
  };
  if (!stages_[index]->feed(bytes, next)) state_ = state::broken;
  return state_ == state::good;
}

}  // namespace muster::codec

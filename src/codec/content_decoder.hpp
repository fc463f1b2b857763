#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster::codec {

/// Undoes the codings of a body (RFC 9110, 8.4) as its bytes arrive: gzip, deflate (with zlib's
/// head, or without, as some servers send it), br (RFC 7932) and zstd (RFC 8878), up to
/// `codings_max` of them one within the other. What comes out is bounded, whatever goes in, and so
/// is the memory for it.
class content_decoder {
 public:
  static constexpr std::size_t codings_max = 3;

  content_decoder();
  content_decoder(const content_decoder&) = delete;
  content_decoder& operator=(const content_decoder&) = delete;
  ~content_decoder();

  /// Begins a body with this Content-Encoding, of which no more than so many bytes are to come out.
  /// One that is not known is left as it is, and so is one whose library is missing.
  void begin(std::string_view content_encoding, std::uint64_t bytes_max);
  /// Whether there is anything to undo.
  bool codes() const { return !stages_.empty(); }

  using receiver = std::function<void(std::string_view bytes)>;
  /// Takes the next bytes and gives what comes out of them, in pieces.
  void feed(std::string_view bytes, const receiver& out);

  enum class state : std::uint8_t {
    good,
    broken,     ///< What came is not in this coding, or too deep; nothing comes out any more.
    truncated,  ///< More came out than was wanted; nothing comes out any more.
  };
  state now_is() const { return state_; }
  /// Which library is missing, for people; empty when none is.
  const std::string& missing_library() const { return missing_library_; }
  /// Bytes that came out.
  std::uint64_t decoded_bytes() const { return decoded_bytes_; }

  /// One coding.
  class stage {
   public:
    virtual ~stage() = default;
    /// Gives what comes out to `out` until that says that it is enough. False when the bytes are no
    /// such coding.
    virtual bool feed(std::string_view bytes, const std::function<bool(std::string_view)>& out) = 0;
  };

 private:
  void add_stages(std::string_view content_encoding);
  bool feed_stage(std::size_t index, std::string_view bytes, const receiver& out);

  std::vector<std::unique_ptr<stage>> stages_;      // the outermost first
  std::array<std::uint64_t, codings_max> given_{};  // bytes that came out of each
  std::string missing_library_;
  std::uint64_t bytes_max_ = 0;
  std::uint64_t decoded_bytes_ = 0;
  state state_ = state::good;
};

}  // namespace muster::codec

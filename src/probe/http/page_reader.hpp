#pragma once

#include "codec/content_decoder.hpp"
#include "codec/http_response_reader.hpp"
#include "codec/page_title.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// What is looked at of a response: its head, and in its body, with the codings undone, the title
/// of the page, and all of it where somebody asks for it.
class page_reader final : private codec::body_observer {
 public:
  codec::http_response_reader response{false, {}, this};

  /// Forgets the last response. `keeps_body`: `body` is to have it.
  void restart(bool head_request, const codec::http_limits& limits, bool keeps_body);
  /// Keeps no memory of a body, as readers wait for the next one by the thousand.
  void let_go();
  std::string title() const { return title_.text(); }
  const std::string& body() const { return body_; }
  /// Bytes of the body, its codings undone.
  std::uint64_t body_bytes() const {
    return decoder_.codes() ? decoder_.decoded_bytes() : response.body_bytes();
  }
  bool is_coded() const { return decoder_.codes(); }
  codec::content_decoder::state decoder_state() const { return decoder_.now_is(); }
  /// What a coding of it would take, for people; empty when nothing is missing.
  const std::string& missing_library() const { return decoder_.missing_library(); }

 private:
  void begin(std::string_view content_type, std::string_view content_encoding) override;
  void see(std::string_view bytes) override;
  void look_at(std::string_view bytes);

  codec::body_title title_;
  codec::content_decoder decoder_;
  std::string body_;
  std::uint64_t bytes_max_ = 0;
  bool keeps_body_ = false;
};

}  // namespace muster

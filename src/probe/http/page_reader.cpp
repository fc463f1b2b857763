#include "probe/http/page_reader.hpp"

namespace muster {

void page_reader::restart(bool head_request, const codec::http_limits& limits, bool keeps_body) {
  response.restart(head_request, limits);
  title_.clear();
  let_go();
  bytes_max_ = limits.body_bytes_max;
  keeps_body_ = keeps_body;
}

void page_reader::let_go() {
  decoder_.begin({}, 0);
  body_ = {};
}

void page_reader::begin(std::string_view content_type, std::string_view content_encoding) {
  title_.begin(content_type, content_encoding);
  decoder_.begin(content_encoding, bytes_max_);
}

void page_reader::see(std::string_view bytes) {
  if (!decoder_.codes()) return look_at(bytes);
  decoder_.feed(bytes, [this](std::string_view piece) { look_at(piece); });
}

void page_reader::look_at(std::string_view bytes) {
  title_.see(bytes);
  if (keeps_body_) body_ += bytes;
}

}  // namespace muster

#include "core/line_splitter.hpp"

// Strategy: bytes are appended behind those not yet taken. A byte is searched for line ends once,
// and taken bytes are dropped only when they are at least half of the buffer, so the work is linear
// in the bytes however they are split.

namespace muster {

void line_splitter::append(std::string_view bytes) {
  if (start_ * 2 >= buffer_.size()) {
    buffer_.erase(0, start_);
    scanned_ -= start_;
    start_ = 0;
  }
  buffer_.append(bytes);
}

line_splitter::pull line_splitter::take(std::size_t end, std::size_t next_start,
                                        std::string_view& line) {
  line = std::string_view{buffer_}.substr(start_, end - start_);
  start_ = scanned_ = next_start;
  ++number_;
  if (line.size() <= line_bytes_max_) return pull::line;
  line = line.substr(0, line_bytes_max_);
  return pull::overlong;
}

line_splitter::pull line_splitter::next(std::string_view& line) {
  std::size_t line_end = buffer_.find(line_end_, scanned_);
  if (skipping_) {
    skipping_ = line_end == buffer_.npos;
    start_ = scanned_ = skipping_ ? buffer_.size() : line_end + 1;
    line_end = buffer_.find(line_end_, scanned_);
  }
  if (line_end != buffer_.npos) return take(line_end, line_end + 1, line);
  const std::size_t left = buffer_.size() - start_;
  if (left > line_bytes_max_) {
    skipping_ = true;
    return take(buffer_.size(), buffer_.size(), line);
  }
  if (finished_ && left > 0) return take(buffer_.size(), buffer_.size(), line);
  scanned_ = buffer_.size();
  return finished_ ? pull::end : pull::wait;
}

}  // namespace muster

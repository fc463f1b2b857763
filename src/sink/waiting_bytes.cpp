#include "sink/waiting_bytes.hpp"

#include "muster/sink.hpp"

#include <utility>

namespace muster {

void waiting_bytes::add(std::string& bytes) {
  if (front().empty() && middle_.empty() && last_.empty()) {
    first_.swap(bytes);
    taken_ = 0;
    bytes.clear();
    return;
  }
  last_ += bytes;
  bytes.clear();
  if (last_.size() < output_file::kept_bytes_max) return;
  spool::text text;
  spool_.append(text, last_);
  if (text.size() < last_.size()) return;  // no room there: it has to stay in memory
  kept_ += text.size();
  middle_.push_back(std::move(text));
  last_.clear();
}

void waiting_bytes::take(std::size_t bytes) {
  taken_ += bytes;
  if (front().empty()) refill();
}

void waiting_bytes::refill() {
  first_.clear();
  taken_ = 0;
  if (middle_.empty()) {
    first_.swap(last_);
    return;
  }
  spool::text text = std::move(middle_.front());
  middle_.pop_front();
  kept_ -= text.size();
  const bool was_read = spool_.read(text, [this](std::string_view piece) { first_ += piece; });
  if (!was_read) error_ = spool_.error();
  spool_.drop(text);
}

void waiting_bytes::clear() {
  for (spool::text& text : middle_)
    spool_.drop(text);
  middle_.clear();
  first_.clear();
  last_.clear();
  taken_ = 0;
  kept_ = 0;
}

}  // namespace muster

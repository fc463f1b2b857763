#include "engine/ordered_window.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

std::size_t text_bytes(const probe_result& result) {
  if (!result.http) return 0;
  const http_details& http = *result.http;
  return http.url.size() + http.title.size() + http.server.size() + http.content_type.size() +
         http.location.size();
}

}  // namespace

ordered_window::place& ordered_window::at(std::uint64_t sequence) {
  const auto index = static_cast<std::size_t>(sequence - base_);
  if (index >= places_.size()) places_.resize(index + 1);
  return places_[index];
}

void ordered_window::accept(probe_result&& result) {
  // In order already, as most results of a slow rate are: no need to keep it.
  if (places_.empty() && result.sequence == base_) {
    ++base_;
    return use_(result);
  }
  place& own = at(result.sequence);
  own.settled = true;
  own.result.emplace(std::move(result));
  ++held_;
  held_bytes_ += text_bytes(*own.result);
  advance();
}

void ordered_window::absent(std::uint64_t begin, std::uint64_t end) {
  if (places_.empty() && begin <= base_) {
    base_ = std::max(base_, end);
    return;
  }
  for (std::uint64_t i = std::max(begin, base_); i < end; ++i)
    at(i).settled = true;
  advance();
}

void ordered_window::advance() {
  while (!places_.empty() && places_.front().settled)
    hand_on_front();
}

void ordered_window::flush() {
  while (!places_.empty())
    hand_on_front();
}

void ordered_window::hand_on_front() {
  const place front = std::move(places_.front());
  places_.pop_front();
  ++base_;
  if (!front.result) return;
  --held_;
  held_bytes_ -= text_bytes(*front.result);
  use_(*front.result);
}

}  // namespace muster

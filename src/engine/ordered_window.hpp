#pragma once

#include "muster/result.hpp"
#include "muster/task.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

namespace muster {

/// How many bytes of text from outside a result holds.
std::size_t text_bytes(const probe_result& result);
std::size_t text_bytes(const task_result& result);

/// Puts results back into the order of their sequence numbers: keeps those that came too early, and
/// hands each on once all before it have been handed on or declared absent.
///
/// What it keeps is as wide as the sequence numbers it is given are apart: whoever fills it looks
/// at `base` and starts nothing too far ahead of it.
template <class Result>
class basic_ordered_window {
 public:
  /// `use` is called in order; it does not call the window.
  explicit basic_ordered_window(std::function<void(const Result&)> use) : use_{std::move(use)} {}

  void accept(Result&& result);
  /// There will be no results from `begin` up to `end`, not itself.
  void absent(std::uint64_t begin, std::uint64_t end);
  /// Hands on all that is left, whatever is missing between.
  void flush() {
    while (!places_.empty())
      hand_on_front();
  }
  /// The first sequence number that is neither handed on nor absent.
  std::uint64_t base() const { return base_; }
  /// How many results are kept.
  std::size_t held() const { return held_; }
  /// How many bytes of text from outside they hold.
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  struct place {
    bool settled = false;
    std::optional<Result> result;
  };

  place& at(std::uint64_t sequence) {
    const auto index = static_cast<std::size_t>(sequence - base_);
    if (index >= places_.size()) places_.resize(index + 1);
    return places_[index];
  }
  void advance() {
    while (!places_.empty() && places_.front().settled)
      hand_on_front();
  }
  void hand_on_front();

  std::function<void(const Result&)> use_;
  std::deque<place> places_;  // of base_ and those after it
  std::uint64_t base_ = 0;
  std::size_t held_ = 0;
  std::size_t held_bytes_ = 0;
};

using ordered_window = basic_ordered_window<probe_result>;

template <class Result>
void basic_ordered_window<Result>::accept(Result&& result) {
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

template <class Result>
void basic_ordered_window<Result>::absent(std::uint64_t begin, std::uint64_t end) {
  if (places_.empty() && begin <= base_) {
    base_ = std::max(base_, end);
    return;
  }
  for (std::uint64_t i = std::max(begin, base_); i < end; ++i)
    at(i).settled = true;
  advance();
}

template <class Result>
void basic_ordered_window<Result>::hand_on_front() {
  const place front = std::move(places_.front());
  places_.pop_front();
  ++base_;
  if (!front.result) return;
  --held_;
  held_bytes_ -= text_bytes(*front.result);
  use_(*front.result);
}

}  // namespace muster

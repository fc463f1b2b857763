#pragma once

#include "muster/result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace muster {

/// Puts results back into the order of their sequence numbers: keeps those that came too early, and
/// hands each on once all before it have been handed on or declared absent.
///
/// What it keeps is as wide as the sequence numbers it is given are apart: whoever fills it looks
/// at `base` and starts nothing too far ahead of it.
class ordered_window {
 public:
  /// `use` is called in order; it does not call the window.
  explicit ordered_window(std::function<void(const probe_result&)> use) : use_{std::move(use)} {}

  void accept(probe_result&& result);
  /// There will be no results from `begin` up to `end`, not itself.
  void absent(std::uint64_t begin, std::uint64_t end);
  /// Hands on all that is left, whatever is missing between.
  void flush();
  /// The first sequence number that is neither handed on nor absent.
  std::uint64_t base() const { return base_; }
  /// How many results are kept.
  std::size_t held() const { return held_; }
  /// How many bytes of text from the network they hold.
  std::size_t held_bytes() const { return held_bytes_; }

 private:
  struct place {
    bool settled = false;
    std::optional<probe_result> result;
  };

  place& at(std::uint64_t sequence);
  void advance();
  void hand_on_front();

  std::function<void(const probe_result&)> use_;
  std::deque<place> places_;  // of base_ and those after it
  std::uint64_t base_ = 0;
  std::size_t held_ = 0;
  std::size_t held_bytes_ = 0;
};

}  // namespace muster

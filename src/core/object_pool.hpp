#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace muster {

/// Objects that were used and may be used again, so that not every probe allocates its own. What is
/// taken is as it was left.
template <class T>
class object_pool {
 public:
  /// One of them, if there is any.
  std::optional<T> take() {
    if (kept_.empty()) return std::nullopt;
    std::optional<T> one{std::move(kept_.back())};
    kept_.pop_back();
    return one;
  }
  /// Keeps `one` for later, unless there are enough.
  void keep(T one) {
    if (kept_.size() < kept_max) kept_.push_back(std::move(one));
  }

  static constexpr std::size_t kept_max = 64;

 private:
  std::vector<T> kept_;
};

}  // namespace muster

#pragma once

#include <cstddef>
#include <functional>
#include <queue>
#include <vector>

namespace muster {

/// Numbers from 1, each for one holder at a time: who comes gets the least that is free.
class least_free {
 public:
  std::size_t take() {
    if (free_.empty()) return ++most_;
    const std::size_t least = free_.top();
    free_.pop();
    return least;
  }
  void give_back(std::size_t number) { free_.push(number); }

 private:
  std::size_t most_ = 0;  // that has been taken so far
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> free_;
};

}  // namespace muster

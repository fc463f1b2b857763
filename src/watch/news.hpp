#pragma once

#include "watch/watch_event.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

/// Which of a watch's events people are to be told of, one by one: that something is not as it was.
/// Not that it is well when it is first looked at, nor each change of what flaps, nor what nothing
/// can be said of because something before it is down, of which they are told itself.
class news {
 public:
  /// For so many checks.
  explicit news(std::size_t checks) : hushed_(checks) {}

  /// Takes an event of the check with this number. True if it is to be told.
  bool takes(std::size_t check, const watch_event& event);

 private:
  struct hush {
    bool is_behind = false;  ///< It is unknown, and nobody was told.
    bool flaps = false;      ///< That it flaps was told.
  };
  std::vector<hush> hushed_;
};

}  // namespace muster

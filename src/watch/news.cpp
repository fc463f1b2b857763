#include "watch/news.hpp"

namespace muster {

bool news::takes(std::size_t check, const watch_event& event) {
  hush& own = hushed_[check];
  if (event.state.is_flapping() != own.flaps) {
    own.flaps = event.state.is_flapping();
    return true;
  }
  if (!event.change || own.flaps) return false;
  const check_state::change& change = *event.change;
  if (change.to == health::unknown) {
    own.is_behind = event.behind != nullptr;
    return !own.is_behind;
  }
  const bool was_behind = own.is_behind;
  own.is_behind = false;
  if (change.known_before == health::unknown) return change.to != health::up;
  return !was_behind || change.known_before != change.to;
}

}  // namespace muster

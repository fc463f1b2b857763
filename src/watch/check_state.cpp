#include "watch/check_state.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace muster {

std::string_view to_string(health of) {
  constexpr std::array<std::string_view, 4> names{"unknown", "up", "degraded", "down"};
  return names[static_cast<std::size_t>(of)];
}

void check_state::note_change(health result) {
  if (last_ == health::unknown) {
    last_ = result;
    return;
  }
  changes_ = (changes_ << 1 | (result != last_ ? 1U : 0U)) & ((1U << window) - 1);
  last_ = result;
  const auto count = static_cast<unsigned>(std::popcount(changes_));
  is_flapping_ = count >= (is_flapping_ ? window / 4 : window / 2);
}

std::optional<check_state::change> check_state::turn(health to, wall_time at) {
  const change made{now_is(), to, at, known_, since_};
  is_unknown_ = to == health::unknown;
  if (!is_unknown_) known_ = to;
  worse_ = better_ = 0;
  if (made.from == made.to) return std::nullopt;
  since_ = at;
  return made;
}

std::optional<check_state::change> check_state::take(health result, const change_rules& rules,
                                                     wall_time at) {
  if (result == health::unknown) {
    if (++unknowns_ == 1) silent_since_ = at;
    if (is_unknown_ || unknowns_ < rules.fall) return std::nullopt;
    return turn(health::unknown, silent_since_);
  }
  unknowns_ = 0;
  note_change(result);
  if (known_ == health::unknown && result != health::down) return turn(result, at);
  if (result == known_) return turn(result, at);
  const bool is_worse = result > known_;
  std::uint32_t& count = is_worse ? worse_ : better_;
  (is_worse ? better_ : worse_) = 0;
  if (++count == 1) {
    doubted_ = at;
    leads_to_ = result;
  }
  // As far as all of them go.
  leads_to_ = is_worse ? std::min(leads_to_, result) : std::max(leads_to_, result);
  if (count < (is_worse ? rules.fall : rules.rise)) return std::nullopt;
  return turn(leads_to_, doubted_);
}

}  // namespace muster

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muster {

/// What is known of the health of what a check looks at.
enum class health : std::uint8_t {
  unknown,   ///< Nothing yet, or nothing any more: the check can't be made, or could tell nothing.
  up,        ///< It is as it should be.
  degraded,  ///< It answers, and somebody should look at it.
  down,      ///< It is not as it should be.
};

/// As they are written: "unknown", "up", "degraded", "down".
std::string_view to_string(health of);

/// How many results in a row, one after the other and none of them `unknown`, it takes to say that
/// something has changed; each at least 1.
struct change_rules {
  unsigned rise = 1;  ///< To the better.
  unsigned fall = 2;  ///< To the worse.

  static constexpr unsigned results_max = 1000;
};

/// The health of one check, from its results one by one. A single bad result is a doubt, and not
/// yet a change; that a result says nothing is neither. The first that is good is believed at
/// once.
class check_state {
 public:
  using wall_time = std::chrono::system_clock::time_point;

  struct change {
    health from{};
    health to{};
    wall_time at{};          ///< When the first of the results came that it took.
    health known_before{};   ///< What it was known to be last, before that.
    wall_time from_since{};  ///< Since when it had been `from`; the epoch if it is not known.
  };
  /// Takes a result that came then.
  std::optional<change> take(health result, const change_rules& rules, wall_time at);

  /// What to tell people.
  health now_is() const { return is_unknown_ ? health::unknown : known_; }
  /// What it was known to be last; `unknown` if it never was.
  health known() const { return known_; }
  /// Since when `now_is` is so.
  wall_time since() const { return since_; }
  /// Whether results have begun to say something else, so that it is worth to look again soon.
  bool is_in_doubt() const { return worse_ > 0 || better_ > 0 || (unknowns_ > 0 && !is_unknown_); }
  /// Whether results change so often that each change is no news: at least half of the last 20 were
  /// unlike the one before, and since then never less than a quarter.
  bool is_flapping() const { return is_flapping_; }

 private:
  void note_change(health result);
  std::optional<change> turn(health to, wall_time at);

  static constexpr unsigned window = 20;

  health known_ = health::unknown;
  health last_ = health::unknown;      // Of the results that said something.
  health leads_to_ = health::unknown;  // What those in a row come to.
  bool is_unknown_ = true;
  bool is_flapping_ = false;
  std::uint32_t worse_ = 0;
  std::uint32_t better_ = 0;
  std::uint32_t unknowns_ = 0;
  std::uint32_t changes_ = 0;
  wall_time since_{};
  wall_time doubted_{};       // When the first came of those in a row.
  wall_time silent_since_{};  // The same of those that say nothing.
};

}  // namespace muster

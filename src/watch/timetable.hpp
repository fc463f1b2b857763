#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace muster {

/// When each of many entries is due, again and again: at times that are fixed by the wall clock as
/// it was when the timetable was made, whose changes after that it does not see. An entry's place
/// within its interval is its phase, which is the same after a restart; so a crowd of entries stays
/// spread as it was.
class timetable {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::nanoseconds;
  using entry = std::uint32_t;

  /// `now`, and what the wall clock shows then, since its epoch.
  timetable(time_point now, duration wall) : origin_{now - wall} {}

  /// From now on the entry is due every `every`, which is at least 1 ms, at this phase of it: a
  /// hash of what the entry is. One that was there before has its new times from here on.
  void add(entry which, duration every, std::uint64_t phase, time_point now);
  void remove(entry which);

  struct due {
    entry which = 0;
    time_point at{};  ///< When it was to be.
  };
  /// The next entry whose time has come. Its times that have been missed, all but for `late_max`,
  /// are over: they are counted, and not made up for.
  std::optional<due> take(time_point now);
  /// When there is one; nothing without entries.
  std::optional<time_point> next() const;

  /// Has an entry due at this time too, if that is sooner than its next: once, and then by its
  /// interval again.
  void hasten(entry which, time_point at, time_point now);

  /// How many times of the entry have been passed over, because nothing was taken then.
  std::uint64_t missed(entry which) const { return rows_[which].missed; }
  std::size_t size() const { return size_; }

  /// An entry that is taken later than this, or than a quarter of its interval if that is more, has
  /// missed its time: what was due while a machine slept is not done all at once.
  static constexpr duration late_max = std::chrono::seconds{1};

 private:
  struct row {
    duration every{0};  ///< 0 for one that is not there.
    duration phase{0};
    std::uint64_t missed = 0;
    std::uint32_t turn = 0;  ///< Of its place in the heap that counts.
    bool hastened = false;
  };
  struct place {
    time_point at;
    entry which = 0;
    std::uint32_t turn = 0;
    friend bool operator<(const place& a, const place& b) {
      return a.at != b.at ? a.at > b.at : a.which > b.which;
    }
  };
  time_point after(const row& of, time_point now) const;
  void put(entry which, time_point at);
  void drop_stale();

  time_point origin_;  // where all phases begin
  std::vector<row> rows_;
  std::vector<place> heap_;
  std::size_t size_ = 0;
};

}  // namespace muster

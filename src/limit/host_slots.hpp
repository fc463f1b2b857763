#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace muster {

namespace detail {

/// The hosts that hold slots: an open-addressing table of 16 bytes an entry. Erasing shifts later
/// entries back, so there are no tombstones; it grows by doubling and never shrinks.
class host_table {
 public:
  static constexpr std::uint32_t no_queue = 0xffff'ffff;

  struct entry {
    std::uint64_t key = 0;
    std::uint32_t queue = no_queue;  ///< Last node of the host's circular list of parked works.
    std::uint16_t in_use = 0;        ///< Slots held; 0 marks a free entry.
  };

  host_table();
  /// The host's entry, or null. Valid until the next `find_or_add` or `erase`.
  entry* find(std::uint64_t key) {
    entry& found = entries_[locate(key)];
    return found.in_use != 0 ? &found : nullptr;
  }
  const entry* find(std::uint64_t key) const {
    const entry& found = entries_[locate(key)];
    return found.in_use != 0 ? &found : nullptr;
  }
  /// The host's entry; a new one has no slot in use, and its caller must take one.
  entry& find_or_add(std::uint64_t key) {
    const std::size_t at = locate(key);
    return entries_[at].in_use != 0 ? entries_[at] : add(key, at);
  }
  void erase(entry& gone);
  std::size_t size() const { return size_; }

 private:
  // Neighbours share a run of entries, so that a sweep from one address to the next does not touch
  // another line of the cache for each.
  static constexpr unsigned run_bits = 2;
  static constexpr std::size_t entries_min = 16;

  std::size_t home(std::uint64_t key) const {
    // Fibonacci hashing of the runs.
    const std::uint64_t run = ((key >> run_bits) * 0x9e37'79b9'7f4a'7c15ULL) >> shift_;
    return static_cast<std::size_t>(run << run_bits | (key & ((1U << run_bits) - 1)));
  }
  /// Where the key is, or the free entry where it would be.
  std::size_t locate(std::uint64_t key) const {
    std::size_t at = home(key);
    while (entries_[at].in_use != 0 && entries_[at].key != key)
      at = (at + 1) & mask_;
    return at;
  }
  entry& add(std::uint64_t key, std::size_t at);
  void grow();

  std::vector<entry> entries_;
  std::size_t mask_;
  unsigned shift_;
  std::size_t size_ = 0;
};

static_assert(sizeof(host_table::entry) == 16);

}  // namespace detail

/// At most so many probes in flight per host, where a busy host parks work, not coroutines.
///
/// A Work is a cursor over what is left to do for one host. No I/O, no clock, no callbacks. In use:
///
///     while (slots.can_park()) {                    // else: pull no further target for now
///       cursor = next target;
///       while (cursor has more && slots.try_enter(key)) start a probe from cursor;
///       if (cursor has more) slots.park(key, cursor);
///     }
///     when a probe ends: slots.leave(key);
///     while (auto ready = slots.take_ready()) {     // its slot is already held
///       start a probe from ready->second; go on as above, without asking can_park
///     }
///
/// The key is a 64-bit hash of the host, which is best if neighbouring hosts have neighbouring
/// keys. Two hosts whose keys are equal share their slots, which is harmless. A host costs 21 to 43
/// bytes while it holds slots and nothing afterwards; entering and leaving allocate nothing once
/// the table has grown to the number of hosts in flight.
template <class Work>
class host_slots {
 public:
  static constexpr std::size_t per_host_limit = 0xffff;
  static constexpr std::size_t parked_limit = detail::host_table::no_queue;

  /// `per_host_max`: slots of one host, up to 65,535; 0 is unlimited, and then nothing is tracked.
  /// `parked_max`: when `can_park` turns false. Larger values are lowered to the limits above.
  host_slots(std::size_t per_host_max, std::size_t parked_max)
      : per_host_max_{static_cast<std::uint16_t>(std::min(per_host_max, per_host_limit))},
        parked_max_{std::min(parked_max, parked_limit)} {}

  /// Changes the slots of hosts that have no number of their own, while running; 1 or more. When
  /// they become fewer, those in use are not taken away.
  void set_limit(std::size_t per_host_max);
  /// Gives a host a number of slots of its own, 1 or more; not where nothing is tracked.
  void set_limit(std::uint64_t host_key, std::size_t max);

  /// Takes a slot of this host. False when all are in use.
  bool try_enter(std::uint64_t host_key);
  /// Whether all slots of this host are in use.
  bool full(std::uint64_t host_key) const;

  /// False while `parked_max` works or more are parked or ready: pull no more targets. A work that
  /// came from `take_ready` may always be parked again without asking, since it made its own room.
  bool can_park() const { return parked_ + ready_ < parked_max_; }
  /// Keeps the work until a slot of this host is free; first in, first out for each host. When one
  /// is free now, it is taken and the work is ready at once.
  void park(std::uint64_t host_key, Work work);

  /// Gives back a slot. If work is parked for this host, its first becomes ready and keeps the
  /// slot.
  void leave(std::uint64_t host_key);
  /// The next ready work with its host's key, first in, first out over all hosts. Its slot is held:
  /// start something that ends with `leave`, or call that at once.
  std::optional<std::pair<std::uint64_t, Work>> take_ready();

  /// Empties the parking at the end of a run: calls `use(host_key, Work&&)` for each work, ready
  /// ones first, in no other order. Gives back the slots that ready works held. `use` must not call
  /// this object.
  template <class Use>
  void drain(Use use);

  std::size_t parked() const { return parked_; }
  std::size_t ready() const { return ready_; }
  /// Hosts that hold slots.
  std::size_t hosts() const { return hosts_.size(); }
  std::size_t per_host_max() const { return per_host_max_; }

 private:
  using entry = detail::host_table::entry;
  static constexpr std::uint32_t none = detail::host_table::no_queue;

  /// A parked or ready work, or a free node. Lists are circular and known by their last node.
  struct node {
    std::uint64_t key = 0;
    std::uint32_t next = none;
    std::optional<Work> work;
  };

  std::uint16_t max_of(std::uint64_t host_key) const {
    if (own_max_.empty()) return per_host_max_;
    const auto own = own_max_.find(host_key);
    return own == own_max_.end() ? per_host_max_ : own->second;
  }
  void promote(std::uint64_t host_key);
  std::uint32_t make_node(std::uint64_t key, Work&& work);
  void push(std::uint32_t& last, std::uint32_t added);
  std::uint32_t pop(std::uint32_t& last);
  std::pair<std::uint64_t, Work> take(std::uint32_t index);
  void give_back(entry& host);

  std::uint16_t per_host_max_;
  std::size_t parked_max_;
  std::unordered_map<std::uint64_t, std::uint16_t> own_max_;
  std::size_t parked_ = 0;
  std::size_t ready_ = 0;
  detail::host_table hosts_;
  std::vector<node> nodes_;
  std::uint32_t free_ = none;        // the last node of the circular list of free ones
  std::uint32_t ready_last_ = none;  // the last node of the circular list of ready ones
};

template <class Work>
void host_slots<Work>::set_limit(std::size_t per_host_max) {
  per_host_max_ = static_cast<std::uint16_t>(std::min(per_host_max, per_host_limit));
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].work) promote(nodes_[i].key);
  }
}

template <class Work>
void host_slots<Work>::set_limit(std::uint64_t host_key, std::size_t max) {
  own_max_[host_key] = static_cast<std::uint16_t>(std::min(max, per_host_limit));
  promote(host_key);
}

/// Hands slots that are free now to those who are parked for them.
template <class Work>
void host_slots<Work>::promote(std::uint64_t host_key) {
  entry* const host = hosts_.find(host_key);
  while (host != nullptr && host->queue != none && host->in_use < max_of(host_key)) {
    ++host->in_use;
    push(ready_last_, pop(host->queue));
    --parked_;
    ++ready_;
  }
}

template <class Work>
bool host_slots<Work>::try_enter(std::uint64_t host_key) {
  if (per_host_max_ == 0) return true;
  entry& host = hosts_.find_or_add(host_key);
  if (host.in_use >= max_of(host_key)) return false;
  ++host.in_use;
  return true;
}

template <class Work>
bool host_slots<Work>::full(std::uint64_t host_key) const {
  if (per_host_max_ == 0) return false;
  const entry* host = hosts_.find(host_key);
  return host != nullptr && host->in_use >= max_of(host_key);
}

template <class Work>
void host_slots<Work>::park(std::uint64_t host_key, Work work) {
  const std::uint32_t added = make_node(host_key, std::move(work));
  if (try_enter(host_key)) {
    push(ready_last_, added);
    ++ready_;
  } else {
    push(hosts_.find(host_key)->queue, added);
    ++parked_;
  }
}

template <class Work>
void host_slots<Work>::leave(std::uint64_t host_key) {
  if (per_host_max_ == 0) return;
  entry* host = hosts_.find(host_key);
  assert(host != nullptr && "leave without enter");
  if (host == nullptr) return;
  if (host->queue == none || host->in_use > max_of(host_key)) return give_back(*host);
  push(ready_last_, pop(host->queue));
  --parked_;
  ++ready_;
}

template <class Work>
std::optional<std::pair<std::uint64_t, Work>> host_slots<Work>::take_ready() {
  if (ready_ == 0) return std::nullopt;
  --ready_;
  return take(pop(ready_last_));
}

template <class Work>
template <class Use>
void host_slots<Work>::drain(Use use) {
  while (ready_ > 0) {
    --ready_;
    auto [key, work] = take(pop(ready_last_));
    if (entry* host = hosts_.find(key)) give_back(*host);
    use(key, std::move(work));
  }
  for (node& parked : nodes_) {
    if (!parked.work) continue;
    // Freed nodes are no longer strung in any list: forget the hosts' lists as a whole.
    if (entry* host = hosts_.find(parked.key)) host->queue = none;
    use(parked.key, std::move(*parked.work));
    parked.work.reset();
  }
  nodes_.clear();
  free_ = none;
  parked_ = 0;
}

template <class Work>
std::uint32_t host_slots<Work>::make_node(std::uint64_t key, Work&& work) {
  std::uint32_t index = none;
  if (free_ != none) {
    index = pop(free_);
  } else {
    index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  nodes_[index].key = key;
  nodes_[index].work.emplace(std::move(work));
  return index;
}

template <class Work>
void host_slots<Work>::push(std::uint32_t& last, std::uint32_t added) {
  if (last == none) {
    nodes_[added].next = added;
  } else {
    nodes_[added].next = std::exchange(nodes_[last].next, added);
  }
  last = added;
}

template <class Work>
std::uint32_t host_slots<Work>::pop(std::uint32_t& last) {
  const std::uint32_t first = nodes_[last].next;
  if (first == last) {
    last = none;
  } else {
    nodes_[last].next = nodes_[first].next;
  }
  return first;
}

template <class Work>
std::pair<std::uint64_t, Work> host_slots<Work>::take(std::uint32_t index) {
  std::pair<std::uint64_t, Work> taken{nodes_[index].key, std::move(*nodes_[index].work)};
  nodes_[index].work.reset();
  push(free_, index);
  return taken;
}

template <class Work>
void host_slots<Work>::give_back(entry& host) {
  if (--host.in_use == 0) hosts_.erase(host);
}

}  // namespace muster

#pragma once

#include "muster/resolver.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace muster {

/// Answers by name, each until its time is up. Holds at most `entries_max`; when full, the answer
/// that was learnt first makes room.
class dns_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  using key_buffer = std::array<char, resolver::name_bytes_max + 1>;

  /// A host name as the key of its answer: `text` in lower case, written to `out`; empty if it
  /// can't be a host name.
  static std::string_view key_of(std::string_view text, key_buffer& out);

  explicit dns_cache(std::size_t entries_max) : entries_max_{entries_max} {}

  /// The answer for `name` if it is fresh at `now`; valid until the next call of `find` or `store`.
  const lookup_answer* find(std::string_view name, time_point now);
  /// Remembers `answer` until `now + ttl`, in place of an older one. A ttl of 0 is not kept.
  void store(std::string_view name, const lookup_answer& answer, time_point now,
             std::chrono::seconds ttl);
  std::size_t size() const { return by_name_.size(); }

 private:
  struct entry {
    std::string name;
    lookup_answer answer;
    time_point expires;
  };
  using entry_list = std::list<entry>;
  using name_map = std::unordered_map<std::string_view, entry_list::iterator>;
  void forget(name_map::iterator place);

  std::size_t entries_max_;
  entry_list oldest_first_;
  name_map by_name_;  // its keys are the names in the list's entries
};

}  // namespace muster

#pragma once

#include "work.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster::bench {

/// Checks one contender's results against what the network was made to do: each target once, with
/// the right status.
class tally {
 public:
  explicit tally(const work& wanted);

  /// One result. A contender that doesn't tell refused from silent says `down`.
  void add(std::string_view target, std::string_view status);
  /// Results that the contender only counts.
  void add_counted(std::uint64_t right, std::uint64_t wrong = 0);
  /// Names only those that are up: what it doesn't name counts as told to be down.
  void rest_is_down();

  std::uint64_t right() const { return right_; }
  std::uint64_t wrong() const { return wrong_; }
  std::uint64_t lost() const;
  /// The first wrong result, for people.
  const std::string& first_wrong() const { return first_wrong_; }
  /// How many ended as what, where results are told one by one.
  const std::map<std::string, std::uint64_t, std::less<>>& words() const { return words_; }

 private:
  bool expected(std::uint32_t index, std::string_view status) const;

  const work& wanted_;
  std::vector<bool> seen_;
  std::uint64_t seen_count_ = 0;
  std::uint64_t right_ = 0;
  std::uint64_t wrong_ = 0;
  std::string first_wrong_;
  std::map<std::string, std::uint64_t, std::less<>> words_;
};

}  // namespace muster::bench

#include "tally.hpp"

#include <fmt/format.h>

namespace muster::bench {

tally::tally(const work& wanted) : wanted_{wanted}, seen_(wanted.targets.size(), false) {}

bool tally::expected(std::uint32_t index, std::string_view status) const {
  if (wanted_.targets.what() == targets::kind::listed) return true;
  if (index < wanted_.live) return status == "up";
  return status == wanted_.rest || status == "down";
}

void tally::add(std::string_view target, std::string_view status) {
  if (const auto known = words_.find(status); known != words_.end()) {
    ++known->second;
  } else {
    words_.emplace(status, 1);
  }
  const auto index = wanted_.targets.index_of(target);
  const bool twice = index && seen_[*index];
  if (index && !twice) {
    seen_[*index] = true;
    ++seen_count_;
  }
  if (index && !twice && expected(*index, status)) {
    ++right_;
    return;
  }
  ++wrong_;
  if (first_wrong_.empty()) {
    first_wrong_ = fmt::format("{} {}{}", target, status, twice ? " a second time" : "");
  }
}

void tally::add_counted(std::uint64_t right, std::uint64_t wrong) {
  right_ += right;
  wrong_ += wrong;
  seen_count_ += right + wrong;
}

void tally::rest_is_down() {
  for (std::uint32_t i = 0; i < wanted_.targets.size(); ++i) {
    if (!seen_[i]) add(wanted_.targets.text(i), "down");
  }
}

std::uint64_t tally::lost() const {
  const std::uint64_t all = wanted_.targets.size();
  return all > seen_count_ ? all - seen_count_ : 0;
}

}  // namespace muster::bench

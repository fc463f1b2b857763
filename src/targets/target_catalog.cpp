// Strategy: runs in the order in which they came, each with the index of its first target, so that
// a binary search finds the run of an index. What most lists are made of is kept small: an IPv4 run
// is its first address, a name is its text, which is parsed again whenever it is asked for.
#include "targets/target_catalog.hpp"

#include "targets/target_parser.hpp"

#include <algorithm>

namespace muster {
namespace {

// No target has it in its text.
constexpr char text_end = '\0';

bool is_plain_v4(const target_runs& run) {
  const range_traits& traits = run.range().traits();
  if (const target* single = run.range().single()) {
    return single->written().empty() && single->address().is_v4();
  }
  return traits.port == 0 && traits.scope == 0 && !traits.parameters &&
         run.at(0).address().is_v4() && (run.range().block() || run.size() == 1);
}

}  // namespace

target_catalog::entry target_catalog::describe(const target_runs& run) {
  if (is_plain_v4(run)) {
    const target first = run.at(0);
    return {size_, first.address().v4(), first.of_range() ? run_kind::v4_member : run_kind::v4};
  }
  const target* single = run.range().single();
  if (single && !single->written().empty() && !single->parameters()) {
    text_starts_.push_back(texts_.size());
    texts_ += single->written();
    texts_ += text_end;
    const bool is_line = single->form() == target_form::line;
    return {size_, static_cast<std::uint32_t>(text_starts_.size() - 1),
            is_line ? run_kind::line : run_kind::text};
  }
  // A block is cut from run to run; other ranges stay as they are and are kept once.
  const bool is_known = !run.range().block() && run.range_number() == last_range_number_;
  others_.push_back(
      {is_known ? others_.back().range : std::make_shared<const target_range>(run.range()),
       run.first()});
  last_range_number_ = run.range_number();
  return {size_, static_cast<std::uint32_t>(others_.size() - 1), run_kind::other};
}

bool target_catalog::add(const target_runs& run) {
  if (size_ + run.size() < size_) return false;
  entries_.push_back(describe(run));
  size_ += run.size();
  return true;
}

void target_catalog::clear() { *this = target_catalog{}; }

target target_catalog::at(std::uint64_t index) const {
  const auto after =
      std::upper_bound(entries_.begin(), entries_.end(), index,
                       [](std::uint64_t place, const entry& one) { return place < one.start; });
  const entry& found = *std::prev(after);
  const std::uint64_t offset = index - found.start;
  switch (found.kind) {
    case run_kind::v4:
    case run_kind::v4_member:
      return target{ip_address::from_v4(found.value + static_cast<std::uint32_t>(offset)),
                    found.kind == run_kind::v4_member};
    case run_kind::text:
    case run_kind::line: {
      const std::uint64_t start = text_starts_[found.value];
      const std::string_view text =
          std::string_view{texts_}.substr(start, texts_.find(text_end, start) - start);
      target_parser_options as_it_came;
      as_it_came.any_line = found.kind == run_kind::line;
      return parse_target(text, as_it_came)->at(0);
    }
    case run_kind::other:
      break;
  }
  const other_run& other = others_[found.value];
  return other.range->at(other.first + offset);
}

}  // namespace muster

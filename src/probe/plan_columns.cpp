#include "probe/plan_columns.hpp"

#include <utility>

namespace muster {

void add_columns(const probe_plan& plan, std::vector<std::string>& into) {
  for (const probe_kind kind : all_probe_kinds) {
    for (std::string& name : plan.of(kind).columns())
      into.push_back(std::move(name));
  }
  for (const probe_plan& later : plan.then)
    add_columns(later, into);
}

}  // namespace muster

#include "muster/probe_plan.hpp"

#include "probe/kind.hpp"

namespace muster {

probe_plan::probe_plan() {
  for (const probe_kind kind : all_probe_kinds)
    specs_[static_cast<std::size_t>(kind)] = description_of(kind).make_spec();
}

probe_plan::probe_plan(const probe_plan& other) : then{other.then} {
  for (std::size_t i = 0; i < specs_.size(); ++i)
    specs_[i] = other.specs_[i]->clone();
}

probe_plan& probe_plan::operator=(const probe_plan& other) { return *this = probe_plan{other}; }

std::size_t probe_plan::asked() const {
  std::size_t sum = 0;
  for (const auto& spec : specs_)
    sum += spec->size();
  return sum;
}

}  // namespace muster

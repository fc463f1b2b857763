#include "muster/printable.hpp"
#include "probe/kind.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace muster {

#define MUSTER_PROBE_KIND(name, asked) extern const kind_description& name##_description;
MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND

const kind_description& description_of(probe_kind kind) {
  static const std::array all{
#define MUSTER_PROBE_KIND(name, asked) &name##_description,
      MUSTER_PROBE_KINDS(MUSTER_PROBE_KIND)
#undef MUSTER_PROBE_KIND
  };
  return *all[static_cast<std::size_t>(kind)];
}

bool needs(const probe_plan& plan, scarce_need need) {
  return std::ranges::any_of(all_probe_kinds,
                             [&](probe_kind kind) {
                               return plan.of(kind).size() > 0 &&
                                      description_of(kind).need() == need;
                             }) ||
         std::ranges::any_of(plan.then,
                             [&](const probe_plan& later) { return needs(later, need); });
}

void ask_for(probe_plan& plan, probe_kind kind) {
  for (const spec_option& option : description_of(kind).options()) {
    if (option.asks) option.read(plan.of(kind), {});
  }
}

std::string kind_description::label(const probe_result& result) const {
  const target& subject = result.subject;
  std::string label;
  const bool adds_port = result.port != 0 && result.port != subject.port();
  if (adds_port && subject.port() != 0) {
    label = subject.has_name() ? subject.host() : subject.address().to_string();
  } else {
    append_printable(label, subject.to_string(), label_bytes_max);
  }
  if (!adds_port) return label;
  if (label.find(':') != std::string::npos) label = fmt::format("[{}]", label);
  return fmt::format("{}:{}", label, result.port);
}

}  // namespace muster

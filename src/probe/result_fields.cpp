#include "muster/target_parameters.hpp"
#include "probe/kind.hpp"

#include <algorithm>
#include <ranges>

namespace muster {
namespace {

constexpr field finished{"time", 0};
constexpr field subject{"target", 0};
constexpr field probe{"probe", 0};
constexpr field address{"address", 0};
constexpr field port{"port", 0};
constexpr field status_word{"status", 0};
constexpr field reason_word{"reason", 0};
constexpr field rtt{"rtt_ms", 0};
constexpr field error_source{"error_source", 2};
constexpr field label{"label", 4};
constexpr field attempts{"attempts", 5};
constexpr field addresses{"addresses", 17};

void show_attempts(const std::vector<probe_attempt>& tries, field_visitor& visitor) {
  visitor.objects(attempts, tries.size(), {}, [&tries](std::size_t index, field_visitor& member) {
    const probe_attempt& one = tries[index];
    member.word(status_word, to_string(one.status));
    if (one.reason != reason::none) member.word(reason_word, to_string(one.reason));
    if (one.rtt.count() >= 0) member.milliseconds(rtt, one.rtt);
  });
}

void show_addresses(const std::vector<address_outcome>& all, field_visitor& visitor) {
  visitor.objects(addresses, all.size(), {}, [&all](std::size_t index, field_visitor& member) {
    const address_outcome& one = all[index];
    member.address(address, one.address);
    member.word(status_word, to_string(one.status));
    if (one.reason != reason::none) member.word(reason_word, to_string(one.reason));
    if (one.rtt.count() >= 0) member.milliseconds(rtt, one.rtt);
  });
}

std::vector<const field*> make_fields() {
  std::vector<const field*> all{&finished,     &subject,     &probe,       &address,
                                &port,         &status_word, &reason_word, &rtt,
                                &error_source, &label,       &attempts,    &addresses};
  for (const probe_kind kind : all_probe_kinds) {
    for (const field* const own : description_of(kind).fields()) {
      if (std::ranges::find(all, own->name(), &field::name) == all.end()) all.push_back(own);
    }
  }
  std::ranges::stable_sort(all, {}, &field::place);
  return all;
}

}  // namespace

const std::vector<const field*>& result_fields() {
  static const std::vector<const field*> fields = make_fields();
  return fields;
}

void show_result(const probe_result& result, field_visitor& visitor) {
  visitor.time(finished, result.finished);
  if (const std::string_view written = result.subject.written(); !written.empty()) {
    visitor.text(subject, written);
  } else {
    visitor.address(subject, result.subject.address());
  }
  visitor.word(probe, to_string(result.kind));
  if (result.has_address) visitor.address(address, result.address);
  if (result.port > 0) visitor.integer(port, result.port);
  visitor.word(status_word, to_string(result.status));
  if (result.reason != reason::none) visitor.word(reason_word, to_string(result.reason));
  if (result.rtt.count() >= 0) visitor.milliseconds(rtt, result.rtt);
  if (result.error_source != ip_address{}) visitor.address(error_source, result.error_source);
  description_of(result.kind).show(result, visitor);
  if (const target_parameters* own = result.subject.parameters(); own && !own->label.empty()) {
    visitor.text(label, own->label);
  }
  if (result.attempts) show_attempts(*result.attempts, visitor);
  if (result.addresses) show_addresses(*result.addresses, visitor);
}

void show_details(const probe_result& result, field_visitor& visitor) {
  if (const std::string_view written = result.subject.written(); !written.empty()) {
    visitor.text(subject, written);
  }
  if (result.error_source != ip_address{}) visitor.address(error_source, result.error_source);
  description_of(result.kind).show(result, visitor);
}

}  // namespace muster

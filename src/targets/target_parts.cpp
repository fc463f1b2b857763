#include "targets/target_parts.hpp"

#include "core/zone.hpp"

namespace muster {

std::string text_of(const target& subject) { return subject.to_string(); }

std::string host_of(const target& subject) {
  if (subject.form() == target_form::line) return std::string{subject.written()};
  if (subject.needs_lookup()) return std::string{subject.host()};
  return address_of(subject);
}

std::string address_of(const target& subject) {
  std::string text = subject.address().to_string();
  if (subject.scope() != 0) text += '%' + zone_name(subject.scope());
  return text;
}

}  // namespace muster

#include "probe/plan_requests.hpp"

namespace muster {
namespace {

probe_kind kind_asked_by(const target& subject) {
  const target_parameters* own = subject.parameters();
  if (own && own->probe) return *own->probe;
  if (subject.form() == target_form::url || (own && !own->path.empty())) {
    return implied_kind(asked_by::url);
  }
  const bool has_port = subject.form() == target_form::host_port;
  return implied_kind(has_port ? asked_by::port : asked_by::host);
}

bool names_probe(const target& subject) {
  return subject.parameters() && subject.parameters()->probe;
}

}  // namespace

std::size_t probe_count(const probe_plan& plan, const target& subject) {
  return names_probe(subject) ? 1 : plan.size();
}

probe_request request_of(const probe_plan& plan, const target& subject, std::size_t index) {
  probe_request request;
  request.subject = subject;
  if (plan.implied() || names_probe(subject)) {
    request.spec = &plan.of(kind_asked_by(subject));
    return request;
  }
  for (const probe_kind kind : all_probe_kinds) {
    request.spec = &plan.of(kind);
    if (index < request.spec->size()) break;
    index -= request.spec->size();
  }
  request.index = static_cast<std::uint32_t>(index);
  return request;
}

}  // namespace muster

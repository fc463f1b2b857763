#include "probe/plan_requests.hpp"

namespace muster {
namespace {

void set_implied(probe_request& request) {
  const target& subject = request.subject;
  const target_parameters* own = subject.parameters();
  if (subject.form() == target_form::url || (own && !own->path.empty())) {
    request.kind = probe_kind::http;
    request.port = subject.port();
  } else if (subject.form() == target_form::host_port) {
    request.kind = probe_kind::tcp;
    request.port = subject.port();
  }
}

bool names_probe(const target& subject) {
  return subject.parameters() && subject.parameters()->probe;
}

}  // namespace

std::size_t probe_count(const probe_plan& plan, const target& subject) {
  return names_probe(subject) ? 1 : plan.size();
}

stream_request request_of(const probe_plan& plan, const target& subject, std::size_t index) {
  stream_request request;
  request.subject = subject;
  if (names_probe(subject)) {
    request.kind = *subject.parameters()->probe;
    if (request.kind != probe_kind::icmp) request.port = subject.port();
    return request;
  }
  if (plan.implied()) {
    set_implied(request);
    return request;
  }
  if (plan.icmp && index-- == 0) return request;
  if (index < plan.tcp_ports.size()) {
    request.kind = probe_kind::tcp;
    request.port = plan.tcp_ports[index];
    return request;
  }
  index -= plan.tcp_ports.size();
  if (index < plan.http_templates.size()) {
    request.kind = probe_kind::http;
    request.url_template = plan.http_templates[index].c_str();
    return request;
  }
  request.kind = probe_kind::exec;
  request.command = static_cast<std::uint32_t>(index - plan.http_templates.size());
  return request;
}

}  // namespace muster

#include "probe/url_template.hpp"

namespace muster {

bool leaves_port_open(std::string_view form) {
  const auto at = form.find("://{}");
  return at != std::string_view::npos && !form.substr(at + 5).starts_with(':');
}

std::string fill_url_template(std::string_view form, const target& subject,
                              std::uint16_t open_port) {
  std::string url;
  const bool is_plain = form.starts_with("http://{}") || form.starts_with("ws://{}");
  if (is_plain && (open_port == 443 || open_port == 8443)) {
    const std::size_t scheme_bytes = form.find(':');
    url.append(form.substr(0, scheme_bytes)).append("s");
    form.remove_prefix(scheme_bytes);
  }
  std::string host{subject.host()};
  if (host.empty()) {
    host = subject.address().to_string();
    if (subject.address().is_v6()) host = '[' + host + ']';
  }
  constexpr std::string_view place = "{}";
  const std::uint16_t port = open_port != 0                             ? open_port
                             : subject.form() == target_form::host_port ? subject.port()
                                                                        : std::uint16_t{0};
  for (;;) {
    const auto at = form.find(place);
    url += form.substr(0, at);
    if (at == std::string_view::npos) return url;
    form.remove_prefix(at + place.size());
    url += host;
    if (port != 0 && !form.starts_with(':')) url += ':' + std::to_string(port);
  }
}

void place_url(target& url, const target& subject) {
  url.set_scope(subject.scope());
  const bool is_same_host = url.has_name() && url.host() == subject.host();
  if (!is_same_host || !subject.is_pinned()) return;
  const auto all = subject.addresses();
  if (!all.empty()) url = url.at({all.begin(), all.end()});
  url.pin(subject.address());
}

std::string with_path(std::string_view url, std::string_view path) {
  constexpr std::string_view scheme_end = "://";
  const std::size_t host = url.find(scheme_end) + scheme_end.size();
  return std::string{url.substr(0, url.find_first_of("/?#", host))}.append(path);
}

std::string named_authority(const target& subject, const target& url) {
  const target_parameters* const parameters = subject.parameters();
  if (!parameters || parameters->host.empty()) return {};
  const std::uint16_t usual_port = url.scheme() == "https" ? 443 : 80;
  const bool is_whole = url.port() == usual_port || parameters->host.find(':') != std::string::npos;
  return is_whole ? parameters->host : parameters->host + ':' + std::to_string(url.port());
}

}  // namespace muster

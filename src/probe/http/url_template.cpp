#include "probe/http/url_template.hpp"

namespace muster {

bool leaves_port_open(std::string_view form) {
  const auto at = form.find("://{}");
  return at != std::string_view::npos && !form.substr(at + 5).starts_with(':');
}

std::string fill_url_template(std::string_view form, const target& subject,
                              std::uint16_t open_port) {
  constexpr std::string_view plain = "http://{}";
  std::string url;
  if ((open_port == 443 || open_port == 8443) && form.starts_with(plain)) {
    url = "https://";
    form.remove_prefix(plain.find('{'));
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

std::string with_path(std::string_view url, std::string_view path) {
  constexpr std::string_view scheme_end = "://";
  const std::size_t host = url.find(scheme_end) + scheme_end.size();
  return std::string{url.substr(0, url.find_first_of("/?#", host))}.append(path);
}

}  // namespace muster

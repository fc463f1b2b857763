#include "probe/http/url_template.hpp"

namespace muster {

std::string fill_url_template(std::string_view form, const target& subject) {
  std::string host{subject.host()};
  if (host.empty()) {
    host = subject.address().to_string();
    if (subject.address().is_v6()) host = '[' + host + ']';
  }
  constexpr std::string_view place = "{}";
  std::string url;
  for (;;) {
    const auto at = form.find(place);
    url += form.substr(0, at);
    if (at == std::string_view::npos) return url;
    form.remove_prefix(at + place.size());
    url += host;
    if (subject.form() == target_form::host_port && !form.starts_with(':')) {
      url += ':' + std::to_string(subject.port());
    }
  }
}

std::string with_path(std::string_view url, std::string_view path) {
  constexpr std::string_view scheme_end = "://";
  const std::size_t host = url.find(scheme_end) + scheme_end.size();
  return std::string{url.substr(0, url.find_first_of("/?#", host))}.append(path);
}

}  // namespace muster

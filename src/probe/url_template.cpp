#include "probe/url_template.hpp"

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

std::string named_authority(const target& subject, const target& url) {
  const target_parameters* const parameters = subject.parameters();
  if (!parameters || parameters->host.empty()) return {};
  const std::uint16_t usual_port = url.scheme() == "https" ? 443 : 80;
  const bool is_whole = url.port() == usual_port || parameters->host.find(':') != std::string::npos;
  return is_whole ? parameters->host : parameters->host + ':' + std::to_string(url.port());
}

}  // namespace muster

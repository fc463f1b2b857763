#include "codec/redirect.hpp"

#include "core/ascii.hpp"
#include "core/uri.hpp"
#include "core/url_encoding.hpp"
#include "muster/address.hpp"

#include <algorithm>

namespace muster::codec {

namespace {

struct text_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where in `reference` its authority stands; empty if there is none.
text_range find_authority(std::string_view reference) {
  const auto slashes = reference.find("//");
  if (slashes == std::string_view::npos) return {};
  const bool after_scheme =
      slashes > 0 && reference.find_first_of(":/?") == slashes - 1 && reference[slashes - 1] == ':';
  if (slashes > 0 && !after_scheme) return {};
  const auto begin = slashes + 2;
  return {begin, std::min(reference.find_first_of("/?", begin), reference.size())};
}

std::string encode(std::string_view reference) {
  const auto [begin, end] = find_authority(reference);
  return percent_encode(reference.substr(0, begin)) +
         percent_encode(reference.substr(begin, end - begin), true) +
         percent_encode(reference.substr(end));
}

/// uriparser writes IPv6 addresses with all their zeros; puts the usual form (RFC 5952) in place.
void shorten_ipv6_host(std::string& url) {
  const text_range authority = find_authority(url);
  const auto begin = url.find('[', authority.begin);
  const auto end = url.find(']', authority.begin);
  if (begin >= authority.end || end >= authority.end || end < begin) return;
  const auto address = ip_address::parse(std::string_view{url}.substr(begin + 1, end - begin - 1));
  if (!address) return;
  const std::string text = address->to_string();
  url.replace(begin, end - begin + 1, address->is_v6() ? '[' + text + ']' : text);
}

}  // namespace

std::optional<std::string> resolve_location(std::string_view base_url, std::string_view location) {
  if (location.empty() || std::max(location.size(), base_url.size()) > url_bytes_max ||
      std::any_of(location.begin(), location.end(), is_control)) {
    return std::nullopt;
  }
  const std::string base_text = encode(base_url.substr(0, base_url.find('#')));
  const std::string reference_text = encode(location.substr(0, location.find('#')));
  uri base;
  uri reference;
  uri resolved;
  if (!base.parse(base_text) || !reference.parse(reference_text) ||
      !resolved.resolve(reference, base) || !resolved.normalize()) {
    return std::nullopt;
  }
  const bool followed = resolved.scheme() == "http" || resolved.scheme() == "https";
  if (!followed || resolved.host().empty()) return std::nullopt;
  auto url = resolved.to_string();
  if (!url || url->size() > url_bytes_max) return std::nullopt;
  shorten_ipv6_host(*url);
  return url;
}

}  // namespace muster::codec

#include "targets/url.hpp"

#include "core/ascii.hpp"
#include "core/uri.hpp"
#include "core/url_encoding.hpp"
#include "core/zone.hpp"
#include "targets/host.hpp"
#include "targets/international_name.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <uriparser/Uri.h>

namespace muster {
namespace {

constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

/// Of a scheme in lower case; 0 when it is not known.
std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "http") return 80;
  return scheme == "https" ? 443 : 0;
}

/// Where the host name of a URL stands; empty for an IP literal, and where there may be a user
/// name.
std::string_view name_in(std::string_view text) {
  text.remove_prefix(std::min(text.find("://") + 3, text.size()));
  text = text.substr(0, text.find_first_of("/?#"));
  if (text.starts_with('[') || text.find('@') != text.npos) return {};
  return text.substr(0, text.rfind(':'));
}

/// A host name that is written in other characters than it is asked for with, as UTF-8 or as %XX
/// (RFC 3986, 3.2.2), in its ASCII form; empty for any other.
parsed<std::string> ascii_form(std::string_view name) {
  if (name.find('%') == name.npos && !has_non_ascii(name)) return std::string{};
  std::string plain{name};
  const char* const end = ::uriUnescapeInPlaceA(plain.data());
  plain.resize(static_cast<std::size_t>(end - plain.data()));
  if (has_non_ascii(plain)) return to_ascii_name(plain);
  // Decoded, other characters could be taken for the end of the host.
  const bool is_name = plain.find_first_not_of(name_characters) == plain.npos;
  return is_name ? lowered(plain) : std::string{};
}

/// The zone of an IPv6 address in a URL (RFC 6874): `%25eth0` before the bracket, or `%eth0`, as
/// many write it.
struct url_zone {
  std::string_view written;  ///< With its `%`; empty when there is none.
  std::string_view name() const {
    return written.substr(written.starts_with("%25") ? 3
                                                     : std::min<std::size_t>(1, written.size()));
  }
};

url_zone find_zone(std::string_view text) {
  const std::size_t opening = text.find("://") + 3;
  if (text.substr(opening, 1) != "[") return {};
  const std::size_t closing = text.find_first_of("]/?#", opening);
  const std::size_t percent = text.find('%', opening);
  if (closing == text.npos || text[closing] != ']' || percent > closing) return {};
  return {text.substr(percent, closing - percent)};
}

/// The interface that a zone means. Characters may be written as %XX.
parsed<std::uint32_t> resolve_url_zone(const url_zone& zone) {
  if (zone.name().empty()) {
    return parse_error{"the zone after %25 is missing: write http://[fe80::1%25eth0]/"};
  }
  std::string name{zone.name()};
  const char* const end = ::uriUnescapeInPlaceA(name.data());
  name.resize(static_cast<std::size_t>(end - name.data()));
  return resolve_zone(name.find('\0') == name.npos ? std::string_view{name} : zone.name());
}

parse_error refused_user() {
  return {"a URL with a user name or password is refused: they would end up in reports"};
}

/// What is wrong with the host or the port of a URL that uriparser does not take, and whose path is
/// beyond doubt. The place where it stops is often behind the culprit.
parse_error authority_error(std::string_view text) {
  std::string_view authority = text.substr(0, end_of_authority(text));
  authority.remove_prefix(authority.find("://") + 3);
  if (authority.find('@') != authority.npos) return refused_user();
  const std::size_t closing = authority.find(']');
  if (authority.starts_with('[') && closing == authority.npos) {
    return {"the closing ] is missing: write http://[2001:db8::1]/"};
  }
  const std::size_t colon = authority.find(':', closing == authority.npos ? 0 : closing);
  if (colon != authority.npos) {
    if (const auto port = parse_port(authority.substr(colon + 1)); !port) return port.error();
  }
  if (!authority.starts_with('[')) {
    if (const auto name = parse_host(authority.substr(0, colon)); !name) return name.error();
  }
  return {fmt::format("'{}' is not the host of a URL", excerpt(authority))};
}

/// As browsers ask for it: without the fragment, and what no URL may hold percent-encoded.
std::string encoded(std::string_view text) {
  const std::size_t end = end_of_authority(text);
  return std::string{text.substr(0, end)} +
         percent_encode(text.substr(end, text.find('#', end) - end));
}

/// What keeps the scheme from being probed; empty when nothing does.
std::string check_scheme(std::string_view scheme) {
  if (scheme == "ws" || scheme == "wss") {
    return fmt::format(
        "{0}:// is asked for by an option: write the host, and "
        "--websocket='{0}://{{}}/path'",
        scheme);
  }
  if (default_port(scheme) == 0) {
    return fmt::format(
        "{}:// is not a scheme that can be probed: write http://, https:// or host:port",
        excerpt(scheme));
  }
  return {};
}

parsed<host> parse_url_host(const uri& parts) {
  if (!parts.has_ip_literal()) return parse_host(parts.host());
  const auto address = ip_address::parse(parts.host());
  if (!address) {
    return parse_error{fmt::format("'{}' is not an IPv6 address", excerpt(parts.host()))};
  }
  return host{*address, {}};
}

/// The path and the query of an encoded URL.
std::string path_of(std::string_view text) {
  std::string path{text.substr(end_of_authority(text))};
  if (!path.starts_with('/')) path.insert(path.begin(), '/');
  return path;
}

std::string authority_of(const uri& parts, std::uint16_t port, std::string_view scheme) {
  std::string authority = lowered(parts.host());
  if (parts.has_ip_literal()) authority = '[' + authority + ']';
  if (port != default_port(scheme)) authority += ':' + std::to_string(port);
  return authority;
}

std::string scheme_of(std::string_view text) { return lowered(text.substr(0, text.find(':'))); }

parsed<target> parse_checked(std::string_view text, std::string_view scheme) {
  if (text.substr(scheme.size(), 3) != "://") {
    return parse_error{fmt::format("a URL has two slashes: write {}://host/path", excerpt(scheme))};
  }
  const std::string_view name = name_in(text);
  const auto ascii_name = ascii_form(name);
  if (!ascii_name) return ascii_name.error();
  const url_zone zone = find_zone(text);
  // What is written in another form than uriparser's, or has none there.
  const std::string_view odd = ascii_name->empty() ? zone.written : name;
  std::string plain{text};
  if (!odd.empty()) {
    plain.replace(static_cast<std::size_t>(odd.data() - text.data()), odd.size(), *ascii_name);
  }
  plain = encoded(plain);
  uri parts;
  if (!parts.parse(plain)) return authority_error(plain);
  if (parts.has_user()) return refused_user();
  auto url_host = parse_url_host(parts);
  if (!url_host) return std::move(url_host.error());
  std::uint32_t scope = 0;
  if (!zone.written.empty()) {
    const auto resolved = resolve_url_zone(zone);
    if (!resolved) return resolved.error();
    scope = *resolved;
  }
  std::uint16_t port = default_port(scheme);
  if (!parts.port().empty()) {
    const auto written_port = parse_port(parts.port());
    if (!written_port) return written_port.error();
    port = *written_port;
  }
  target_text pieces;
  pieces.text = text;
  pieces.host = std::move(url_host->name);
  pieces.authority = authority_of(parts, port, scheme);
  pieces.path = path_of(plain);
  pieces.scheme = scheme;
  target url{target_form::url, url_host->address, port, std::move(pieces)};
  url.set_scope(scope);
  return url;
}

}  // namespace

std::size_t end_of_authority(std::string_view url) {
  return std::min(url.find_first_of("/?#", url.find("://") + 3), url.size());
}

bool looks_like_url(std::string_view text) {
  const std::size_t colon = text.find(":/");
  if (colon == text.npos || colon == 0) return false;
  return text.substr(0, colon).find_first_of(":[]%/") == text.npos;
}

parsed<target> parse_url(std::string_view text) {
  const std::string scheme = scheme_of(text);
  if (std::string wrong = check_scheme(scheme); !wrong.empty())
    return parse_error{std::move(wrong)};
  return parse_checked(text, scheme);
}

parsed<target> parse_url_of_any_scheme(std::string_view text) {
  const std::string scheme = scheme_of(text);
  // What is copied from and to, such as web1:/srv, looks like it.
  if (default_port(scheme) == 0 && text.substr(scheme.size(), 3) != "://") {
    return parse_error{"neither a URL nor a host: --lines takes any text as it is"};
  }
  return parse_checked(text, scheme);
}

}  // namespace muster

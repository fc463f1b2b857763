// Strategy: the punctuation decides. "://" makes a URL, brackets or a second colon make IPv6,
// digits and dots make IPv4, and what is left is a host name. The port is cut off first, then a
// zone; what remains is an expression that one parser understands, whose error then names the
// remedy.
#include "targets/target_parser.hpp"

#include "core/ascii.hpp"
#include "core/zone.hpp"
#include "targets/address_expression.hpp"
#include "targets/host.hpp"
#include "targets/international_name.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace muster {
namespace {

/// What keeps `text` from being any target; empty when nothing does.
std::string check_characters(std::string_view text) {
  const bool is_url = looks_like_url(text);
  const std::size_t encoded_from = is_url ? end_of_authority(text) : text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) return "a NUL byte: is this a text file, in UTF-8?";
    if ((c == ' ' || c == '\t') && text.starts_with("Host: ")) {
      return "a line of nmap's -oG: write its address, or address:port for each port, one a line";
    }
    if (c == ' ' && i > encoded_from) {
      return "white space inside: write one target a line, and a blank in a URL as %20";
    }
    if (c == ' ' || c == '\t') return "white space inside: write one target a line";
    if (byte < 0x20 || byte == 0x7f) {
      return fmt::format("the control character {} has no place in a target", excerpt({&c, 1}));
    }
  }
  if (!has_non_ascii(text)) return {};
  std::string found = find_invisible(text, encoded_from);
  return found.empty() ? found : "it has an invisible character: " + found;
}

/// An expression's last parts, in the order in which they are cut off.
struct suffixed {
  std::string_view addresses;
  std::optional<std::string_view> port;
  std::string_view zone;
};

parsed<range_traits> resolve_traits(const suffixed& parts) {
  range_traits traits;
  if (parts.port) {
    const auto port = parse_port(*parts.port);
    if (!port) return port.error();
    traits.port = *port;
  }
  if (!parts.zone.empty()) {
    const auto scope = resolve_zone(parts.zone);
    if (!scope) return scope.error();
    traits.scope = *scope;
    traits.zone = parts.zone;
  }
  return traits;
}

/// A single address with a port or a zone keeps the text that its user wrote.
target annotated_single(ip_address address, const range_traits& traits, std::string_view written) {
  target_text text;
  text.text = written;
  const target_form form = traits.port == 0 ? target_form::address : target_form::host_port;
  target out{form, address, traits.port, std::move(text)};
  out.set_scope(traits.scope);
  return out;
}

parsed<target_range> make_range(parsed<address_expression> addresses, const suffixed& parts,
                                std::string_view written) {
  if (!addresses) return std::move(addresses.error());
  auto traits = resolve_traits(parts);
  if (!traits) return std::move(traits.error());
  if (auto* octets = std::get_if<octet_ranges>(&*addresses)) {
    return target_range{std::move(*octets), std::move(*traits)};
  }
  const auto& block = std::get<address_block>(*addresses);
  const bool is_bare = traits->port == 0 && traits->scope == 0;
  if (block.first == block.last && is_bare) return target_range{target{block.first}};
  if (block.first == block.last) {
    return target_range{annotated_single(block.first, *traits, written)};
  }
  return target_range{block, std::move(*traits)};
}

parsed<target_range> parse_ipv4(const suffixed& parts, std::string_view written,
                                const target_parser_options& options) {
  return make_range(parse_ipv4_expression(parts.addresses, options.all_addresses), parts, written);
}

/// Takes `%zone`, which stands before a prefix length or at the end, out of the addresses first.
parsed<target_range> parse_ipv6(suffixed parts, std::string_view written) {
  std::string joined;
  const std::size_t percent = parts.addresses.find('%');
  if (percent != parts.addresses.npos) {
    const std::size_t slash = std::min(parts.addresses.find('/', percent), parts.addresses.size());
    parts.zone = parts.addresses.substr(percent + 1, slash - percent - 1);
    if (parts.zone.empty()) return parse_error{"the zone after % is missing: write fe80::1%eth0"};
    joined = parts.addresses.substr(0, percent);
    joined += parts.addresses.substr(slash);
    parts.addresses = joined;
  }
  return make_range(parse_ipv6_expression(parts.addresses), parts, written);
}

/// `[v6]`, `[v6]:port`, `[v6-v6]:port`, `[v6/64]:port` or `[v6]/64:port`.
parsed<target_range> parse_bracketed(std::string_view text) {
  const std::size_t closing = text.find(']');
  if (closing == text.npos) return parse_error{"the closing ] is missing: write [2001:db8::1]:80"};
  const std::string_view inside = text.substr(1, closing - 1);
  if (inside.find(':') == inside.npos) {
    return parse_error{"brackets are for IPv6 addresses: write others without"};
  }
  const std::string_view behind = text.substr(closing + 1);
  const std::size_t colon = std::min(behind.find(':'), behind.size());
  const std::string_view prefix = behind.substr(0, colon);
  suffixed parts;
  if (colon < behind.size()) parts.port = behind.substr(colon + 1);
  if (prefix.empty()) {
    parts.addresses = inside;
    return parse_ipv6(parts, parts.port ? text : inside);
  }
  if (prefix.front() != '/') {
    return parse_error{
        fmt::format("'{}' after the ] is neither :port nor a prefix length", excerpt(behind))};
  }
  std::string joined{inside};
  joined += prefix;
  parts.addresses = joined;
  return parse_ipv6(parts, text);
}

/// Without brackets, a port can only follow a prefix length: `::1:80` is an address.
parsed<target_range> parse_unbracketed_ipv6(std::string_view text) {
  suffixed parts;
  parts.addresses = text;
  const std::size_t slash = text.find('/');
  const std::size_t colon = slash == text.npos ? text.npos : text.find(':', slash);
  if (colon != text.npos) {
    parts.addresses = text.substr(0, colon);
    parts.port = text.substr(colon + 1);
  }
  return parse_ipv6(parts, text);
}

parse_error misplaced_slash(std::string_view text) {
  if (text.starts_with("//")) return {"a URL begins with its scheme: http:"};
  if (text.starts_with('/')) {
    return {
        fmt::format("a path is no target: to ask every target for it, --http={}", excerpt(text))};
  }
  const std::string_view behind = text.substr(text.find('/') + 1);
  if (!behind.empty() && behind.find_first_not_of("0123456789") == behind.npos) {
    return {"a prefix length goes with an address, not with a name"};
  }
  return {fmt::format("write a URL with its scheme: http://{}", excerpt(text))};
}

parsed<target_range> parse_name(std::string_view name, std::optional<std::string_view> port_text,
                                std::string_view text) {
  auto named = parse_host(name);
  if (!named) return std::move(named.error());
  target_text pieces;
  pieces.text = text;
  pieces.host = std::move(named->name);
  if (!port_text) return target_range{target{target_form::name, {}, 0, std::move(pieces)}};
  const auto port = parse_port(*port_text);
  if (!port) return port.error();
  return target_range{target{target_form::host_port, {}, *port, std::move(pieces)}};
}

/// IPv4 or a name: at most one colon, and what follows it is a port.
parsed<target_range> parse_ipv4_or_name(std::string_view text,
                                        const target_parser_options& options) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view expression = text.substr(0, colon);
  std::optional<std::string_view> port;
  if (colon < text.size()) port = text.substr(colon + 1);
  const std::size_t slash = text.find('/');
  if (slash > colon && slash != text.npos) return misplaced_slash(text);
  if (looks_like_ipv4(expression.substr(0, slash))) {
    return parse_ipv4({expression, port, {}}, text, options);
  }
  if (slash != text.npos) return misplaced_slash(text);
  return parse_name(expression, port, text);
}

/// `münchen.example` with or without a port: asked for in its ASCII form, called as it was written.
parsed<target_range> parse_international(std::string_view text,
                                         const target_parser_options& options) {
  const std::size_t end = std::min(text.find_first_of(":/"), text.size());
  auto ascii = to_ascii_name(text.substr(0, end));
  if (!ascii) return std::move(ascii.error());
  if (has_non_ascii(text.substr(end))) {
    return parse_error{"not ASCII: of a target, only a name may have other characters"};
  }
  auto range = parse_ipv4_or_name(ascii->append(text.substr(end)), options);
  const target* single = range ? range->single() : nullptr;
  if (single == nullptr || !single->needs_lookup()) return range;
  target_text pieces;
  pieces.text = text;
  pieces.host = single->host();
  return target_range{target{single->form(), {}, single->port(), std::move(pieces)}};
}

parsed<target_range> parse_line(std::string_view text) {
  if (text.find('\0') != text.npos) {
    return parse_error{"a NUL byte, which no command can be given: is this a text file?"};
  }
  target_text pieces;
  pieces.text = text;
  return target_range{target{target_form::line, {}, 0, std::move(pieces)}};
}

}  // namespace

std::string_view strip_line(std::string_view line) {
  for (std::size_t hash = line.find('#'); hash != line.npos; hash = line.find('#', hash + 1)) {
    if (hash == 0 || is_line_space(line[hash - 1])) {
      line = line.substr(0, hash);
      break;
    }
  }
  return trim(line, line_space);
}

parsed<target_range> parse_target(std::string_view text, const target_parser_options& options) {
  if (options.any_line) return parse_line(text);
  // Long lists are made of these, and nothing else that is wrong or right looks like them.
  if (const auto address = ip_address::parse(text)) return target_range{target{*address}};
  if (std::string wrong = check_characters(text); !wrong.empty()) {
    return parse_error{std::move(wrong)};
  }
  if (looks_like_url(text)) {
    auto url = options.keep_columns ? parse_url_of_any_scheme(text) : parse_url(text);
    if (!url) return std::move(url.error());
    return target_range{std::move(*url)};
  }
  if (text.front() == '[') return parse_bracketed(text);
  const std::string_view before_zone = text.substr(0, text.find('%'));
  if (std::count(before_zone.begin(), before_zone.end(), ':') > 1) {
    return parse_unbracketed_ipv6(text);
  }
  if (before_zone.size() != text.size()) {
    return parse_error{"a zone after % belongs to an IPv6 address only"};
  }
  if (has_non_ascii(text)) return parse_international(text, options);
  return parse_ipv4_or_name(text, options);
}

}  // namespace muster

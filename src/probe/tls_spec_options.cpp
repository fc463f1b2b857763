#include "probe/tls_spec_options.hpp"

#include "targets/host.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace muster {

std::string read_tls_version(tls_settings& settings, const std::string& text) {
  constexpr std::array versions{
      std::pair{"1.0", tls_version::v1_0}, std::pair{"1.1", tls_version::v1_1},
      std::pair{"1.2", tls_version::v1_2}, std::pair{"1.3", tls_version::v1_3}};
  const auto* const place =
      std::ranges::find(versions, text, &decltype(versions)::value_type::first);
  if (place == versions.end()) {
    return fmt::format("'{}' is no version of TLS: write 1.0, 1.1, 1.2 or 1.3", excerpt(text));
  }
  settings.least = place->second;
  return {};
}

std::string read_server_name(tls_options& options, const std::string& text) {
  const auto parsed = parse_host(text);
  if (!parsed) return parsed.error().message;
  if (parsed->name.empty()) {
    return fmt::format("'{}' is an address: servers are asked for names", excerpt(text));
  }
  options.server_name = parsed->name;
  return {};
}

}  // namespace muster

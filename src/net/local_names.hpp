#pragma once

#include "muster/resolver.hpp"
#include "net/hosts_file.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What this machine knows of names without asking: localhost and all below it (RFC 6761, 6.3),
/// whatever anybody else says, and its hosts file.
class local_names {
 public:
  local_names(std::string hosts_file, address_preference preference)
      : hosts_{std::move(hosts_file)}, preference_{preference} {}

  /// The addresses of an allowed family for a name in lower case; empty if none is known.
  std::vector<ip_address> find(std::string_view name);

 private:
  hosts_file hosts_;
  address_preference preference_;
};

}  // namespace muster

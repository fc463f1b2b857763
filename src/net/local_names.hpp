#pragma once

#include "muster/resolver.hpp"
#include "net/hosts_file.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What this machine knows of names without asking: those that are fixed for this run, then
/// localhost and all below it (RFC 6761, 6.3), whatever anybody else says, and its hosts file.
class local_names {
 public:
  local_names(const std::vector<std::pair<std::string, ip_address>>& fixed, std::string hosts_file,
              address_preference preference);

  /// The addresses of an allowed family for a name in lower case; empty if none is known.
  std::vector<ip_address> find(std::string_view name);

 private:
  std::map<std::string, std::vector<ip_address>, std::less<>> fixed_;
  hosts_file hosts_;
  address_preference preference_;
};

}  // namespace muster

#pragma once

#include <span>
#include <string_view>

namespace muster {

/// Options that other tools have for one thing, and what does the same here.
struct foreign_option {
  /// Without the dashes before them, a blank between them. Those of up to three letters are as they
  /// are typed, the others in small letters.
  std::string_view names;
  std::string_view advice;
};

/// Options of GNU parallel, xargs and the runners of PowerShell.
std::span<const foreign_option> foreign_options_of_run();
/// Options of ping, fping, nmap, masscan, zmap, arp-scan, httpx, curl and hey.
std::span<const foreign_option> foreign_options_of_sweep();

}  // namespace muster

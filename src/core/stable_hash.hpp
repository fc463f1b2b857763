#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

/// FNV-1a, which is the same on every machine and in every version.
constexpr std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01b3;
  return hash;
}

}  // namespace muster

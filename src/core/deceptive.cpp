#include "core/deceptive.hpp"

#include <algorithm>
#include <array>

namespace muster {
namespace {

struct code_point_range {
  char32_t first;
  char32_t last;
};

/// C1 controls; of Unicode's default-ignorable and format characters those that show nothing where
/// they stand; line separators, direction overrides, fillers, tags. Sorted. The variation selectors
/// of U+FE00 are not among them, as emoji are written with them.
constexpr std::array<code_point_range, 17> deceptive{{
    {0x80, 0x9f},
    {0xad, 0xad},
    {0x34f, 0x34f},
    {0x61c, 0x61c},
    {0x115f, 0x1160},
    {0x17b4, 0x17b5},
    {0x180b, 0x180f},
    {0x200b, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x206f},
    {0x3164, 0x3164},
    {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},
    {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
}};

}  // namespace

bool is_deceptive(char32_t code_point) {
  if (code_point < deceptive.front().first) return false;
  const auto found =
      std::lower_bound(deceptive.begin(), deceptive.end(), code_point,
                       [](const code_point_range& range, char32_t c) { return range.last < c; });
  return found != deceptive.end() && found->first <= code_point;
}

}  // namespace muster

#pragma once

#include "sink/map_picture.hpp"

#include <span>
#include <vector>

namespace muster {

/// A square piece of a map: the addresses that share all but their last `bits` bits, an even
/// number.
struct map_part {
  ip_address base;
  unsigned bits = 0;
  /// Those of its blocks that have hosts in them.
  std::span<const picture_block> blocks;
};

/// Divides a picture into parts: as few as there can be without one that is more than three
/// quarters empty, none of more than 2^`map_part_bits_max` addresses. They refer to the picture.
std::vector<map_part> find_map_parts(const map_picture& picture);

inline constexpr unsigned map_part_bits_max = 32;

}  // namespace muster

#pragma once

#include "sink/host_map.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

/// How a cell of a picture looks. Shades run from the best, 0, to 3: of RTT, or of the share of
/// hosts that are up.
enum class tone : std::uint8_t {
  none,
  undecided,
  not_sent,
  silent,
  unreachable,
  answered,
  shade_3,
  shade_2,
  shade_1,
  shade_0,
};
inline constexpr std::size_t tone_count = static_cast<std::size_t>(tone::shade_0) + 1;
inline constexpr std::size_t shade_count = 4;

constexpr tone shade_tone(std::size_t shade) {
  return static_cast<tone>(static_cast<std::size_t>(tone::shade_0) - shade);
}

/// 256 cells in address order, each of as many addresses as the picture says.
struct picture_block {
  static constexpr std::size_t cell_count = 256;
  static constexpr std::size_t row_cells = 32;
  static constexpr std::size_t row_count = cell_count / row_cells;

  ip_address base;
  std::array<tone, cell_count> tones{};
  std::array<host_count, row_count> rows{};
  /// Of cells that are more than one host: what is in them.
  std::vector<host_count> counts;

  host_count total() const;
};

/// A family's hosts at one scale: cells of 2^`cell_bits` addresses, blocks in address order.
struct map_picture {
  unsigned cell_bits = 0;
  std::vector<picture_block> blocks;
  /// Of cells that are one host: the longest RTT of each shade, ascending; a shade that is not used
  /// has the same as the one before it. 0 where nothing is up.
  std::array<std::chrono::nanoseconds, shade_count> shade_rtt_max{};
};

/// How many blocks there would be; cheap.
std::size_t count_picture_blocks(const host_map& hosts, unsigned cell_bits);
/// IPv4 at a scale of 0 to 24 bits a cell.
map_picture make_v4_picture(const host_map& hosts, unsigned cell_bits);
/// IPv6, a cell a host.
map_picture make_v6_picture(const host_map& hosts);

}  // namespace muster

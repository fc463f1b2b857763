// Strategy: one pass over the hosts in address order fills counts of the cells, block after block;
// the counts become tones at the end. Of single hosts the tone is the RTT's: the shades are bounded
// by the round numbers at or above the 50th, 90th and 99th percentile, so that most hosts look
// alike and those that are slow among them stand out. Of many hosts it is the share that is up.
#include "sink/map_picture.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace muster {
namespace {

constexpr unsigned rtt_indices = host_cell::fastest_byte - host_cell::up_byte + 1;
using shade_bounds = std::array<unsigned, shade_count>;  // RTT indices, inclusive

shade_bounds find_shades(std::span<const host_map::block> blocks) {
  std::array<std::uint64_t, rtt_indices> counts{};
  std::uint64_t total = 0;
  for (const host_map::block& block : blocks) {
    for (const host_cell cell : *block.hosts) {
      if (cell.state() != host_state::up) continue;
      ++counts[cell.rtt_index()];
      ++total;
    }
  }
  constexpr std::array<std::uint64_t, shade_count> percents{50, 90, 99, 100};
  shade_bounds bounds{};
  std::uint64_t seen = 0;
  std::size_t shade = 0;
  for (unsigned index = 0; index < rtt_indices; ++index) {
    seen += counts[index];
    while (shade < shade_count && seen * 100 >= total * percents[shade])
      bounds[shade++] = index;
  }
  return bounds;
}

tone tone_of_state(host_state state) {
  switch (state) {
    case host_state::not_asked:
      return tone::none;
    case host_state::undecided:
      return tone::undecided;
    case host_state::not_sent:
      return tone::not_sent;
    case host_state::silent:
      return tone::silent;
    case host_state::unreachable:
      return tone::unreachable;
    case host_state::answered:
      return tone::answered;
    case host_state::up:
      break;
  }
  return tone::shade_0;
}

tone tone_of_host(host_cell cell, const shade_bounds& shades) {
  if (cell.state() != host_state::up) return tone_of_state(cell.state());
  std::size_t shade = 0;
  while (shade + 1 < shade_count && cell.rtt_index() > shades[shade])
    ++shade;
  return shade_tone(shade);
}

/// Quarters: more than 75 % are up, more than 50 %, more than 25 %, some.
tone tone_of_count(const host_count& count) {
  if (count.up == 0) return tone_of_state(count.best.state());
  return shade_tone(3 - std::min<std::uint64_t>(3, (count.up * 4 - 1) / count.asked));
}

ip_address masked(ip_address address, unsigned bits) {
  return ip_address::from_bits(address.high(), address.low() >> bits << bits);
}

map_picture picture_of_hosts(std::span<const host_map::block> blocks) {
  const shade_bounds shades = find_shades(blocks);
  map_picture picture;
  for (std::size_t shade = 0; shade < shade_count; ++shade) {
    picture.shade_rtt_max[shade] = rtt_scale_bound(rtt_grain::one_two_five, shades[shade]);
  }
  for (const host_map::block& block : blocks) {
    picture_block& made = picture.blocks.emplace_back();
    made.base = block.base;
    for (std::size_t i = 0; i < picture_block::cell_count; ++i) {
      const host_cell cell = (*block.hosts)[i];
      made.tones[i] = tone_of_host(cell, shades);
      made.rows[i / picture_block::row_cells].add(cell);
    }
  }
  return picture;
}

/// Gathers counts into the cells of blocks; they come in address order.
class coarse_painter {
 public:
  explicit coarse_painter(unsigned cell_bits) { picture_.cell_bits = cell_bits; }

  void add(ip_address address, const host_count& count) {
    const ip_address base = masked(address, picture_.cell_bits + 8);
    if (picture_.blocks.empty() || picture_.blocks.back().base != base) {
      end_block();
      picture_.blocks.emplace_back().base = base;
    }
    const std::uint64_t cell = (address.low() - base.low()) >> picture_.cell_bits;
    counts_[cell].add(count);
    picture_.blocks.back().rows[cell / picture_block::row_cells].add(count);
  }
  map_picture finish() {
    end_block();
    return std::move(picture_);
  }

 private:
  void end_block() {
    if (picture_.blocks.empty()) return;
    std::ranges::transform(counts_, picture_.blocks.back().tones.begin(), tone_of_count);
    picture_.blocks.back().counts.assign(counts_.begin(), counts_.end());
    counts_.fill({});
  }

  map_picture picture_;
  std::array<host_count, picture_block::cell_count> counts_{};
};

void add_block(coarse_painter& painter, const host_map::block& block, unsigned cell_bits) {
  const std::size_t step =
      std::min<std::size_t>(std::size_t{1} << cell_bits, host_map::block_hosts);
  for (std::size_t begin = 0; begin < host_map::block_hosts; begin += step) {
    host_count count;
    for (std::size_t i = begin; i < begin + step; ++i)
      count.add((*block.hosts)[i]);
    if (count.asked > 0) painter.add(block.base.plus(begin), count);
  }
}

}  // namespace

host_count picture_block::total() const {
  host_count sum;
  for (const host_count& row : rows)
    sum.add(row);
  return sum;
}

std::size_t count_picture_blocks(const host_map& hosts, unsigned cell_bits) {
  std::size_t count = 0;
  ip_address last;
  const auto look_at = [&](ip_address address) {
    const ip_address base = masked(address, cell_bits + 8);
    if (base != last) ++count;
    last = base;
  };
  for (const auto& block : hosts.v4_blocks())
    look_at(block.base);
  for (const auto& block : hosts.v4_coarse_blocks())
    look_at(block.base);
  return count;
}

map_picture make_v4_picture(const host_map& hosts, unsigned cell_bits) {
  const auto blocks = hosts.v4_blocks();
  if (cell_bits == 0) return picture_of_hosts(blocks);
  coarse_painter painter{cell_bits};
  const auto coarse = hosts.v4_coarse_blocks();
  auto next = coarse.begin();
  for (const host_map::block& block : blocks) {
    for (; next != coarse.end() && next->base < block.base; ++next)
      painter.add(next->base, next->count);
    add_block(painter, block, cell_bits);
  }
  for (; next != coarse.end(); ++next)
    painter.add(next->base, next->count);
  return painter.finish();
}

map_picture make_v6_picture(const host_map& hosts) { return picture_of_hosts(hosts.v6_blocks()); }

}  // namespace muster

// Strategy: every block is a part of its own at first. Then, for squares of four times the size,
// and four times that, and so on, the parts that fall into the same square are joined if together
// they fill a quarter of it. Parts are in address order, so those of one square are neighbours.
#include "sink/map_parts.hpp"

namespace muster {
namespace {

ip_address square_of(ip_address address, unsigned bits) {
  return ip_address::from_bits(address.high(), address.low() >> bits << bits);
}

}  // namespace

std::vector<map_part> find_map_parts(const map_picture& picture) {
  const unsigned block_bits = picture.cell_bits + 8;
  std::vector<map_part> parts;
  for (const picture_block& block : picture.blocks)
    parts.push_back({block.base, block_bits, {&block, 1}});

  for (unsigned bits = block_bits + 2; bits <= map_part_bits_max; bits += 2) {
    const std::size_t square_blocks = std::size_t{1} << (bits - block_bits);
    std::vector<map_part> joined;
    for (std::size_t begin = 0; begin < parts.size();) {
      const ip_address square = square_of(parts[begin].base, bits);
      std::size_t end = begin;
      std::size_t blocks = 0;
      for (; end < parts.size() && square_of(parts[end].base, bits) == square; ++end)
        blocks += parts[end].blocks.size();
      if (end - begin > 1 && blocks * 4 >= square_blocks) {
        joined.push_back({square, bits, {parts[begin].blocks.data(), blocks}});
      } else {
        joined.insert(joined.end(), parts.begin() + static_cast<std::ptrdiff_t>(begin),
                      parts.begin() + static_cast<std::ptrdiff_t>(end));
      }
      begin = end;
    }
    parts = std::move(joined);
  }
  return parts;
}

}  // namespace muster

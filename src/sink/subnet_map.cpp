// Strategy: the scales of a map are tried from the finest to the coarsest until one fits. They come
// in pairs: cells of 1, 2^8, 2^16 and 2^24 addresses stand in blocks of 8 rows, whose cell in row R
// and column C differs from the block's address in one octet only, which is R + C. Between them,
// cells of 2^3, 2^11 and 2^19 addresses stand in a list, one line for each /24, /16 or /8 that has
// targets, so that a /20 need not shrink to sixteen cells. The last scale is one block, and always
// fits.
#include "sink/subnet_map.hpp"

#include "record/numbers.hpp"
#include "sink/map_cells.hpp"
#include "sink/map_picture.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t group_cells = 8;  // cells between two gaps
constexpr std::size_t cells_columns = picture_block::row_cells + 3;
constexpr std::size_t block_gap = 3;
constexpr std::size_t row_label_columns = 5;
constexpr std::size_t count_columns = 28;       // "16,777,216 of 16,777,216 up"
constexpr std::size_t list_label_columns = 18;  // "255.255.255.0/24" and a gap
constexpr std::array<unsigned, 7> scales{0, 3, 8, 11, 16, 19, 24};

bool is_list(unsigned cell_bits) { return cell_bits % 8 != 0; }

std::size_t cell_column(std::size_t index) { return index + index / group_cells; }

/// How many are up, and of how many if that fits into `columns`; nothing if even that does not.
std::string up_text(const host_count& count, std::size_t columns) {
  std::string up;
  append_grouped(up, count.up);
  std::string of = up + " of ";
  append_grouped(of, count.asked);
  for (const std::string& text : {of + " up", up + " up"}) {
    if (text.size() <= columns) return text;
  }
  return {};
}

std::string block_name(const picture_block& block, unsigned block_bits) {
  const unsigned family_bits = block.base.is_v4() ? 32 : 128;
  return fmt::format("{}/{}", block.base.to_string(), family_bits - block_bits);
}

bool row_is_used(const picture_block& block, std::size_t row) { return block.rows[row].asked > 0; }

void append_row(map_line& line, const picture_block& block, std::size_t row, std::size_t column) {
  for (std::size_t i = 0; i < picture_block::row_cells; ++i) {
    line.move_to(column + cell_column(i));
    line.cell(block.tones[row * picture_block::row_cells + i]);
  }
}

/// Blocks that stand side by side, and the rows that at least one of them has hosts in.
struct band {
  std::span<const picture_block> blocks;
  std::size_t row_begin = picture_block::row_count;
  std::size_t row_end = 0;
};

/// A picture with its place on a terminal.
class map_layout {
 public:
  map_layout(map_picture picture, const map_style& style)
      : picture_{std::move(picture)}, style_{style} {
    if (is_list(picture_.cell_bits)) return;
    for (const picture_block& block : picture_.blocks)
      block_columns_ = std::max(block_columns_, block_name(block, block_bits()).size());
    const auto columns = static_cast<std::size_t>(std::max(style.columns, 1));
    const std::size_t free = columns > row_label_columns ? columns - row_label_columns : 0;
    const std::size_t fitting = (free + block_gap) / (block_columns_ + block_gap);
    arrange(std::max<std::size_t>(fitting, 1));
  }

  map_layout(map_layout&&) = default;
  map_layout(const map_layout&) = delete;

  std::size_t lines() const {
    std::size_t count = 1;
    if (is_list(picture_.cell_bits)) {
      for (const picture_block& block : picture_.blocks) {
        for (std::size_t row = 0; row < picture_block::row_count; ++row) {
          if (row_is_used(block, row)) ++count;
        }
      }
      return count;
    }
    for (const band& one : bands_)
      count += 2 + one.row_end - one.row_begin;  // a title, and a gap or the ruler
    return count;
  }

  void render(std::string& out) const {
    if (is_list(picture_.cell_bits)) return render_list(out);
    for (const band& one : bands_)
      render_band(out, one, &one == &bands_.front());
  }

  const map_picture& picture() const { return picture_; }

 private:
  unsigned block_bits() const { return picture_.cell_bits + 8; }
  bool of_hosts() const { return picture_.cell_bits == 0; }

  void arrange(std::size_t side_by_side) {
    const std::span<const picture_block> all{picture_.blocks};
    for (std::size_t begin = 0; begin < all.size(); begin += side_by_side) {
      band& one = bands_.emplace_back();
      one.blocks = all.subspan(begin, std::min(side_by_side, all.size() - begin));
      for (const picture_block& block : one.blocks) {
        for (std::size_t row = 0; row < picture_block::row_count; ++row) {
          if (!row_is_used(block, row)) continue;
          one.row_begin = std::min(one.row_begin, row);
          one.row_end = std::max(one.row_end, row + 1);
        }
      }
    }
  }

  std::size_t block_column(std::size_t index) const {
    return row_label_columns + index * (block_columns_ + block_gap);
  }

  void render_band(std::string& out, const band& one, bool first) const {
    if (!first) out += '\n';
    {
      map_line title{out, style_, of_hosts()};
      for (std::size_t i = 0; i < one.blocks.size(); ++i) {
        const std::string name = block_name(one.blocks[i], block_bits());
        const std::string up = up_text(one.blocks[i].total(), block_columns_ - name.size() - 2);
        title.move_to(block_column(i));
        title.words(name);
        title.move_to(block_column(i) + block_columns_ - up.size());
        title.words(up);
      }
    }
    if (first) render_ruler(out, one.blocks.size());
    for (std::size_t row = one.row_begin; row < one.row_end; ++row) {
      map_line line{out, style_, of_hosts()};
      line.words(row_label(row, one.blocks.front().base.is_v6()));
      for (std::size_t i = 0; i < one.blocks.size(); ++i)
        append_row(line, one.blocks[i], row, block_column(i));
    }
  }

  void render_ruler(std::string& out, std::size_t blocks) const {
    map_line ruler{out, style_, of_hosts()};
    const bool v6 = picture_.blocks.front().base.is_v6();
    for (std::size_t i = 0; i < blocks; ++i) {
      for (std::size_t cell = 0; cell < picture_block::row_cells; cell += group_cells) {
        ruler.move_to(block_column(i) + cell_column(cell));
        ruler.words(v6 ? fmt::format("+{:x}", cell) : fmt::format("+{}", cell));
      }
    }
  }

  std::string row_label(std::size_t row, bool v6) const {
    const std::size_t value = row * picture_block::row_cells;
    if (v6) return fmt::format("{:02x}", value);
    return picture_.cell_bits == 24 ? fmt::format("{}.", value) : fmt::format(".{}", value);
  }

  void render_list(std::string& out) const {
    {
      map_line ruler{out, style_, of_hosts()};
      for (std::size_t cell = 0; cell < picture_block::row_cells; cell += group_cells) {
        ruler.move_to(list_label_columns + cell_column(cell));
        ruler.words(fmt::format(".{}", cell * (256 / picture_block::row_cells)));
      }
    }
    const unsigned row_bits = picture_.cell_bits + 5;
    for (const picture_block& block : picture_.blocks) {
      for (std::size_t row = 0; row < picture_block::row_count; ++row) {
        if (!row_is_used(block, row)) continue;
        map_line line{out, style_, of_hosts()};
        const ip_address base = block.base.plus(std::uint64_t{row} << row_bits);
        line.words(fmt::format("{}/{}", base.to_string(), 32 - row_bits));
        append_row(line, block, row, list_label_columns);
        line.move_to(list_label_columns + cells_columns + 2);
        line.words(up_text(block.rows[row], count_columns));
      }
    }
  }

  map_picture picture_;
  const map_style& style_;
  std::size_t block_columns_ = cells_columns;
  std::vector<band> bands_;
};

std::size_t lines_available(const map_style& style) {
  return static_cast<std::size_t>(std::max(style.lines, map_lines_min));
}

std::optional<map_layout> lay_out_v4(const host_map& hosts, const map_style& style) {
  const bool is_coarse = !hosts.v4_coarse_blocks().empty();
  for (const unsigned cell_bits : scales) {
    // Of what the map holds only in counts of a /16, smaller cells would be false.
    if (is_coarse && cell_bits < 16) continue;
    // Even side by side, a block takes two lines of some screen's width.
    if (count_picture_blocks(hosts, cell_bits) > 8 * lines_available(style)) continue;
    map_layout layout{make_v4_picture(hosts, cell_bits), style};
    if (layout.picture().blocks.empty()) return std::nullopt;
    if (layout.lines() <= lines_available(style) || cell_bits == scales.back()) return layout;
  }
  return std::nullopt;
}

/// Entries of the legend, broken into lines where the terminal ends.
class legend {
 public:
  legend(std::string& out, const map_style& style, bool of_hosts)
      : out_{out}, style_{style}, of_hosts_{of_hosts} {}

  void add(std::optional<tone> cell, std::string_view words) {
    const std::size_t size = words.size() + (cell ? 2 : 0);
    const std::size_t begin = line_ && line_->column() > 0 ? line_->column() + 3 : 0;
    if (!line_ || begin + size > static_cast<std::size_t>(std::max(style_.columns, 1))) {
      line_.reset();
      line_.emplace(out_, style_, of_hosts_);
    } else {
      line_->move_to(begin);
    }
    if (cell) {
      line_->cell(*cell);
      line_->words(" ");
    }
    line_->words(words);
  }

 private:
  std::string& out_;
  const map_style& style_;
  bool of_hosts_;
  std::optional<map_line> line_;
};

std::string shade_words(const map_picture& picture, std::size_t shade) {
  if (picture.cell_bits > 0) {
    constexpr std::array<std::string_view, shade_count> shares{"more than 75% up", "more than 50%",
                                                               "more than 25%", "25% or less"};
    return std::string{shares[shade]};
  }
  const std::string bound = rtt_scale_text(picture.shade_rtt_max[shade]);
  return shade == 0 ? fmt::format("up within {} ms", bound) : fmt::format("{} ms", bound);
}

std::string scale_words(unsigned cell_bits) {
  if (cell_bits == 0) return "a cell is a host:";
  return fmt::format("a cell is a /{}:", 32 - cell_bits);
}

void append_legend(std::string& out, const map_picture& picture, const map_style& style) {
  std::array<bool, tone_count> used{};
  for (const picture_block& block : picture.blocks) {
    for (const tone one : block.tones)
      used[static_cast<std::size_t>(one)] = true;
  }
  legend words{out, style, picture.cell_bits == 0};
  words.add(std::nullopt, scale_words(picture.cell_bits));
  for (std::size_t shade = 0; shade < shade_count; ++shade) {
    const tone one = shade_tone(shade);
    if (used[static_cast<std::size_t>(one)]) words.add(one, shade_words(picture, shade));
  }
  constexpr std::array<std::pair<tone, std::string_view>, 5> others{{
      {tone::answered, "refused or another answer"},
      {tone::unreachable, "unreachable"},
      {tone::silent, "silent"},
      {tone::not_sent, "not sent"},
      {tone::undecided, "not finished"},
  }};
  for (const auto& [one, text] : others) {
    if (used[static_cast<std::size_t>(one)]) words.add(one, text);
  }
}

}  // namespace

std::string render_map(const host_map& hosts, const map_style& style) {
  std::string out;
  if (const auto v4 = lay_out_v4(hosts, style)) {
    v4->render(out);
    append_legend(out, v4->picture(), style);
  }
  if (hosts.v6_blocks().empty()) return out;
  const map_layout v6{make_v6_picture(hosts), style};
  if (v6.lines() > lines_available(style)) return out;
  if (!out.empty()) out += '\n';
  v6.render(out);
  append_legend(out, v6.picture(), style);
  return out;
}

}  // namespace muster

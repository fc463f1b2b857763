// Strategy: what a cell says is said by its glyph alone, so that a map without colours, or with
// colours that its reader can't tell apart, is complete; colour is added where there is some. The
// one exception are the RTTs of single hosts in 256 colours, where half tones would only blur the
// colours.
#include "sink/map_cells.hpp"

#include <array>

namespace muster {
namespace {

struct cell_style {
  std::string_view unicode;
  std::string_view ascii;
  std::string_view basic;
  std::string_view indexed;
  std::string_view direct;
};

// In the order of `tone`. The colours keep their contrast on black and on white; those of the
// shades differ in lightness as well, for whoever does not see green.
constexpr std::array<cell_style, tone_count> styles{{
    {" ", " ", "", "", ""},
    {"?", "?", "", "\x1b[38;5;244m", "\x1b[38;2;128;128;128m"},
    {"-", "-", "\x1b[31m", "\x1b[38;5;167m", "\x1b[38;2;217;84;79m"},
    {"·", ".", "", "\x1b[38;5;244m", "\x1b[38;2;128;128;128m"},
    {"!", "!", "\x1b[35m", "\x1b[38;5;134m", "\x1b[38;2;176;92;200m"},
    {"×", "x", "\x1b[31m", "\x1b[38;5;167m", "\x1b[38;2;217;84;79m"},
    {"░", "~", "\x1b[31m", "\x1b[38;5;202m", "\x1b[38;2;232;89;28m"},
    {"▒", "+", "\x1b[33m", "\x1b[38;5;214m", "\x1b[38;2;247;166;35m"},
    {"▓", "*", "\x1b[36m", "\x1b[38;5;112m", "\x1b[38;2;139;202;60m"},
    {"█", "#", "\x1b[32m", "\x1b[38;5;35m", "\x1b[38;2;24;160;101m"},
}};

std::string_view sequence_of(const cell_style& style, colour_depth depth) {
  switch (depth) {
    case colour_depth::none:
      return {};
    case colour_depth::basic:
      return style.basic;
    case colour_depth::indexed:
      return style.indexed;
    case colour_depth::direct:
      return style.direct;
  }
  return {};
}

}  // namespace

map_line::~map_line() {
  if (!colour_.empty()) out_ += "\x1b[0m";
  out_ += '\n';
}

void map_line::cell(tone value) {
  if (value == tone::none) {
    ++spaces_;
    ++column_;
    return;
  }
  const bool shaded = value >= tone::shade_3;
  const cell_style& style = styles[static_cast<std::size_t>(value)];
  // A share is shown by density, in one colour.
  const cell_style& colour_style = shaded && !of_hosts_ ? styles.back() : style;
  colour(sequence_of(colour_style, style_.colour));
  const bool plain_block = shaded && of_hosts_ && style_.colour >= colour_depth::indexed;
  if (!style_.unicode) {
    out_ += style.ascii;
  } else {
    out_ += plain_block ? std::string_view{"■"} : style.unicode;
  }
  ++column_;
}

void map_line::words(std::string_view text) {
  colour({});
  out_ += text;
  column_ += text.size();
}

void map_line::move_to(std::size_t column) {
  if (column <= column_) return;
  spaces_ += column - column_;
  column_ = column;
}

void map_line::colour(std::string_view sequence) {
  write_spaces();
  if (sequence == colour_) return;
  out_ += sequence.empty() ? std::string_view{"\x1b[0m"} : sequence;
  colour_ = sequence;
}

void map_line::write_spaces() {
  out_.append(spaces_, ' ');
  spaces_ = 0;
}

}  // namespace muster

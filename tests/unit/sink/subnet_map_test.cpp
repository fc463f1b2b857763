#include "sink/subnet_map.hpp"

#include "map_samples.hpp"
#include "sink/map_parts.hpp"
#include "support/catch.hpp"

using namespace muster;
using namespace std::chrono_literals;
using test::add_hosts;
using test::answer;
using test::ip;
using test::silence;

namespace {

map_style ascii(int columns = 80, int lines = 24) {
  map_style style;
  style.columns = columns;
  style.lines = lines;
  return style;
}

std::size_t line_count(const std::string& text) { return test::lines_of(text).size(); }

}  // namespace

TEST_CASE("a /24 is a block of eight rows with every state and shade, trimmed to what was asked") {
  host_map map;
  for (std::uint32_t i = 1; i < 64; ++i) {
    const ip_address address = ip("192.168.0.0").plus(i);
    const auto rtt = i == 40 ? 80ms : i % 9 == 0 ? 900us : 150us;
    map.add(i % 4 == 3 ? silence(address) : answer(address, rtt));
  }
  map.add(silence(ip("192.168.0.64"), status::refused, reason::connection_refused));
  map.add(silence(ip("192.168.0.65"), status::unreachable, reason::icmp_admin_prohibited));
  map.add(silence(ip("192.168.0.66"), status::local_error, reason::firewall_denied));
  map.add(silence(ip("192.168.0.67"), status::cancelled, reason::interrupted));
  CHECK(render_map(map, ascii()) ==
        "     192.168.0.0/24          47 of 67 up\n"
        "     +0       +8       +16      +24\n"
        ".0    ##.###. #*#.###. ##*.###. ###.###.\n"
        ".32  ###.*##. +##.#*#. ###.##*. ###.###.\n"
        ".64  x!-?\n"
        "a cell is a host:   # up within 0.2 ms   * 1 ms   + 100 ms\n"
        "x refused or another answer   ! unreachable   . silent   - not sent\n"
        "? not finished\n");
}

TEST_CASE("the same in Unicode, in 16, 256 and all colours") {
  host_map map;
  map.add(answer(ip("10.0.0.0"), 1ms));
  map.add(answer(ip("10.0.0.1"), 1ms));
  map.add(silence(ip("10.0.0.3")));
  map_style style = ascii();
  style.unicode = true;
  CHECK_THAT(render_map(map, style), Catch::Matchers::ContainsSubstring(".0   ██ ·\n"));
  style.colour = colour_depth::basic;
  CHECK_THAT(render_map(map, style),
             Catch::Matchers::ContainsSubstring(".0   \x1b[32m██ \x1b[0m·\n"));
  style.colour = colour_depth::indexed;
  CHECK_THAT(render_map(map, style),
             Catch::Matchers::ContainsSubstring(".0   \x1b[38;5;35m■■ \x1b[38;5;244m·\x1b[0m\n"));
  style.colour = colour_depth::direct;
  CHECK_THAT(render_map(map, style),
             Catch::Matchers::ContainsSubstring(
                 ".0   \x1b[38;2;24;160;101m■■ \x1b[38;2;128;128;128m·\x1b[0m\n"));
}

TEST_CASE("blocks stand side by side as far as the terminal is wide") {
  host_map map;
  add_hosts(map, "10.0.0.0", 1024);
  CHECK(test::lines_of(render_map(map, ascii(80)))[0] ==
        "     10.0.0.0/24           256 of 256 up   10.0.1.0/24           256 of 256 up");
  CHECK(line_count(render_map(map, ascii(80))) == 21);
  CHECK(line_count(render_map(map, ascii(160))) == 11);
  CHECK(line_count(render_map(map, ascii(40))) == 41);
  for (const std::string& line : test::lines_of(render_map(map, ascii(80))))
    CHECK(line.size() <= 80);
}

TEST_CASE("what is too much for blocks is a list with a line for each /24") {
  host_map map;
  add_hosts(map, "10.1.0.0", 4096 - 256, 2);
  const auto lines = test::lines_of(render_map(map, ascii()));
  REQUIRE(lines.size() == 17);
  CHECK(lines[0] == "                  .0       .64      .128     .192");
  CHECK(lines[8] == "10.1.7.0/24       ++++++++ ++++++++ ++++++++ ++++++++  128 of 256 up");
  CHECK(lines[16] == "a cell is a /29:   + more than 25%");
}

TEST_CASE("then a cell is a /24, and 10.1.7.23 is in row .0, seven to the right") {
  host_map map;
  add_hosts(map, "10.1.0.0", 65'536, 300);
  add_hosts(map, "10.1.7.0", 256);
  const auto lines = test::lines_of(render_map(map, ascii()));
  REQUIRE(lines.size() == 11);
  CHECK(lines[0] == "     10.1.0.0/16        474 of 65,536 up");
  CHECK(lines[2][5 + 7] == '#');
  CHECK(lines.back().starts_with("a cell is a /24:   # more than 75% up"));
}

TEST_CASE(
    "only blocks with targets are shown, and scattered ones are drawn coarser until they fit") {
  host_map few;
  few.add(answer(ip("10.1.7.23"), 1ms));
  few.add(answer(ip("172.16.200.9"), 1ms));
  const std::string text = render_map(few, ascii());
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("10.1.7.0/24"));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("172.16.200.0/24"));
  host_map many;
  for (std::uint32_t i = 0; i < 5000; ++i)
    many.add(answer(ip_address::from_v4(i * 858'993u), 1ms));
  const std::string coarse = render_map(many, ascii());
  CHECK(line_count(coarse) <= 50);
  CHECK_THAT(coarse, Catch::Matchers::ContainsSubstring("0.0.0.0/0") &&
                         Catch::Matchers::ContainsSubstring("a cell is a /8"));
}

TEST_CASE("shares are in quarters, and some is never none") {
  for (const auto& [every, glyph] :
       {std::pair{1, '#'}, std::pair{2, '+'}, std::pair{4, '~'}, std::pair{250, '~'}}) {
    host_map map;
    add_hosts(map, "10.1.0.0", 65'536, static_cast<std::uint64_t>(every));
    CAPTURE(every);
    CHECK(test::lines_of(render_map(map, ascii()))[2][5] == glyph);
  }
}

TEST_CASE("results that are only counted for a /16 are not shown as anything finer") {
  host_map map;
  for (std::uint32_t i = 0; i <= host_map::blocks_max; ++i)
    map.add(answer(ip_address::from_v4(0x0a000000 + i * 256), 1ms));
  const std::string text = render_map(map, ascii(500, 500));
  CHECK_THAT(text, Catch::Matchers::ContainsSubstring("10.0.0.0/8") &&
                       Catch::Matchers::ContainsSubstring("11.0.0.0/8") &&
                       Catch::Matchers::ContainsSubstring("a cell is a /16"));
}

TEST_CASE("a count that is too long for its block is shortened") {
  host_map map;
  for (std::uint32_t i = 0; i < 65'536; ++i)
    for (std::uint32_t j = 0; j < 16; ++j)
      map.add(answer(ip_address::from_v4(0x64000000 + i * 256 + j), 1ms));
  CHECK(test::lines_of(render_map(map, ascii()))[0] == "     100.0.0.0/8            1,048,576 up");
}

TEST_CASE("IPv6 is on the map if a cell a host fits, and otherwise left out") {
  host_map map;
  add_hosts(map, "2001:db8::", 300);
  const auto lines = test::lines_of(render_map(map, ascii()));
  CHECK(lines[0] ==
        "     2001:db8::/120        256 of 256 up   2001:db8::100/120       44 of 44 up");
  CHECK(lines[1].starts_with("     +0       +8       +10      +18"));
  CHECK(lines[9].starts_with("e0   "));
  add_hosts(map, "2001:db8::", 65'536);
  CHECK(render_map(map, ascii()).empty());
  host_map both;
  add_hosts(both, "10.0.0.0", 4);
  add_hosts(both, "2001:db8::", 4);
  CHECK_THAT(render_map(both, ascii()), Catch::Matchers::ContainsSubstring("10.0.0.0/24") &&
                                            Catch::Matchers::ContainsSubstring("::/120"));
}

TEST_CASE("a map of nothing is nothing, and any width is enough") {
  host_map map;
  CHECK(render_map(map, ascii()).empty());
  add_hosts(map, "10.0.0.0", 256);
  CHECK_FALSE(render_map(map, ascii(0, 0)).empty());
  CHECK_FALSE(render_map(map, ascii(1, 1)).empty());
}

TEST_CASE("neighbouring blocks are joined into squares, lonely ones are not") {
  host_map map;
  add_hosts(map, "10.1.0.0", 4096);
  add_hosts(map, "192.168.4.0", 256);
  add_hosts(map, "192.168.77.0", 256);
  const map_picture picture = make_v4_picture(map, 0);
  const auto parts = find_map_parts(picture);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].base == ip("10.1.0.0"));
  CHECK(parts[0].bits == 12);
  CHECK(parts[0].blocks.size() == 16);
  CHECK(parts[1].base == ip("192.168.4.0"));
  CHECK(parts[1].bits == 8);
  CHECK(parts[2].base == ip("192.168.77.0"));
}

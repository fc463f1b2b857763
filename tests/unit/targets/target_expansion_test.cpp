// Strategy: expressions are made from numbers, at random from a fixed seed, together with their
// expansion by plain loops over these numbers; the stream has to come to the same list.
#include "muster/target_stream.hpp"
#include "support/catch.hpp"
#include "unit/core/random_source.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

using muster::exclude_set;
using muster::ip_address;
using muster::target;
using muster::target_stream;
using muster::test::random_source;

namespace {

constexpr int rounds = 400;

using addresses = std::vector<std::uint32_t>;

struct expression {
  std::string text;
  addresses expansion;
};

std::string quad(std::uint32_t value) {
  return std::to_string(value >> 24) + "." + std::to_string(value >> 16 & 255) + "." +
         std::to_string(value >> 8 & 255) + "." + std::to_string(value & 255);
}

expression random_block(random_source& random) {
  const std::uint32_t prefix = 22 + random.below(11);
  const std::uint32_t address = random.any();
  expression out{quad(address) + "/" + std::to_string(prefix), {}};
  const std::uint32_t count = 1U << (32 - prefix);
  const std::uint32_t network = address - address % count;
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool is_edge = i == 0 || i == count - 1;
    if (prefix >= 31 || !is_edge) out.expansion.push_back(network + i);
  }
  return out;
}

expression random_range(random_source& random) {
  const std::uint32_t first = random.any() & 0xfffff000;
  const std::uint32_t start = first + random.below(1000);
  const std::uint32_t end = start + random.below(1000);
  expression out{quad(start) + "-" + quad(end), {}};
  for (std::uint32_t value = start; value <= end; ++value)
    out.expansion.push_back(value);
  return out;
}

/// A list such as `3,7-9`, and its values in order.
std::string random_octet(random_source& random, std::set<std::uint32_t>& values) {
  std::string text;
  const std::uint32_t parts = 1 + random.below(3);
  for (std::uint32_t part = 0; part < parts; ++part) {
    const std::uint32_t first = random.below(252);
    const std::uint32_t last = random.below(2) == 0 ? first : first + random.below(4);
    if (part > 0) text += ',';
    text += std::to_string(first);
    if (last != first) text += "-" + std::to_string(last);
    for (std::uint32_t value = first; value <= last; ++value)
      values.insert(value);
  }
  return text;
}

expression random_octets(random_source& random) {
  std::set<std::uint32_t> octets[4];
  expression out;
  for (std::set<std::uint32_t>& octet : octets) {
    if (!out.text.empty()) out.text += '.';
    out.text += random_octet(random, octet);
  }
  for (const std::uint32_t a : octets[0])
    for (const std::uint32_t b : octets[1])
      for (const std::uint32_t c : octets[2])
        for (const std::uint32_t d : octets[3])
          out.expansion.push_back(a << 24 | b << 16 | c << 8 | d);
  return out;
}

expression random_expression(random_source& random) {
  switch (random.below(3)) {
    case 0:
      return random_block(random);
    case 1:
      return random_range(random);
    default:
      return random_octets(random);
  }
}

addresses pull_addresses(target_stream& stream) {
  addresses out;
  target next;
  while (stream.next(next) == target_stream::pull::target)
    out.push_back(next.address().v4());
  return out;
}

}  // namespace

TEST_CASE("the stream gives exactly what plain loops expand an expression to") {
  random_source random{20};
  for (int round = 0; round < rounds; ++round) {
    const expression each = random_expression(random);
    INFO(each.text);
    target_stream stream;
    stream.add_text(each.text);
    CHECK(stream.size() == each.expansion.size());
    CHECK(pull_addresses(stream) == each.expansion);
    CHECK(stream.produced() == each.expansion.size());
  }
}

TEST_CASE("the stream gives what plain loops leave when addresses are excluded") {
  random_source random{21};
  for (int round = 0; round < rounds; ++round) {
    const expression each = random_expression(random);
    muster::target_stream_options options;
    std::set<std::uint32_t> excluded;
    for (int i = 0; i < 5; ++i) {
      const std::uint32_t some = each.expansion[random.below(each.expansion.size())];
      const std::uint32_t last = some + random.below(200);
      options.excludes.add(ip_address::from_v4(some), ip_address::from_v4(last));
      for (std::uint32_t value = some; value <= last; ++value)
        excluded.insert(value);
    }
    addresses expected;
    for (const std::uint32_t value : each.expansion) {
      if (excluded.count(value) == 0) expected.push_back(value);
    }
    INFO(each.text);
    target_stream stream{std::move(options)};
    stream.add_text(each.text);
    CHECK(pull_addresses(stream) == expected);
  }
}

TEST_CASE("excluding an expression excludes just what plain loops expand it to") {
  random_source random{22};
  for (int round = 0; round < rounds; ++round) {
    const expression each = round % 2 ? random_octets(random) : random_range(random);
    INFO(each.text);
    exclude_set excludes;
    REQUIRE(excludes.add_text(each.text) == "");
    const std::set<std::uint32_t> members{each.expansion.begin(), each.expansion.end()};
    bool agrees = true;
    for (const std::uint32_t value : each.expansion) {
      for (const std::uint32_t near : {value - 1, value, value + 1}) {
        agrees =
            agrees && excludes.contains(ip_address::from_v4(near)) == (members.count(near) == 1);
      }
    }
    CHECK(agrees);
  }
}

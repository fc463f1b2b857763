#pragma once

#include "support/catch.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace muster::test {

/// The pieces in which a stream decoder is given its input, in order.
using pieces = std::span<const std::string_view>;

/// Runs a stream decoder over `input` whole, byte by byte, cut in two at every place, and cut in
/// three around every byte, and fails the test case unless each run comes to the same outcome.
/// Returns that outcome, for the test to assert on.
///
/// `run` is called with `pieces`; it makes a fresh decoder, feeds it all of them and returns an
/// outcome that can be compared and printed. The cost is quadratic in the size of the input, which
/// is for inputs of a few KiB.
template <typename Run>
auto split_feed(std::string_view input, Run run) {
  const std::string_view whole[] = {input};
  const auto expected = run(pieces{whole});

  std::vector<std::string_view> bytes;
  for (std::size_t i = 0; i < input.size(); ++i)
    bytes.push_back(input.substr(i, 1));
  {
    INFO("byte by byte");
    CHECK(run(pieces{bytes}) == expected);
  }
  for (std::size_t i = 0; i <= input.size(); ++i) {
    INFO("split before byte " << i);
    const std::string_view halves[] = {input.substr(0, i), input.substr(i)};
    CHECK(run(pieces{halves}) == expected);
    if (i == input.size()) break;
    const std::string_view around[] = {input.substr(0, i), input.substr(i, 1), input.substr(i + 1)};
    CHECK(run(pieces{around}) == expected);
  }
  return expected;
}

/// As `split_feed`, for a decoder that knows where its input ends: what follows must not change
/// the outcome, be it in the same piece as the last byte or in one of its own.
template <typename Run>
auto split_feed_with_trailing(std::string_view input, std::string_view trailing, Run run) {
  const auto expected = split_feed(input, run);
  std::vector<char> joined(input.begin(), input.end());
  joined.insert(joined.end(), trailing.begin(), trailing.end());
  {
    INFO("trailing bytes");
    CHECK(split_feed(std::string_view{joined.data(), joined.size()}, run) == expected);
  }
  return expected;
}

}  // namespace muster::test

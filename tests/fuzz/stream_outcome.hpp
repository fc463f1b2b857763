#pragma once

#include "muster/target_stream.hpp"

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace muster::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Enough to see how a range begins without walking all of a /0.
constexpr std::size_t targets_max = 500;

/// What a target says about itself, parameters included.
inline std::string describe(const target& subject) {
  std::string text = subject.to_string();
  require(!text.empty());
  const target_parameters* own = subject.parameters();
  if (!own) return text;
  require(*own != target_parameters{});
  require(own->label.size() <= target_parameters::label_bytes_max);
  require(own->probe != probe_kind::tcp || subject.port() != 0);
  text += '|' + own->label + '|' + own->path + '|';
  if (own->probe) text += to_string(*own->probe);
  if (own->timeout) text += std::to_string(own->timeout->count());
  return text;
}

/// All targets, bad ones and notices that come of `input` when it is fed in pieces of this size.
inline std::vector<std::string> stream_outcome(std::string_view input, std::size_t piece_bytes,
                                               input_format format) {
  std::vector<std::string> out;
  std::vector<std::string> told;
  target_stream_options options;
  options.format = format;
  options.on_bad_target = [&told](const target_diagnostic& bad) {
    require(!bad.message.empty() && bad.message.find('\n') == bad.message.npos);
    told.push_back(std::to_string(bad.line) + bad.text + bad.message);
  };
  options.on_notice = [&told](const std::string& text) {
    require(text.find('\n') == text.npos);
    told.push_back(text);
  };
  target_stream stream{std::move(options)};
  stream.add_feed("fuzz");
  target next;
  const auto take = [&] {
    while (out.size() < targets_max && stream.next(next) == target_stream::pull::target)
      out.push_back(describe(next));
    return out.size() < targets_max;
  };
  while (!input.empty()) {
    const std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    stream.feed(piece);
    if (!take()) return out;
  }
  stream.end_feed();
  if (!take()) return out;
  out.insert(out.end(), told.begin(), told.end());
  return out;
}

}  // namespace muster::fuzz

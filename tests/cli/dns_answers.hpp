#pragma once

#include "cli/dns_peer.hpp"
#include "cli/sweep.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::test {

inline std::string u16(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

/// Header and question of an answer, without the EDNS record that stands behind them.
inline std::string answer_to(const std::string& question, unsigned flags, std::size_t answers) {
  constexpr std::size_t edns_bytes = 11;
  return question.substr(0, 2) + u16(flags) + u16(1) + u16(answers) + std::string(4, '\0') +
         question.substr(12, question.size() - 12 - edns_bytes);
}

inline std::string record(unsigned type, std::string_view data) {
  return "\xc0\x0c" + u16(type) + u16(1) + std::string("\0\0\0\x3c", 4) + u16(data.size()) +
         std::string{data};
}

inline std::string address_answer(const std::string& question) {
  return answer_to(question, 0x8180, 1) + record(1, std::string_view{"\xc0\0\2\7", 4});
}

inline process_result ask(const std::string& target, std::vector<std::string> options) {
  options.insert(options.begin(), target);
  return sweep(std::move(options));
}

inline process_result ask_json(const dns_peer& peer, std::vector<std::string> options = {}) {
  options.insert(options.begin(), {"--dns", "a.test", "--json", "--timeout", "5s"});
  return ask(peer.target(), std::move(options));
}

}  // namespace muster::test

#pragma once

#include "codec/dns_message.hpp"
#include "core/parsed.hpp"
#include "muster/probe/dns.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Reads a rule as people write it: `QUANTIFIER SECTION REGEX`, as in `all answer ^192\\.0\\.2\\.`.
parsed<dns_rule> parse_dns_rule(const std::string& text);

/// What the records of one answer are held against, one after the other.
class dns_rules {
 public:
  /// The spec outlives them.
  explicit dns_rules(const dns_spec& spec);

  void see(codec::dns_section section, const std::string& data);
  /// The first rule that does not hold, now that all have been seen; empty if all do.
  std::string failed() const;

 private:
  struct state {
    dns_rule rule;
    std::uint32_t seen = 0;
    std::uint32_t matched = 0;
  };
  static bool holds(const state& one);

  std::vector<state> all_;
};

}  // namespace muster

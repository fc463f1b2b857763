#pragma once

#include "muster/address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::codec {

/// What resolv.conf(5) says, as glibc takes it.
struct resolv_conf {
  struct name_server {
    ip_address address;
    std::string zone;  ///< What stands after its `%`; empty for none.
  };
  std::vector<name_server> servers;  ///< The first `servers_max`; what is no address is left out.
  /// Of the last `search` or `domain` line, without trailing dots; "" is the root, for `.`.
  std::vector<std::string> search;
  bool has_search = false;  ///< There is such a line.
  unsigned dots_min = 1;    ///< `ndots`: a name with as many dots is first asked for as it is.
  bool rotate = false;
  bool use_tcp = false;       ///< `use-vc`
  bool no_bare_name = false;  ///< `no-tld-query`: no name without a dot is asked for as it is.

  static constexpr std::size_t servers_max = 3;
  static constexpr std::size_t search_max = 16;
  static constexpr unsigned dots_limit = 15;
};

/// Reads a whole file. Words that are not known, and lines that make no sense, are passed over; `#`
/// and `;` begin a comment at a line's start and after white space.
resolv_conf read_resolv_conf(std::string_view text);
/// Puts these domains in place of those that there are, as the variable LOCALDOMAIN does.
void set_search(std::string_view words, resolv_conf& into);
/// Adds options, as the variable RES_OPTIONS does.
void add_options(std::string_view words, resolv_conf& into);

/// The names to ask for, one after the other, until one has an address.
struct search_plan {
  std::vector<std::string> names;  ///< In lower case without a trailing dot; at least one.
  /// The first is the name itself: if all fail, it is its failure that counts.
  bool begins_with_itself = true;
};

/// The plan for a host name in lower case, as glibc goes about it. A trailing dot makes it
/// absolute.
search_plan plan_search(std::string_view name, const resolv_conf& conf);

}  // namespace muster::codec

// Strategy: the bytes are a resolv.conf. Whatever stands in it, names are asked for in a bounded
// number of forms, each of them a name, and the name itself is among them unless it must not be.
#include "codec/resolv_conf.hpp"
#include "net/dns_cache.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using muster::codec::resolv_conf;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_plan(std::string_view name, const resolv_conf& conf) {
  const auto plan = muster::codec::plan_search(name, conf);
  require(!plan.names.empty() && plan.names.size() <= resolv_conf::search_max + 1);
  std::string_view own = name;
  if (own.ends_with('.')) own.remove_suffix(1);
  const auto count = std::ranges::count(plan.names, own);
  require(count == 1 || (count == 0 && conf.no_bare_name));
  require(!plan.begins_with_itself || plan.names.front() == own);
  for (const std::string& each : plan.names) {
    muster::dns_cache::key_buffer buffer;
    require(muster::dns_cache::key_of(each, buffer) == each);
    require(each.starts_with(own) && !each.ends_with('.'));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  resolv_conf conf = muster::codec::read_resolv_conf(text);
  require(conf.servers.size() <= resolv_conf::servers_max);
  require(conf.search.size() <= resolv_conf::search_max);
  require(conf.dots_min <= resolv_conf::dots_limit);
  for (const char* name : {"www", "www.test", "a.b.c.d", "www.", "x-_1"})
    check_plan(name, conf);
  muster::codec::set_search(text, conf);
  muster::codec::add_options(text, conf);
  check_plan("www", conf);
  return 0;
}

// Strategy: the bytes are a host name, the address of a name server, and a DNS answer. A name that
// is taken has to be one by the letter of RFC 1035, to be the same name again, and to be the key of
// what was stored under it; a name server that is taken has to be written and read back as itself.
#include "codec/dns_answer.hpp"
#include "net/dns_cache.hpp"
#include "net/dns_config.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using muster::dns_cache;
using muster::resolver;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_name(std::string_view text) {
  if (text.size() > 1 && text.back() == '.') text.remove_suffix(1);
  if (text.empty() || text.size() > resolver::name_bytes_max) return false;
  std::size_t label = 0;
  for (const char c : text) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_';
    if (!fits || ++label > 63) return false;
  }
  return label > 0;
}

void check_name(std::string_view text) {
  dns_cache::key_buffer buffer, again;
  const std::string_view key = dns_cache::key_of(text, buffer);
  require(key.empty() != is_name(text));
  if (key.empty()) return;
  require(key.size() == text.size());
  require(dns_cache::key_of(key, again) == key);
  dns_cache cache{1};
  const dns_cache::time_point now{std::chrono::hours{1}};
  cache.store(key, {}, now, std::chrono::seconds{1});
  require(cache.find(key, now) != nullptr);
  require(cache.find(key, now + std::chrono::seconds{1}) == nullptr);
}

void check_server(std::string_view text) {
  muster::resolver_options options;
  options.servers = {std::string{text}};
  try {
    const auto read = muster::channel_options(options);
    require(read.servers.size() == 1 && read.servers.front().port != 0);
  } catch (const std::invalid_argument& error) {
    // The text is quoted, so that whoever wrote it finds it; nothing in it may break the line.
    require(std::string_view{error.what()}.find('\n') == std::string_view::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_name(text);
  check_server(text);
  const auto remark = muster::codec::remark_on(std::as_bytes(std::span{data, size}));
  require(!remark || (!remark->name.empty() && remark->name.size() <= size));
  require(!remark || remark->truncated || (remark->rcode != 0 && remark->rcode < 16));
  return 0;
}

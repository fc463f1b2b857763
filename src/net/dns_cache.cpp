#include "net/dns_cache.hpp"

#include "core/ascii.hpp"
#include "targets/host.hpp"

#include <iterator>

namespace muster {

std::string_view dns_cache::key_of(std::string_view text, key_buffer& out) {
  const bool absolute = text.size() > 1 && text.back() == '.';
  const std::size_t bytes = text.size() - (absolute ? 1 : 0);
  if (bytes == 0 || bytes > resolver::name_bytes_max) return {};
  std::size_t label_bytes = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const char c = to_lower(text[i]);
    const bool letter = is_alpha(c) || is_digit(c) || c == '-' || c == '_';
    if (c == '.' ? label_bytes == 0 : (!letter || label_bytes == label_bytes_max)) return {};
    label_bytes = c == '.' ? 0 : label_bytes + 1;
    out[i] = c;
  }
  if (label_bytes == 0) return {};
  if (absolute) out[bytes] = '.';
  return {out.data(), text.size()};
}

const lookup_answer* dns_cache::find(std::string_view name, time_point now) {
  const auto place = by_name_.find(name);
  if (place == by_name_.end()) return nullptr;
  if (place->second->expires > now) return &place->second->answer;
  forget(place);
  return nullptr;
}

void dns_cache::store(std::string_view name, const lookup_answer& answer, time_point now,
                      std::chrono::seconds ttl) {
  if (const auto place = by_name_.find(name); place != by_name_.end()) forget(place);
  if (entries_max_ == 0 || ttl <= std::chrono::seconds{0}) return;
  if (by_name_.size() >= entries_max_) forget(by_name_.find(oldest_first_.front().name));
  oldest_first_.push_back({std::string{name}, answer, now + ttl});
  const auto added = std::prev(oldest_first_.end());
  by_name_.emplace(added->name, added);
}

void dns_cache::forget(name_map::iterator place) {
  const auto dead = place->second;
  by_name_.erase(place);
  oldest_first_.erase(dead);
}

}  // namespace muster

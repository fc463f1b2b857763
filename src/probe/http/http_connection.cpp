#include "probe/http/http_connection.hpp"

#include <functional>
#include <string_view>
#include <utility>

namespace muster {

std::unique_ptr<http_connection> kept_connections::take(const std::string& place,
                                                        probe_deadline& whole) {
  const std::size_t hash = std::hash<std::string>{}(place);
  for (std::size_t left = waiting_.size(); left > 0; --left) {
    const auto at = waiting_.begin() + static_cast<std::ptrdiff_t>(left - 1);
    if (at->hash != hash || at->place != place) continue;
    auto found = std::move(at->connection);
    waiting_.erase(at);
    found->stream.serve(whole);
    if (is_open(*found)) return found;
  }
  return nullptr;
}

void kept_connections::keep(std::string place, std::unique_ptr<http_connection> one) {
  if (owner_.scarce().is_short()) return;
  if (waiting_.size() >= kept_max) waiting_.pop_front();
  one->was_used = true;
  const std::size_t hash = std::hash<std::string>{}(place);
  waiting_.push_back({hash, std::move(place), std::move(one)});
}

/// Whether nothing speaks against another request, of what has come since the last one.
bool kept_connections::is_open(http_connection& one) {
  while (const auto got = one.stream.read_now(owner_.read_buffer())) {
    if (got->bytes == 0 || !one.http2) return false;
    one.http2->feed({owner_.read_buffer().data(), got->bytes});
    if (!one.http2->takes_another()) return false;
  }
  return true;
}

}  // namespace muster

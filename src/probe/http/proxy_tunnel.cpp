#include "probe/http/proxy_tunnel.hpp"

#include "codec/http_request.hpp"

#include <algorithm>

namespace muster {

proxy_tunnel::proxy_tunnel(std::string_view authority, std::string_view user_agent,
                           std::string_view headers) {
  codec::write_connect_request(request_, authority, user_agent, headers);
}

outcome proxy_tunnel::received(std::string_view bytes, clock::time_point arrived) {
  using state = codec::http_response::state;
  const state now_is = bytes.empty() ? answer_.finish() : answer_.feed(bytes);
  if (now_is == state::need_more) return {};
  // A proxy that answers has not reached the server, whatever went wrong with it.
  if (now_is == state::error) return {status::unreachable, answer_.why()};
  took_ = std::max<std::chrono::nanoseconds>(arrived - asked_, std::chrono::nanoseconds{0});
  is_open_ = answer_.status_code() / 100 == 2;
  if (!is_open_) return {status::unreachable, reason::proxy_refused};
  first_words_ = bytes.substr(bytes.size() - answer_.left_over());
  return {};
}

}  // namespace muster

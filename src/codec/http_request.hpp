#pragma once

#include <string>
#include <string_view>

namespace muster::codec {

/// An HTTP/1.1 request without a body (RFC 9112), for one answer on a connection of its own.
/// `authority` is the Host header, `path` the request target with its query. Throws
/// std::invalid_argument if a part is empty or holds control characters, or blanks where the
/// user agent alone may have them, because these could smuggle in headers. Replaces what is in
/// `request`, whose memory is used again.
void write_http_request(std::string& request, std::string_view method, std::string_view authority,
                        std::string_view path, std::string_view user_agent);

}  // namespace muster::codec

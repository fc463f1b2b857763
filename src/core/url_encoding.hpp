#pragma once

#include <string>
#include <string_view>

namespace muster {

/// Percent-encodes in `part`, a part of a URL, the bytes that RFC 3986 has no place for: anything
/// but its characters, and "%" that begins no escape. Browsers do so with most of them, and send
/// some, such as "|", as they are; servers read both alike. Brackets, which may stand around an
/// IPv6 address only, are kept when `brackets` says so.
std::string percent_encode(std::string_view part, bool brackets = false);

}  // namespace muster

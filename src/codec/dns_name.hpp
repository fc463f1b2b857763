#pragma once

#include "core/parsed.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace muster::codec {

/// The longest name on the wire, the empty label at its end included (RFC 1035, 3.1).
inline constexpr std::size_t dns_name_bytes_max = 255;

/// Reads a name as people write it (RFC 1035, 5.1): labels with dots between them, where `\.` is a
/// dot within a label and `\DDD` any byte, in decimal. A dot at the end makes no difference, `.`
/// alone is the root. Gives its bytes on the wire.
parsed<std::string> parse_dns_name(std::string_view text);

/// Reads the name at `at` of a message, whose labels may be continued at an earlier place there
/// (RFC 1035, 4.1.4), and appends it to `text` as people write it, with a dot at the end. What is
/// appended is printable ASCII. Returns where the message goes on after it; nothing if it is none:
/// too long, cut off, or continued at its own place or a later one, as no honest name is.
std::optional<std::size_t> read_dns_name(std::span<const std::byte> message, std::size_t at,
                                         std::string& text);

/// Appends bytes within quotes (RFC 1035, 5.1), what is not printable ASCII as `\DDD`.
void append_dns_string(std::string& out, std::span<const std::byte> bytes);

}  // namespace muster::codec

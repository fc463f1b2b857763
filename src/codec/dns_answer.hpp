#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace muster::codec {

/// The name that a truncated answer is about: its question's, in lower case with dots between the
/// labels. Nothing if the bytes are no truncated DNS answer, or their question can't be read
/// (RFC 1035, 4.1).
std::optional<std::string> name_of_truncated_answer(std::span<const std::byte> message);

}  // namespace muster::codec

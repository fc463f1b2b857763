#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace muster {

/// The most of standard input that a job keeps.
inline constexpr std::uint64_t kept_input_bytes_max = std::uint64_t{1024} * 1024 * 1024;

/// Copies what `from` holds up to its end to a file at `path`, for its user alone, in place of what
/// may be there. There is no such file before it is complete: whoever is ended meanwhile, even by
/// SIGKILL, leaves nothing behind, as long as the file system knows files without a name. Returns
/// how many bytes there were; nothing, and there is no file, when there are more than `bytes_max`.
/// Throws std::system_error.
std::optional<std::uint64_t> keep_input(int from, const std::string& path, std::uint64_t bytes_max);

}  // namespace muster

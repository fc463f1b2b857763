#pragma once

namespace muster {

/// The version of this library and its command.
inline constexpr const char* version = "0.1.0";

}  // namespace muster

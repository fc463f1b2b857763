#pragma once

#include <memory>
#include <string>

namespace re2 {
class RE2;
}

namespace muster {

/// Compiles an expression (RE2) that is matched against bytes from a peer, where `.` is any of
/// them. Says what is wrong with it; nothing when nothing is.
std::string read_pattern(std::shared_ptr<const re2::RE2>& pattern, const std::string& text);

}  // namespace muster

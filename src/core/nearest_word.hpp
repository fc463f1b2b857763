#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Which of these names somebody means who wrote one that is none of them; empty when none is near.
std::string nearest_word(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace muster

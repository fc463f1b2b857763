#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Names as a sentence has them: "a, b or c", where `last` is the "or".
inline std::string listed(const std::vector<std::string>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : ' ' + std::string{last} + ' ';
    text += names[i];
  }
  return text;
}

}  // namespace muster

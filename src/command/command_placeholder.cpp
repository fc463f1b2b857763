#include "command/command_placeholder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace muster {

bool is_column_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == ' ' || c == '.';
  };
  return !text.empty() && text.front() != ' ' && text.front() != '-' && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), fits);
}

std::optional<command_placeholder> placeholder_at(std::string_view text,
                                                  const placeholder_syntax& syntax) {
  using kind = command_placeholder::kind;
  constexpr std::array<std::pair<std::string_view, kind>, 4> known{{{"host", kind::host},
                                                                    {"address", kind::address},
                                                                    {"port", kind::port},
                                                                    {"#", kind::number}}};
  const std::string_view target = syntax.target.empty() ? "{}" : std::string_view{syntax.target};
  if (text.starts_with(target)) return command_placeholder{kind::target, {}, target.size()};
  if (!text.starts_with('{')) return std::nullopt;
  const std::size_t close = text.find('}');
  if (close == text.npos) return std::nullopt;
  const std::string_view name = text.substr(1, close - 1);
  for (const auto& [word, what] : known) {
    if (name == word) return command_placeholder{what, {}, close + 1};
  }
  if (syntax.has_slots && name == "%") return command_placeholder{kind::slot, {}, close + 1};
  if (!is_column_name(name)) return std::nullopt;
  return command_placeholder{kind::column, std::string{name}, close + 1};
}

}  // namespace muster

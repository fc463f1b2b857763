// Strategy: what can't be shown is escaped with a backslash, and so a backslash is doubled. What
// stands between the parts of a key begins with a single one and is no such escape.
#include "targets/task_key.hpp"

#include "muster/printable.hpp"
#include "targets/target_parts.hpp"

namespace muster {

std::string printable_key(std::string_view text) {
  std::string doubled;
  for (const char c : text) {
    if (c == '\\') doubled += '\\';
    doubled += c;
  }
  std::string key;
  if (!doubled.empty()) append_printable(key, doubled, doubled.size() * key_growth_max);
  return key;
}

std::string task_key(const target& subject) {
  std::string key = printable_key(text_of(subject));
  if (const target_parameters* row = subject.parameters()) {
    for (const auto& [name, value] : row->columns) {
      key += "\\t" + printable_key(name);
      key += "\\=" + printable_key(value);
    }
  }
  return key;
}

}  // namespace muster

// Strategy: the bytes are a hosts file. Read again the slow way, a line and a word at a time into a
// map, it has to give every name the same addresses.
#include "codec/hosts_table.hpp"
#include "core/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using muster::ip_address;
using muster::codec::hosts_table;

void require(bool holds) {
  if (!holds) std::abort();
}

std::map<std::string, std::vector<ip_address>> read_slowly(const std::string& text) {
  std::map<std::string, std::vector<ip_address>> found;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line.substr(0, line.find('#'))};
    std::string word;
    words >> word;
    const auto address = ip_address::parse(word);
    if (!address) continue;
    while (words >> word) {
      if (word.size() > hosts_table::name_bytes_max) continue;
      std::transform(word.begin(), word.end(), word.begin(), muster::to_lower);
      auto& addresses = found[word];
      const bool is_new = std::ranges::find(addresses, *address) == addresses.end();
      if (is_new && addresses.size() < hosts_table::addresses_max) addresses.push_back(*address);
    }
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const hosts_table table{text};
  require(table.size() <= size);
  for (const auto& [name, addresses] : read_slowly(text))
    require(table.find(name) == addresses);
  require(table.find("").empty());
  return 0;
}

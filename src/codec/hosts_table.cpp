// Strategy: all names stand one after the other in one string, all addresses in one vector, and a
// hash table of indices leads to them: two allocations for a hundred thousand lines, and a few
// milliseconds. Entries are linked last to first, so that a name's chain is in the file's order.
#include "codec/hosts_table.hpp"

#include "codec/ascii.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace muster::codec {
namespace {

constexpr std::uint32_t no_entry = std::numeric_limits<std::uint32_t>::max();

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Takes the next word off the front of `text`; empty at its end.
std::string_view next_word(std::string_view& text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), is_blank);
  const auto end = std::find_if(begin, text.end(), is_blank);
  const std::string_view word{begin, end};
  text = {end, text.end()};
  return word;
}

/// FNV-1a, 32 bits.
struct name_hash {
  void add(char c) { value = (value ^ static_cast<unsigned char>(c)) * 16'777'619U; }
  std::uint32_t folded() const { return value ^ value >> 15; }

  std::uint32_t value = 2'166'136'261U;
};

std::uint32_t hash_of(std::string_view name) {
  name_hash hash;
  for (const char c : name)
    hash.add(c);
  return hash.folded();
}

}  // namespace

hosts_table::hosts_table(std::string_view text) {
  // A name and its length take no more than the name and the blank before it.
  names_.reserve(text.size());
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  addresses_.reserve(lines);
  entries_.reserve(2 * lines);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add_line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  link();
}

void hosts_table::add_line(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const auto address = ip_address::parse(next_word(line));
  if (!address) return;
  bool has_names = false;
  for (std::string_view name = next_word(line); !name.empty(); name = next_word(line)) {
    // Lists of blocked names have the same address on every line.
    const bool repeated = !addresses_.empty() && addresses_.back() == *address;
    if (!has_names && !repeated) addresses_.push_back(*address);
    has_names = true;
    if (name.size() <= name_bytes_max) add_name(name);
  }
}

void hosts_table::add_name(std::string_view name) {
  if (entries_.size() >= no_entry || names_.size() >= no_entry) return;
  const std::size_t at = names_.size();
  names_.resize(at + 1 + name.size());
  char* out = names_.data() + at;
  *out++ = static_cast<char>(name.size());
  name_hash hash;
  for (const char c : name) {
    *out = to_lower(c);
    hash.add(*out++);
  }
  // Until the entries are linked, its hash stands where the next one will.
  entries_.push_back({static_cast<std::uint32_t>(at),
                      static_cast<std::uint32_t>(addresses_.size() - 1), hash.folded()});
}

std::string_view hosts_table::name_of(const entry& one) const {
  const auto bytes = static_cast<unsigned char>(names_[one.name_at]);
  return std::string_view{names_}.substr(one.name_at + 1, bytes);
}

void hosts_table::link() {
  if (entries_.empty()) return;
  buckets_.assign(std::bit_ceil(entries_.size()), no_entry);
  for (std::size_t i = entries_.size(); i-- > 0;) {
    auto& first = buckets_[entries_[i].next & (buckets_.size() - 1)];
    entries_[i].next = first;
    first = static_cast<std::uint32_t>(i);
  }
}

std::vector<ip_address> hosts_table::find(std::string_view name) const {
  std::vector<ip_address> found;
  if (buckets_.empty()) return found;
  for (std::uint32_t at = buckets_[hash_of(name) & (buckets_.size() - 1)]; at != no_entry;
       at = entries_[at].next) {
    if (name_of(entries_[at]) != name) continue;
    const ip_address address = addresses_[entries_[at].address];
    if (std::find(found.begin(), found.end(), address) == found.end()) found.push_back(address);
    if (found.size() == addresses_max) break;
  }
  return found;
}

}  // namespace muster::codec

// Strategy: the file's text is kept as it was read, its names put in lower case where they stand. A
// hash table of indices leads to them, and an address is read when its name is asked for: two
// allocations for a hundred thousand lines, and a few milliseconds. Entries are linked last to
// first, so that a name's chain is in the file's order.
#include "codec/hosts_table.hpp"

#include "core/ascii.hpp"
#include "core/reserve_at_once.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <utility>

namespace muster::codec {
namespace {

constexpr std::uint32_t no_entry = std::numeric_limits<std::uint32_t>::max();
// A line of fewer bytes a name is rare.
constexpr std::size_t bytes_per_name = 16;

// A lambda, which algorithms inline where they would call a function.
constexpr auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };

/// The word at the front of `text`, blanks before it passed over; empty if there is none.
std::string_view first_word(std::string_view text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), is_blank);
  return {begin, std::find_if(begin, text.end(), is_blank)};
}

std::uint32_t hash_of(std::string_view name) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name));
}

}  // namespace

hosts_table::hosts_table(std::string text) : text_{std::move(text)} {
  text_.resize(std::min<std::size_t>(text_.size(), no_entry));
  reserve_at_once(entries_, text_.size() / bytes_per_name);
  const std::string_view whole{text_};
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('\n', at), whole.size());
    const std::string_view line = whole.substr(at, end - at);
    add_line(line.substr(0, line.find('#')));
    at = end + 1;
  }
  link();
}

void hosts_table::add_line(std::string_view line) {
  const auto rest_after = [&](std::string_view word) {
    return std::string_view{word.data() + word.size(), line.data() + line.size()};
  };
  const std::string_view address = first_word(line);
  for (auto name = first_word(rest_after(address)); !name.empty();
       name = first_word(rest_after(name))) {
    if (name.size() <= name_bytes_max) add_name(name, address);
  }
}

void hosts_table::add_name(std::string_view name, std::string_view address) {
  const auto place = [&](std::string_view word) {
    return static_cast<std::uint32_t>(word.data() - text_.data());
  };
  char* const letters = text_.data() + place(name);
  std::transform(letters, letters + name.size(), letters, [](char c) { return to_lower(c); });
  // Until the entries are linked, its hash stands where the next one will.
  entries_.push_back({place(address), place(name), hash_of(name)});
}

void hosts_table::link() {
  if (entries_.empty()) return;
  reserve_at_once(buckets_, std::bit_ceil(entries_.size()));
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
    const entry& one = entries_[at];
    if (!is_called(one, name)) continue;
    const auto address =
        ip_address::parse(first_word(std::string_view{text_}.substr(one.address_at)));
    if (!address) continue;
    if (std::find(found.begin(), found.end(), *address) == found.end()) found.push_back(*address);
    if (found.size() == addresses_max) break;
  }
  return found;
}

bool hosts_table::is_called(const entry& one, std::string_view name) const {
  const std::string_view rest = std::string_view{text_}.substr(one.name_at);
  if (!rest.starts_with(name)) return false;
  return rest.size() == name.size() || is_blank(rest[name.size()]) || rest[name.size()] == '#';
}

}  // namespace muster::codec

#pragma once

#include "muster/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster::codec {

/// The names of a hosts file with their addresses, as glibc reads hosts(5): an address and the
/// names that it has, a line each; `#` begins a comment anywhere; a line whose address can't be
/// read, or has a zone, counts for nothing; the lines of one name add up. Case makes no difference;
/// a trailing dot does, as it is part of the name.
///
/// Takes the text's bytes and about 20 bytes more a name.
class hosts_table {
 public:
  hosts_table() = default;
  explicit hosts_table(std::string text);

  /// The addresses of a name in lower case, in the order of the file, each once; at most
  /// `addresses_max`. Empty if the file has no such name.
  std::vector<ip_address> find(std::string_view name) const;
  /// How many names there are, with repetitions and those whose address can't be read.
  std::size_t size() const { return entries_.size(); }

  static constexpr std::size_t addresses_max = 64;
  /// Longer names can't be asked for, and are left out.
  static constexpr std::size_t name_bytes_max = 254;

 private:
  struct entry {
    std::uint32_t address_at;  // in `text_`
    std::uint32_t name_at;     // in `text_`
    std::uint32_t next;        // in `entries_`: the next one of the same bucket
  };

  void add_line(std::string_view line);
  void add_name(std::string_view name, std::string_view address);
  void link();
  bool is_called(const entry& one, std::string_view name) const;

  std::string text_;
  std::vector<entry> entries_;
  std::vector<std::uint32_t> buckets_;  // the first entry of each; a power of two of them
};

}  // namespace muster::codec

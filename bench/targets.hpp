#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::bench {

/// What is probed, the same for every contender: numbered, so that each result can be checked.
class targets {
 public:
  enum class kind {
    addresses,  ///< Consecutive IPv4 addresses.
    names,      ///< `h0.bench.test` and on; the benchmark's own name server knows them.
    tasks,      ///< Nothing but numbers.
    listed,     ///< A user's own: addresses or names, of which nothing is known.
  };

  /// The address of the first name; the others follow.
  static constexpr std::uint32_t names_address = 0x7f020001;  // 127.2.0.1

  /// `10.0.0.1-10.0.3.250`, `names:1000`, `tasks:1000000`, `task:7` for one of them; anything else
  /// is an address, block, range or name, or several of them separated by commas, expanded as
  /// `muster sweep` does, or `@FILE` with one of them a line. Throws std::invalid_argument with
  /// what is wrong.
  static targets parse(const std::string& text);
  static targets addresses(std::uint32_t first, std::uint32_t count);
  static targets named(std::uint32_t count);
  static targets numbered(std::uint32_t count, std::uint32_t first = 0);

  kind what() const { return what_; }
  std::uint32_t size() const { return count_; }
  /// The first `count` of them; all, if there are fewer.
  targets first(std::uint32_t count) const;

  /// Target `index` as text, and as an IPv4 address in host byte order; 0 if it isn't one.
  std::string text(std::uint32_t index) const;
  std::uint32_t address(std::uint32_t index) const;
  /// Which target a result is about: `text` is the target itself, a URL or host:port of it, or the
  /// address of a name.
  std::optional<std::uint32_t> index_of(std::string_view text) const;
  /// As `parse` takes it.
  std::string describe() const;

 private:
  kind what_ = kind::addresses;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::vector<std::string> listed_;
};

}  // namespace muster::bench

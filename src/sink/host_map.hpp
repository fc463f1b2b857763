#pragma once

#include "muster/address.hpp"
#include "muster/result.hpp"
#include "sink/rtt_scale.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace muster {

/// What is known of a host after all of its probes, worst first: of several, the best counts.
enum class host_state : std::uint8_t {
  not_asked,
  undecided,    ///< Cancelled or skipped: nobody knows.
  not_sent,     ///< This machine's fault.
  silent,       ///< No answer, or nobody has the address.
  unreachable,  ///< A router said so.
  answered,     ///< Somebody is there, but not as asked: refused, reset, another protocol.
  up,
};

/// The state of a host and, if it is up, its RTT on the 1-2-5 scale, in one byte; better is
/// greater.
class host_cell {
 public:
  constexpr host_cell() = default;
  explicit host_cell(const probe_result& result);

  constexpr host_state state() const {
    return byte_ >= up_byte ? host_state::up : static_cast<host_state>(byte_);
  }
  /// The index of its RTT's upper bound on the scale `one_two_five`; only of a host that is up.
  constexpr unsigned rtt_index() const { return fastest_byte - byte_; }
  constexpr std::uint8_t byte() const { return byte_; }
  // NOLINTNEXTLINE(modernize-use-nullptr): sees the 0 that such an operator compares with.
  friend constexpr auto operator<=>(host_cell, host_cell) = default;

  /// The byte of the slowest host that is up, and of the fastest.
  static constexpr std::uint8_t up_byte = 16;
  static constexpr std::uint8_t fastest_byte = up_byte + 27;

 private:
  std::uint8_t byte_ = 0;
};

/// Counts of hosts in a part of the map.
struct host_count {
  std::uint64_t asked = 0;
  std::uint64_t up = 0;
  host_cell best;

  void add(host_cell cell);
  void add(const host_count& other);
};

/// The state of every address of a sweep: a byte each, in blocks of 256 that are made when they are
/// first needed.
///
/// Bounded: past `blocks_max` IPv4 blocks, results are only counted for each /16; an IPv6 sweep
/// that needs more than `v6_blocks_max` blocks is not kept, for no picture could show it.
class host_map {
 public:
  static constexpr std::size_t block_hosts = 256;
  static constexpr std::size_t blocks_max = 65'536;
  static constexpr std::size_t v6_blocks_max = 256;

  using cells = std::array<host_cell, block_hosts>;
  struct block {
    ip_address base;  ///< Its first address.
    const cells* hosts = nullptr;
  };
  struct coarse_block {
    ip_address base;   ///< The first address of a /16.
    host_count count;  ///< Of results rather than hosts, if there were several probes a host.
  };

  host_map() = default;
  host_map(const host_map&) = delete;
  host_map& operator=(const host_map&) = delete;

  /// Takes a result into account, if it has an address.
  void add(const probe_result& result);
  /// How many addresses were seen.
  std::uint64_t hosts() const { return hosts_; }
  /// The blocks of a family, by address.
  std::vector<block> v4_blocks() const { return blocks_of(true); }
  std::vector<block> v6_blocks() const { return blocks_of(false); }
  /// What did not fit into `blocks_max` blocks, by address.
  std::vector<coarse_block> v4_coarse_blocks() const;

 private:
  cells* find_block(ip_address base);
  std::vector<block> blocks_of(bool v4) const;

  std::unordered_map<ip_address, std::unique_ptr<cells>> blocks_;
  std::unordered_map<ip_address, host_count> coarse_;
  std::size_t v4_count_ = 0;
  std::size_t v6_count_ = 0;
  bool v6_kept_ = true;
  std::uint64_t hosts_ = 0;
  // Results of neighbours come together.
  ip_address last_base_;
  cells* last_ = nullptr;
};

}  // namespace muster

#include "sink/host_map.hpp"

#include "sink/silence.hpp"

#include <algorithm>

namespace muster {
namespace {

constexpr std::uint64_t coarse_hosts = 65'536;

host_state state_of(const probe_result& result) {
  if (nobody_there(result)) return host_state::silent;
  switch (result.status) {
    case status::up:
      return host_state::up;
    case status::refused:
    case status::reset:
    case status::tls_error:
    case status::protocol_error:
    case status::mismatch:
      return host_state::answered;
    case status::unreachable:
      return host_state::unreachable;
    case status::timeout:
      return host_state::silent;
    case status::name_error:
    case status::local_error:
      return host_state::not_sent;
    case status::cancelled:
    case status::skipped:
      break;
  }
  return host_state::undecided;
}

ip_address block_base(ip_address address, std::uint64_t block_hosts) {
  return ip_address::from_bits(address.high(), address.low() & ~(block_hosts - 1));
}

}  // namespace

host_cell::host_cell(const probe_result& result) {
  const host_state state = state_of(result);
  byte_ = static_cast<std::uint8_t>(state);
  if (state != host_state::up) return;
  const unsigned slowest = rtt_scale_size(rtt_grain::one_two_five) - 1;
  const unsigned index =
      result.rtt.count() < 0 ? slowest : rtt_scale_index(rtt_grain::one_two_five, result.rtt);
  byte_ = static_cast<std::uint8_t>(fastest_byte - index);
}

void host_count::add(host_cell cell) {
  if (cell.state() == host_state::not_asked) return;
  ++asked;
  if (cell.state() == host_state::up) ++up;
  best = std::max(best, cell);
}

void host_count::add(const host_count& other) {
  asked += other.asked;
  up += other.up;
  best = std::max(best, other.best);
}

void host_map::add(const probe_result& result) {
  if (!result.has_address) return;
  const host_cell cell{result};
  const ip_address base = block_base(result.address, block_hosts);
  if (!last_ || base != last_base_) {
    last_ = find_block(base);
    last_base_ = base;
  }
  if (!last_) {
    if (!base.is_v4()) return;
    coarse_[block_base(base, coarse_hosts)].add(cell);
    ++hosts_;
    return;
  }
  host_cell& known = (*last_)[result.address.low() % block_hosts];
  if (known.state() == host_state::not_asked) ++hosts_;
  known = std::max(known, cell);
}

host_map::cells* host_map::find_block(ip_address base) {
  if (const auto found = blocks_.find(base); found != blocks_.end()) return found->second.get();
  if (base.is_v4()) {
    if (v4_count_ == blocks_max) return nullptr;
    ++v4_count_;
  } else {
    if (!v6_kept_) return nullptr;
    if (v6_count_ == v6_blocks_max) {
      v6_kept_ = false;
      std::erase_if(blocks_, [](const auto& one) { return one.first.is_v6(); });
      return nullptr;
    }
    ++v6_count_;
  }
  return blocks_.emplace(base, std::make_unique<cells>()).first->second.get();
}

std::vector<host_map::block> host_map::blocks_of(bool v4) const {
  std::vector<block> found;
  for (const auto& [base, hosts] : blocks_) {
    if (base.is_v4() == v4) found.push_back({base, hosts.get()});
  }
  std::ranges::sort(found, {}, &block::base);
  return found;
}

std::vector<host_map::coarse_block> host_map::v4_coarse_blocks() const {
  std::vector<coarse_block> found;
  for (const auto& [base, count] : coarse_)
    found.push_back({base, count});
  std::ranges::sort(found, {}, &coarse_block::base);
  return found;
}

}  // namespace muster

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace muster::codec {

// Strategy: the Internet checksum (RFC 1071) is the complement of the one's complement sum of the
// 16-bit words. That sum does not care how wide the words are that are added, nor in which byte
// order, as long as the carries come back in at the bottom and the folded result is stored in the
// order in which the words were read. So memory is read eight bytes at a time, in the machine's own
// order, and the halves are added up in 64 bits, where the carries of any packet find room.

/// The Internet checksum of `bytes` (at most 64 KiB) in the machine's byte order: storing its two
/// bytes as they are completes a message whose checksum field was zero; over a message with a right
/// checksum it is 0.
inline std::uint16_t internet_checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  const auto add = [&sum](std::uint64_t word) { sum += (word >> 32) + (word & 0xffff'ffff); };
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof(std::uint64_t);
       at += sizeof(std::uint64_t), left -= sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    add(word);
  }
  if (left > 0) {
    // What is missing of the last word counts as zero bytes, which is what RFC 1071 asks for.
    std::uint64_t word = 0;
    std::memcpy(&word, at, left);
    add(word);
  }
  sum = (sum >> 32) + (sum & 0xffff'ffff);
  sum = (sum >> 32) + (sum & 0xffff'ffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace muster::codec

#pragma once

#include "codec/dns_words.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace muster::codec {

/// What a name server is asked (RFC 1035, 4.1.2).
struct dns_question {
  std::string name = {};  ///< As on the wire: see `parse_dns_name`.
  std::uint16_t type = dns_type::a;
  std::uint16_t record_class = dns_class_internet;
};

/// How large an answer over UDP may be without being cut on the way: what the name servers' vendors
/// agreed on in 2020.
inline constexpr std::uint16_t dns_datagram_bytes_max = 1232;
/// The length of a message over TCP, which stands before it (RFC 1035, 4.2.2).
inline constexpr std::size_t dns_length_bytes = 2;

/// The whole message that asks this, with EDNS (RFC 6891). `recursion`: whether the server is to
/// ask others where it has to.
std::string dns_question_message(std::uint16_t id, const dns_question& question, bool recursion);

/// Whether a message is an answer to this question under this id, by its header and the question in
/// it; an answer that says that the question was not taken may leave that out.
bool answers_dns_question(std::span<const std::byte> message, std::uint16_t id,
                          const dns_question& question);

/// What an answer says as a whole.
struct dns_message {
  std::uint16_t rcode = 0;  ///< With the upper bits of EDNS, where it has that.
  bool authoritative = false;
  bool truncated = false;
  bool recursion_desired = false;
  bool recursion_available = false;
  bool authentic = false;     ///< The server has verified it (RFC 4035, 3.2.3).
  std::uint16_t answers = 0;  ///< Records in this section; the same of the others.
  std::uint16_t authority = 0;
  std::uint16_t additional = 0;
  /// Of the first SOA record among answers and authority.
  std::optional<std::uint32_t> serial;
};

/// Where a record stands.
enum class dns_section : std::uint8_t { answer, authority, additional };

/// A record. Its texts are printable ASCII: see `read_dns_name` and `append_dns_data`.
struct dns_record {
  std::string name;
  std::uint16_t type = 0;
  std::uint16_t record_class = dns_class_internet;
  std::uint32_t ttl_s = 0;
  std::string data;  ///< Up to 260 KiB.
};

/// The header alone: whether it was cut short is known from there. Nothing when there is none.
std::optional<dns_message> read_dns_header(std::span<const std::byte> message);

/// Who is told of the records of a message; each lasts for the call.
using dns_record_consumer = std::function<void(dns_section section, const dns_record& record)>;

/// Reads a whole message (RFC 1035, 4.1), and tells of each record but that of EDNS. Nothing when
/// it can't be read to the end of what its header announces, or the data of an answer is not what
/// its type asks for; that of other sections is then told as for an unknown type. What follows the
/// end is ignored.
std::optional<dns_message> read_dns_message(std::span<const std::byte> message,
                                            const dns_record_consumer& on_record);

}  // namespace muster::codec

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace muster::codec {

/// Response codes of RFC 1035, 4.1.1; there are more, which few servers use.
inline constexpr unsigned rcode_format_error = 1;
inline constexpr unsigned rcode_server_failure = 2;
inline constexpr unsigned rcode_no_such_name = 3;
inline constexpr unsigned rcode_not_implemented = 4;
inline constexpr unsigned rcode_refused = 5;

/// What is out of the ordinary about an answer: it was cut short, or the server could not or would
/// not answer.
struct dns_remark {
  std::string name;        ///< Of the question, in lower case with dots between the labels.
  std::uint16_t type = 0;  ///< Of the question.
  bool truncated = false;
  unsigned rcode = 0;
};

/// False for what is no DNS answer at all: too short, no response, or about several questions.
bool may_be_dns_answer(std::span<const std::byte> message);

/// The remark on an answer. Nothing if it is whole, and says what it was asked for or that there is
/// no such name; nothing either if the bytes are no DNS answer to one question, or their question
/// can't be read (RFC 1035, 4.1).
std::optional<dns_remark> remark_on(std::span<const std::byte> message);

}  // namespace muster::codec

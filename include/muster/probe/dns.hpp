#pragma once

#include "muster/probe_spec.hpp"
#include "muster/tls_details.hpp"
#include "muster/tls_options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace muster {

/// What questions and answers of the DNS go over.
enum class dns_transport : std::uint8_t {
  udp,  ///< And over TCP once more, where the answer does not fit (RFC 7766).
  tcp,
  tls,  ///< RFC 7858.
};
/// `udp`, `tcp`, `tls`.
std::string_view to_string(dns_transport value);

/// What the records of an answer have to be like.
struct dns_rule {
  enum class section : std::uint8_t { answer, authority, additional };
  /// How many of the section's records have to match.
  enum class quantifier : std::uint8_t {
    some,
    no,
    all,      ///< And there are some.
    not_all,  ///< Or there is none.
  };
  section where = section::answer;
  quantifier which = quantifier::some;
  /// What their data, as text, is held against (RE2).
  std::shared_ptr<const re2::RE2> pattern = {};
  std::string written = {};  ///< As an option has it.
};

/// Questions to each target, which is a name server.
struct dns_spec final : spec_of_kind<dns_spec, probe_kind::dns> {
  struct question {
    /// The name in ASCII, as in a zone (RFC 1035, 5.1); it is absolute, with a dot at the end or
    /// without.
    std::string name;
    std::uint16_t type = 1;          ///< Of records, as IANA lists them; 1 is A.
    std::uint16_t record_class = 1;  ///< The same; 1 is that of the internet, 3 that of CHAOS.
  };
  std::vector<question> questions;
  dns_transport over = dns_transport::udp;
  /// The port of targets that name none; 0 for 53, or 853 over TLS.
  std::uint16_t server_port = 0;
  /// Response codes that are as expected, 0 to 4095; empty for all.
  std::vector<std::uint16_t> rcodes{0};
  /// What the data of one of the answer's records has to match somewhere, as text (RE2); nullptr
  /// for nothing.
  std::shared_ptr<const re2::RE2> wanted;
  /// What none of them may match; nullptr for nothing.
  std::shared_ptr<const re2::RE2> unwanted;
  /// More of the kind, for all sections; all have to hold.
  std::vector<dns_rule> rules;
  /// Whether the server is to ask others where it has to.
  bool recursion = true;
  /// Of those over TLS.
  tls_options tls;

  std::size_t size() const override { return questions.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  option_values asked() const override;

  static constexpr std::uint16_t usual_port = 53;
  static constexpr std::uint16_t usual_tls_port = 853;
};

/// What only DNS probes have. The question is there even where nobody answered.
struct dns_details {
  /// A record. Texts are printable ASCII, as in a zone.
  struct record {
    std::string name;
    std::uint16_t type = 0;
    std::uint32_t ttl_s = 0;
    std::string data;  ///< At most `data_bytes_kept`.
    std::uint16_t record_class = 1;
  };

  std::string name;                         ///< That was asked for.
  std::uint16_t type = 0;                   ///< Of records that was asked for.
  std::uint16_t record_class = 1;           ///< The same.
  dns_transport over = dns_transport::udp;  ///< What the last question went over.

  // Of the last answer that could be read.
  bool answered = false;    ///< False: there is none, and what follows is not known.
  std::uint16_t rcode = 0;  ///< 0 to 4095.
  bool authoritative = false;
  bool truncated = false;
  bool recursion_desired = false;
  bool recursion_available = false;
  bool authentic = false;       ///< The server has verified it by DNSSEC.
  std::vector<record> answers;  ///< At most `answers_kept`, as of the other sections.
  std::vector<record> authority;
  std::vector<record> additional;  ///< Without that of EDNS.
  std::uint32_t answer_count = 0;  ///< How many there are; the same of the other sections.
  std::uint32_t authority_count = 0;
  std::uint32_t additional_count = 0;
  std::optional<std::uint32_t> serial;  ///< Of the zone, where a SOA record was there.
  std::uint32_t answer_bytes = 0;       ///< Of the message, without its length over TCP.
  std::string failed_check;             ///< The rule that the answer did not pass.
  std::unique_ptr<tls_details> tls;     ///< Null where it was not over TLS.

  static constexpr std::size_t answers_kept = 50;
  static constexpr std::size_t data_bytes_kept = 512;

  std::size_t text_bytes() const;
};

}  // namespace muster

#include "probe/talk/ready_talks.hpp"

#include <array>

namespace muster {
namespace {

// RFC 4253, 4.2: the server's identification, which other lines may precede.
constexpr std::string_view ssh = R"(
expect ^(?P<banner>SSH-(2\.0|1\.99)-.*)
send SSH-2.0-muster
)";

// RFC 5321 and RFC 3207. Nobody has a name that ends in .invalid (RFC 2606).
constexpr std::string_view smtp = R"(
fail ^[45]\d\d
expect ^220( |$)
send EHLO muster.invalid
expect ^250( |$)
send QUIT
expect ^221( |$)
)";
constexpr std::string_view smtp_starttls = R"(
fail ^[45]\d\d
expect ^220( |$)
send EHLO muster.invalid
expect ^250( |$)
send STARTTLS
expect ^220( |$)
starttls
send EHLO muster.invalid
expect ^250( |$)
send QUIT
expect ^221( |$)
)";

// RFC 9051.
constexpr std::string_view imap = R"(
fail ^\* BYE
expect ^\* (OK|PREAUTH)\b
fail ^a1 (NO|BAD)\b
send a1 LOGOUT
expect ^a1 OK\b
)";
constexpr std::string_view imap_starttls = R"(
fail ^\* BYE
expect ^\* (OK|PREAUTH)\b
fail ^(a1 (NO|BAD)|\* BYE)\b
send a1 STARTTLS
expect ^a1 OK\b
starttls
fail ^a2 (NO|BAD)\b
send a2 LOGOUT
expect ^a2 OK\b
)";

// RFC 1939 and RFC 2595.
constexpr std::string_view pop3 = R"(
fail ^-ERR
expect ^\+OK
send QUIT
expect ^\+OK
)";
constexpr std::string_view pop3_starttls = R"(
fail ^-ERR
expect ^\+OK
send STLS
expect ^\+OK
starttls
send QUIT
expect ^\+OK
)";

// RFC 959 and RFC 4217.
constexpr std::string_view ftp = R"(
fail ^[45]\d\d
expect ^220( |$)
send QUIT
expect ^221( |$)
)";
constexpr std::string_view ftp_starttls = R"(
fail ^[45]\d\d
expect ^220( |$)
send AUTH TLS
expect ^234( |$)
starttls
send QUIT
expect ^221( |$)
)";

// One that wants a password is there, too.
constexpr std::string_view redis = R"(
fail ^-
send PING
expect ^(\+PONG|-NOAUTH)\b
send QUIT
)";

// What MySQL says first (its "protocol version 10"), or an error, such as that this machine may not
// connect. Over to TLS go those whose capabilities have CLIENT_SSL, by an SSLRequest.
constexpr std::string_view mysql = R"(
expect-mysql ^(?:\x0a|\xff..)(?P<banner>[^\x00]*)
)";
#define MUSTER_WITH_BIT_3                                                        \
  R"([\x08-\x0f\x18-\x1f\x28-\x2f\x38-\x3f\x48-\x4f\x58-\x5f\x68-\x6f\x78-\x7f)" \
  R"(\x88-\x8f\x98-\x9f\xa8-\xaf\xb8-\xbf\xc8-\xcf\xd8-\xdf\xe8-\xef\xf8-\xff])"
#define MUSTER_8_ZEROS R"(\0\0\0\0\0\0\0\0)"
constexpr std::string_view mysql_starttls =
    R"(expect-mysql ^\x0a(?P<banner>[^\x00]*)\x00.{14})" MUSTER_WITH_BIT_3 R"(
write \x20\0\0\x01\0\x8a\0\0\0\0\0\x01\x21)" MUSTER_8_ZEROS MUSTER_8_ZEROS R"(\0\0\0\0\0\0\0
starttls
)";
#undef MUSTER_8_ZEROS
#undef MUSTER_WITH_BIT_3

// An SSLRequest, which is answered by a letter.
constexpr std::string_view postgres = R"(
write \0\0\0\x08\x04\xd2\x16\x2f
expect-bytes 1 (?P<banner>[SN])
)";
constexpr std::string_view postgres_starttls = R"(
write \0\0\0\x08\x04\xd2\x16\x2f
expect-bytes 1 (?P<banner>S)
starttls
)";

// RFC 4511: an anonymous bind, whose result is success, and an unbind. Lengths may be written in
// more bytes than they take.
#define MUSTER_BER_LENGTH R"((?:[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....))"
#define MUSTER_LDAP_RESULT(id, operation)                                                         \
  R"(expect-ber ^\x30)" MUSTER_BER_LENGTH R"(\x02\x01\x0)" id R"(\x)" operation MUSTER_BER_LENGTH \
  R"(\x0a\x01\x00)"
constexpr std::string_view ldap =
    R"(write \x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\0\x80\0
)" MUSTER_LDAP_RESULT("1", "61") R"(
write \x30\x05\x02\x01\x02\x42\0
)";
constexpr std::string_view ldap_starttls =
    R"(write \x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037
)" MUSTER_LDAP_RESULT("1", "78") R"(
starttls
write \x30\x0c\x02\x01\x02\x60\x07\x02\x01\x03\x04\0\x80\0
)" MUSTER_LDAP_RESULT("2", "61") R"(
write \x30\x05\x02\x01\x03\x42\0
)";
#undef MUSTER_LDAP_RESULT
#undef MUSTER_BER_LENGTH

constexpr std::array all{
    ready_talk{"ssh", 22, 0, ssh, {}},
    ready_talk{"smtp", 25, 465, smtp, smtp_starttls},
    ready_talk{"imap", 143, 993, imap, imap_starttls},
    ready_talk{"pop3", 110, 995, pop3, pop3_starttls},
    ready_talk{"ftp", 21, 990, ftp, ftp_starttls},
    ready_talk{"redis", 6379, 6379, redis, {}},
    ready_talk{"mysql", 3306, 0, mysql, mysql_starttls},
    ready_talk{"postgres", 5432, 0, postgres, postgres_starttls},
    ready_talk{"ldap", 389, 636, ldap, ldap_starttls},
};

}  // namespace

std::span<const ready_talk> ready_talks() { return all; }

}  // namespace muster

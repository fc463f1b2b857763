// What is found in a certificate, and what it is held against.
#include "support/catch.hpp"
#include "tls_peers.hpp"

#include <utility>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

namespace {

constexpr auto day = 24h;

}  // namespace

TEST_CASE("what is wrong with a certificate is told, the most telling first") {
  const relying_settings relying;
  const certificate between{{.common_name = "Between", .is_authority = true}, authority()};
  const certificate ended_between{{.common_name = "Ended", .ends = -60s, .is_authority = true},
                                  authority()};
  const certificate stranger{{.common_name = "Stranger", .is_authority = true}};
  const std::vector<std::string> names{"DNS:good.test", "DNS:*.wild.test", "IP:10.0.0.1"};
  struct row {
    const char* about;
    certificate own;
    std::vector<const certificate*> sent;
    std::string asked;
    std::vector<reason> problems;
  };
  std::vector<row> rows;
  const auto add = [&](const char* about, certificate own, std::vector<const certificate*> sent,
                       std::string asked, std::vector<reason> problems) {
    rows.push_back({about, std::move(own), std::move(sent), std::move(asked), std::move(problems)});
  };
  add("wildcard", {{.names = names}, authority()}, {}, "a.wild.test", {});
  add("wildcard of two", {{.names = names}, authority()}, {}, "a.b.wild.test",
      {reason::hostname_mismatch});
  add("root's dot", {{.names = names}, authority()}, {}, "good.test.", {});
  add("other", {{.names = names}, authority()}, {}, "bad.test", {reason::hostname_mismatch});
  add("NUL", {{.raw_name = std::string{"good.test\0.evil.test", 20}}, authority()}, {}, "good.test",
      {reason::hostname_mismatch});
  add("expired", {{.names = names, .ends = -60s}, authority()}, {}, "good.test",
      {reason::certificate_expired});
  add("not yet", {{.names = names, .begins = day}, authority()}, {}, "good.test",
      {reason::certificate_not_yet_valid});
  add("self-signed", certificate{{.names = names}}, {}, "good.test", {reason::self_signed});
  add("unknown", {{.names = names}, stranger}, {}, "good.test", {reason::unknown_ca});
  add("unknown, sent", {{.names = names}, stranger}, {&stranger}, "good.test",
      {reason::unknown_ca});
  add("between left out", {{.names = names}, between}, {}, "good.test", {reason::unknown_ca});
  add("between sent", {{.names = names}, between}, {&between}, "good.test", {});
  add("between ended", {{.names = names}, ended_between}, {&ended_between}, "good.test",
      {reason::certificate_expired});
  add("for clients", {{.names = names, .purpose = "clientAuth"}, authority()}, {}, "good.test",
      {reason::certificate_purpose});
  add("all at once", certificate{{.names = names, .ends = -60s}}, {}, "bad.test",
      {reason::certificate_expired, reason::hostname_mismatch, reason::self_signed});
  for (const row& one : rows) {
    INFO(one.about);
    {
      server other{one.own, one.sent};
      const verdict strict = judge(other, relying.settings, one.asked);
      CHECK(strict.ended == state::done);
      CHECK(strict.details.problems == one.problems);
      CHECK(strict.failure == (one.problems.empty() ? reason::none : one.problems.front()));
      REQUIRE_FALSE(strict.details.chain.empty());
      CHECK_FALSE(strict.details.fingerprint.empty());
    }
    server other{one.own, one.sent};
    tls_settings settings = relying.settings;
    settings.verify = false;
    const verdict lenient = judge(other, settings, one.asked);
    CHECK(lenient.details.problems == one.problems);
    CHECK(lenient.failure == reason::none);
  }
}

TEST_CASE("a certificate may be for an address") {
  const relying_settings relying;
  const certificate own{{.names = {"IP:10.0.0.1", "IP:2001:db8::1"}}, authority()};
  const tls_context context{relying.settings};
  for (const char* address : {"10.0.0.1", "2001:db8::1", "10.0.0.2"}) {
    INFO(address);
    server other{own};
    tls_session client{context, {.address = *ip_address::parse(address)}};
    CHECK(shake(client, other) == state::done);
    const bool other_one = std::string_view{address} == "10.0.0.2";
    CHECK(client.failure() == (other_one ? reason::hostname_mismatch : reason::none));
    CHECK(SSL_get_servername(other.native(), TLSEXT_NAMETYPE_host_name) == nullptr);
    CHECK(client.details().names == std::vector<std::string>{"10.0.0.1", "2001:db8::1"});
  }
}

TEST_CASE("days are left until the first of the chain ends") {
  const relying_settings relying;
  const certificate between{{.common_name = "Between", .ends = 5 * day + 1h, .is_authority = true},
                            authority()};
  const certificate own{{.names = {"DNS:good.test"}, .ends = 50 * day}, between};
  server other{own, {&between}};
  CHECK(judge(other, relying.settings).details.days_left == 5);
  const certificate ended{{.names = {"DNS:good.test"}, .ends = -(3 * day + 1h)}, authority()};
  server late{ended};
  CHECK(judge(late, relying.settings).details.days_left == -4);
}

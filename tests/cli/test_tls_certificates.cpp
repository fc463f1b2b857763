// Certificates that no one would issue. Each is shown by a server in a thread of the test.
#include "cli/tls_peers.hpp"

#include <deque>
#include <string>
#include <vector>

#include <openssl/ssl.h>

using namespace muster::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

/// What comes of it, and the most memory that it took.
struct judged {
  std::string record;
  long peak_kib = 0;
};

judged judge(const tls_server& server, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"sweep", "-iL", "-", "--json", "--timeout", "60s"};
  words.insert(words.end(), more.begin(), more.end());
  process child{muster_command(words), {.keep_stdin = true}};
  child.write(server.url() + "\n");
  judged all;
  if (child.wait_for_output("\n", 60s)) all.peak_kib = child.peak_rss_kib();
  child.close_stdin();
  all.record = child.wait().out;
  return all;
}

/// A sanitizer keeps what was freed.
void check_memory(const judged& all) {
#ifndef MUSTER_TEST_SANITIZED
  CHECK(all.peak_kib > 0);
  CHECK(all.peak_kib < 24 * 1024);
#else
  (void)all;
#endif
}

/// `count` authorities, each issued by the one before, the first by the one that is relied on.
std::deque<certificate> chain_of(std::size_t count, std::size_t comment_bytes = 0) {
  std::deque<certificate> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace_back(certificate::wish{.common_name = "Link " + std::to_string(i + 1),
                                       .is_authority = true,
                                       .comment_bytes = comment_bytes},
                     i == 0 ? authority() : all.back());
  }
  return all;
}

/// Shows the certificate with those of a chain behind it, from its issuer on.
std::function<void(SSL_CTX*)> showing_chain(const certificate& own,
                                            const std::deque<certificate>& chain) {
  return [&own, &chain](SSL_CTX* context) {
    showing(own)(context);
    for (auto one = chain.rbegin(); one != chain.rend(); ++one)
      SSL_CTX_add1_chain_cert(context, one->native());
  };
}

certificate::wish for_here() { return {.common_name = "here", .names = {"IP:127.0.0.1"}}; }

}  // namespace

TEST_CASE("a chain of a hundred is followed to its end, and ten of it are told") {
  const issuer_file relied_on;
  const auto chain = chain_of(99);
  const certificate own{for_here(), chain.back()};
  const tls_server server{showing_chain(own, chain), give_page};
  const judged all = judge(server, {"--ca-file", relied_on.path()});
  CAPTURE(all.record, all.peak_kib);
  CHECK(contains(all.record, R"("status":"up")"));
  CHECK(contains(all.record, R"("issuer":"CN=Link 99")"));
  CHECK(contains(all.record, R"({"subject":"CN=Link 91")"));
  CHECK_FALSE(contains(all.record, R"({"subject":"CN=Link 90")"));
  check_memory(all);
}

TEST_CASE("a chain that is too long is told as that, whether it is taken or not") {
  const issuer_file relied_on;
  const auto chain = chain_of(120);
  const certificate own{for_here(), chain.back()};
  const tls_server server{showing_chain(own, chain), give_page};
  const judged strict = judge(server, {"--ca-file", relied_on.path()});
  CAPTURE(strict.record, strict.peak_kib);
  CHECK(contains(strict.record, R"("status":"tls_error","reason":"certificate_chain_too_long")"));
  check_memory(strict);
  const judged lenient = judge(server, {"--ca-file", relied_on.path(), "--insecure"});
  CAPTURE(lenient.record);
  CHECK(contains(lenient.record, R"("status":"up")"));
  CHECK(contains(lenient.record, R"("problems":["certificate_chain_too_long)"));
}

TEST_CASE("a certificate of a megabyte, and many large ones, are not taken into memory") {
  certificate::wish large = for_here();
  large.comment_bytes = 1'000'000;
  const certificate one{large, authority()};
  const judged alone = judge(tls_server{showing(one), give_page}, {"--insecure"});
  CAPTURE(alone.record, alone.peak_kib);
  CHECK(contains(alone.record, R"("status":"tls_error","reason":"certificate_too_large")"));
  check_memory(alone);
  const auto chain = chain_of(100, 100'000);
  const certificate own{for_here(), chain.back()};
  const judged many = judge(tls_server{showing_chain(own, chain), give_page}, {"--insecure"});
  CAPTURE(many.record, many.peak_kib);
  CHECK(contains(many.record, R"("status":"tls_error","reason":"certificate_too_large")"));
  check_memory(many);
}

TEST_CASE("of ten thousand names all count, and a hundred are told") {
  const issuer_file relied_on;
  certificate::wish many = for_here();
  for (int i = 1; i < 10'000; ++i)
    many.names.push_back("DNS:n" + std::to_string(i));
  const certificate own{many, authority()};
  const tls_server server{showing(own), give_page};
  const judged all = judge(server, {"--ca-file", relied_on.path()});
  CAPTURE(all.peak_kib);
  CHECK(contains(all.record, R"("status":"up")"));
  CHECK(contains(all.record, R"("names_in_all":10000)"));
  CHECK(contains(all.record, R"("n99"],)"));
  CHECK_FALSE(contains(all.record, R"("n100")"));
  check_memory(all);
  const judged last = judge(server, {"--ca-file", relied_on.path(), "--server-name", "n9999"});
  CHECK(contains(last.record, R"("status":"up")"));
  const judged none = judge(server, {"--ca-file", relied_on.path(), "--server-name", "n10000"});
  CHECK(contains(none.record, R"("status":"tls_error","reason":"hostname_mismatch")"));
}

TEST_CASE("a NUL does not end a name, in the list of names or in the subject") {
  const issuer_file relied_on;
  const certificate listed{{.common_name = "here", .raw_name = "good.test\0.evil.test"s},
                           authority()};
  const certificate named{{.raw_common_name = "good.test\0.evil.test"s}, authority()};
  for (const certificate* const own : {&listed, &named}) {
    const tls_server server{showing(*own), give_page};
    const judged all = judge(server, {"--ca-file", relied_on.path(), "--server-name", "good.test"});
    CAPTURE(all.record);
    CHECK(contains(all.record, R"("status":"tls_error","reason":"hostname_mismatch")"));
    CHECK(contains(all.record, ".evil.test"));
    CHECK(all.record.find('\0') == std::string::npos);
  }
}

TEST_CASE("escapes and bytes that are no UTF-8 in a name are harmless on a terminal") {
  const std::string name = "\x1b]0;owned\x07\x1b[31mred\xff\xfe\xc3\x9b\r\n\xe2\x80\xae,+\"\\";
  const issuer_file relied_on;
  const certificate between{{.raw_common_name = name, .is_authority = true}, authority()};
  const certificate own{{.raw_common_name = name, .names = {"IP:127.0.0.1"}}, between};
  const certificate other{{.raw_common_name = name, .raw_name = name}, authority()};
  for (const certificate* const shown : {&own, &other}) {
    const tls_server server{[&](SSL_CTX* context) {
                              showing (*shown)(context);
                              SSL_CTX_add1_chain_cert(context, between.native());
                            },
                            give_page};
    for (const std::string form : {"--json", "--csv", ""}) {
      std::vector<std::string> words{server.url(), "--insecure", "--ca-file", relied_on.path()};
      if (!form.empty()) words.push_back(form);
      const auto result = sweep(words);
      CAPTURE(form, result.out, result.err);
      CHECK(result.exit_code == 0);
      for (const char* bad : {"\x1b", "\x07", "\xff", "\r", "\xe2\x80\xae"})
        CHECK_FALSE(contains(result.out, bad));
      CHECK(lines_with(result.out, "") <= 2);
      if (!form.empty()) CHECK(contains(result.out, "owned"));
    }
  }
}

TEST_CASE("a certificate that can't be read is invalid, and what it says is not told") {
  const certificate own{{.common_name = "subject", .names = {"IP:127.0.0.1"}}, authority()};
  const tls_server server{showing(own, TLS1_2_VERSION, TLS1_2_VERSION), [](tls_end& peer) {
                            peer.take_hello();
                            std::string flight = peer.output();
                            const std::string name = "subject";
                            const auto at = flight.find(name);
                            if (at == std::string::npos) return;
                            flight.replace(at, name.size(), "\xff\xfe\x1b[31m");
                            peer.send(flight);
                            peer.wait_for_end();
                          }};
  for (const char* form : {"--json", "--csv"}) {
    const auto result = sweep({server.url(), "--insecure", form});
    CAPTURE(form, result.out, result.err);
    CHECK(contains(result.out, "certificate_invalid"));
    CHECK_FALSE(contains(result.out, "31m"));
  }
}

TEST_CASE("an issuer in between that has ended breaks the chain, and is told") {
  const issuer_file relied_on;
  const certificate between{
      {.common_name = "Between", .begins = -48h, .ends = -25h, .is_authority = true}, authority()};
  const certificate own{for_here(), between};
  const tls_server server{[&](SSL_CTX* context) {
                            showing(own)(context);
                            SSL_CTX_add1_chain_cert(context, between.native());
                          },
                          give_page};
  const judged strict = judge(server, {"--ca-file", relied_on.path()});
  CAPTURE(strict.record);
  CHECK(contains(strict.record, R"("status":"tls_error","reason":"certificate_expired")"));
  CHECK(contains(strict.record, R"("problems":["certificate_expired"])"));
  CHECK(contains(strict.record, R"("days_left":-2)"));
  CHECK(contains(strict.record, R"("chain":[{"subject":"CN=Between")"));
  CHECK_FALSE(contains(strict.record, "status_code"));
}

// The files that all connections of a run have in common.
#include "support/catch.hpp"
#include "tls_peers.hpp"

#include <stdexcept>

using namespace muster;
using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("files that can't be used are told of") {
  relying_settings relying;
  const certificate one = good_one();
  const certificate another = good_one();
  const std::string pem = relying.keep("pem", one.pem());
  const std::string with_key = relying.keep("with_key", one.pem_with_key());
  const std::string other_key = relying.keep("other_key", another.pem_with_key());
  const std::string text = relying.keep("text", "no PEM at all\n");
  const auto refusal = [](const tls_settings& settings) -> std::string {
    try {
      const tls_context made{settings};
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return {};
  };
  const auto says = [&](const tls_settings& settings, std::string_view words) {
    const std::string said = refusal(settings);
    CAPTURE(said);
    CHECK(said.find(words) != std::string::npos);
  };
  says({.ca_file = text}, "holds no certificates in PEM");
  says({.ca_file = "/nowhere/ca.pem"}, "/nowhere/ca.pem: No such file");
  says({.certificate_file = text}, "is no certificate in PEM");
  says({.certificate_file = pem}, "holds no key in PEM");
  says({.certificate_file = pem, .key_file = other_key}, "fits the certificate");
  says({.certificate_file = pem, .key_file = "/nowhere/key"}, "No such file");
  CHECK(refusal({.ca_file = pem}).empty());
  CHECK(refusal({.certificate_file = with_key}).empty());
  CHECK(refusal({.certificate_file = pem, .key_file = with_key}).empty());
}

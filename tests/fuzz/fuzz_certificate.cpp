// What a certificate says of itself, in DER, as a server sends it.
#include "codec/certificate.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <openssl/err.h>
#include <openssl/x509.h>

using namespace muster;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const unsigned char* at = data;
  X509* const certificate = d2i_X509(nullptr, &at, static_cast<long>(size));
  ERR_clear_error();
  if (!certificate) return 0;
  STACK_OF(X509)* const chain = sk_X509_new_null();
  for (std::size_t i = 0; i < tls_details::chain_max + 2; ++i)
    sk_X509_push(chain, certificate);
  tls_details details;
  codec::describe_chain(details, *chain);
  codec::days_left(details, std::chrono::system_clock::now());
  const bool is_bounded =
      details.chain.size() <= tls_details::chain_max &&
      details.names.size() <= tls_details::names_max &&
      details.text_bytes() <= tls_details::text_bytes_max * (tls_details::names_max + 40);
  sk_X509_free(chain);
  X509_free(certificate);
  if (!is_bounded) std::abort();
  return 0;
}

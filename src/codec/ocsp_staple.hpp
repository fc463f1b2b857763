#pragma once

#include <string_view>

#include <openssl/ossl_typ.h>

// OpenSSL's STACK_OF(X509), of which its headers of types say nothing.
struct stack_st_X509;

namespace muster::codec {

/// What the issuer of a certificate says of it in a response of OCSP (RFC 6960), as a server
/// staples it to its handshake (RFC 6066, 8): "good", "revoked" or "unknown"; "invalid" where that
/// can't be read, is out of date, is about another certificate, or is signed by neither the issuer
/// nor who it has certified for that. `chain` is the certificate, its issuer, and those behind
/// that.
std::string_view judge_staple(std::string_view response, const stack_st_X509& chain,
                              X509_STORE& trust);

}  // namespace muster::codec

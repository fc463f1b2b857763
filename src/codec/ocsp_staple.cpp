#include "codec/ocsp_staple.hpp"

#include "codec/openssl.hpp"

#include <memory>

namespace muster::codec {
namespace {

struct staple_freed {
  void operator()(OCSP_RESPONSE* one) const { OCSP_RESPONSE_free(one); }
  void operator()(OCSP_BASICRESP* one) const { OCSP_BASICRESP_free(one); }
  void operator()(OCSP_CERTID* one) const { OCSP_CERTID_free(one); }
  void operator()(stack_st_X509* borrowed) const { sk_X509_free(borrowed); }
};
template <class Type>
using staple_part = std::unique_ptr<Type, staple_freed>;

staple_part<OCSP_BASICRESP> read_response(std::string_view response) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(response.data());
  const staple_part<OCSP_RESPONSE> whole{
      d2i_OCSP_RESPONSE(nullptr, &bytes, static_cast<long>(response.size()))};
  return staple_part<OCSP_BASICRESP>{whole ? OCSP_response_get1_basic(whole.get()) : nullptr};
}

/// By the issuer, who needs nobody's word for it, or by one whose certificate for that comes with
/// the response. The certificate itself is no witness.
bool is_signed(OCSP_BASICRESP& said, const stack_st_X509& chain, X509_STORE& trust) {
  const staple_part<stack_st_X509> issuer{sk_X509_new_null()};
  const staple_part<stack_st_X509> behind{sk_X509_dup(&chain)};
  if (!issuer || !behind || sk_X509_push(issuer.get(), sk_X509_value(&chain, 1)) == 0) return false;
  sk_X509_shift(behind.get());
  return OCSP_basic_verify(&said, issuer.get(), &trust, OCSP_TRUSTOTHER) == 1 ||
         OCSP_basic_verify(&said, behind.get(), &trust, 0) == 1;
}

/// Whichever digest they are named by.
bool is_about(const OCSP_SINGLERESP* one, const stack_st_X509& chain) {
  const OCSP_CERTID* const id = OCSP_SINGLERESP_get0_id(one);
  ASN1_OBJECT* digest = nullptr;
  OCSP_id_get0_info(nullptr, &digest, nullptr, nullptr, const_cast<OCSP_CERTID*>(id));
  const EVP_MD* const known = EVP_get_digestbyobj(digest);
  if (!known) return false;
  const staple_part<OCSP_CERTID> own{
      OCSP_cert_to_id(known, sk_X509_value(&chain, 0), sk_X509_value(&chain, 1))};
  return own && OCSP_id_cmp(own.get(), id) == 0;
}

std::string_view word_for(OCSP_SINGLERESP* one) {
  constexpr long clock_difference_s = 300;
  ASN1_GENERALIZEDTIME* updated = nullptr;
  ASN1_GENERALIZEDTIME* next = nullptr;
  const int status = OCSP_single_get0_status(one, nullptr, nullptr, &updated, &next);
  if (OCSP_check_validity(updated, next, clock_difference_s, -1) != 1) return "invalid";
  return status == V_OCSP_CERTSTATUS_GOOD      ? "good"
         : status == V_OCSP_CERTSTATUS_REVOKED ? "revoked"
                                               : "unknown";
}

}  // namespace

std::string_view judge_staple(std::string_view response, const stack_st_X509& chain,
                              X509_STORE& trust) {
  std::string_view says = "invalid";
  const staple_part<OCSP_BASICRESP> said = read_response(response);
  if (said && sk_X509_num(&chain) > 1 && is_signed(*said, chain, trust)) {
    for (int i = 0; i < OCSP_resp_count(said.get()); ++i) {
      OCSP_SINGLERESP* const one = OCSP_resp_get0(said.get(), i);
      if (!is_about(one, chain)) continue;
      says = word_for(one);
      break;
    }
  }
  // What could not be read there is no error of whatever comes next.
  ERR_clear_error();
  return says;
}

}  // namespace muster::codec

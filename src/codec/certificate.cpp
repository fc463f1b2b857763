#include "codec/certificate.hpp"

#include "codec/openssl.hpp"
#include "muster/address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string_view>

#include <fmt/format.h>

namespace muster::codec {
namespace {

template <auto Free>
struct freed_by {
  template <class Type>
  void operator()(Type* object) const {
    Free(object);
  }
};
template <class Type, auto Free>
using owned = std::unique_ptr<Type, freed_by<Free>>;

std::string capped(std::string_view text) {
  return std::string{text.substr(0, tls_details::text_bytes_max)};
}

/// As RFC 4514 has it, but that UTF-8 is left as it is.
std::string text_of(const X509_NAME* name) {
  const owned<BIO, BIO_free_all> out{BIO_new(BIO_s_mem())};
  if (!out) return {};
  constexpr unsigned long form =
      XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  X509_NAME_print_ex(out.get(), name, 0, form);
  char* text = nullptr;
  const long bytes = BIO_get_mem_data(out.get(), &text);
  return bytes > 0 ? capped({text, static_cast<std::size_t>(bytes)}) : std::string{};
}

std::chrono::system_clock::time_point time_of(const ASN1_TIME* when) {
  std::tm parts{};
  if (!when || ASN1_TIME_to_tm(when, &parts) != 1) return {};
  // Years that a clock of nanoseconds does not reach are its last one.
  constexpr int last_year = 2261;
  if (parts.tm_year + 1900 > last_year) {
    parts.tm_year = last_year - 1900;
    parts.tm_mon = 11;
    parts.tm_mday = 31;
  }
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < std::min(count, tls_details::text_bytes_max / 2); ++i)
    fmt::format_to(std::back_inserter(text), "{:02x}", bytes[i]);
  return text;
}

certificate_details describe(const X509* certificate) {
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate);
  return {.subject = text_of(X509_get_subject_name(certificate)),
          .issuer = text_of(X509_get_issuer_name(certificate)),
          .serial = serial ? hexadecimal(ASN1_STRING_get0_data(serial),
                                         static_cast<std::size_t>(ASN1_STRING_length(serial)))
                           : std::string{},
          .not_before = time_of(X509_get0_notBefore(certificate)),
          .not_after = time_of(X509_get0_notAfter(certificate))};
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const auto* const data = ASN1_STRING_get0_data(bytes);
  const int count = ASN1_STRING_length(bytes);
  if (count == 4) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i)
      value = value << 8 | data[i];
    return ip_address::from_v4(value).to_string();
  }
  if (count == 16) {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (int i = 0; i < count; ++i)
      (i < count / 2 ? high : low) = (i < count / 2 ? high : low) << 8 | data[i];
    return ip_address::from_bits(high, low).to_string();
  }
  return hexadecimal(data, static_cast<std::size_t>(count));
}

void describe_names(tls_details& details, const X509* certificate) {
  const owned<GENERAL_NAMES, GENERAL_NAMES_free> all{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  if (!all) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const one = sk_GENERAL_NAME_value(all.get(), i);
    std::string text;
    if (one->type == GEN_DNS) {
      text = capped({reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName)),
                     static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName))});
    } else if (one->type == GEN_IPADD) {
      text = address_text(one->d.iPAddress);
    } else {
      continue;
    }
    if (details.names_in_all++ < tls_details::names_max) details.names.push_back(std::move(text));
  }
}

std::string key_of(X509* certificate) {
  const EVP_PKEY* const key = X509_get0_pubkey(certificate);
  const char* const kind = key ? EVP_PKEY_get0_type_name(key) : nullptr;
  return kind ? fmt::format("{} {}", kind, EVP_PKEY_get_bits(key)) : std::string{};
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned bytes = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &bytes) != 1) return {};
  return hexadecimal(digest.data(), bytes);
}

}  // namespace

void describe_chain(tls_details& details, const stack_st_X509& chain) {
  details.chain.clear();
  details.names.clear();
  details.names_in_all = 0;
  const int count = std::min(sk_X509_num(&chain), static_cast<int>(tls_details::chain_max));
  for (int i = 0; i < count; ++i)
    details.chain.push_back(describe(sk_X509_value(&chain, i)));
  if (count == 0) return;
  X509* const own = sk_X509_value(&chain, 0);
  describe_names(details, own);
  details.key = key_of(own);
  details.fingerprint = fingerprint_of(own);
  // What could not be read there is no error of whatever comes next.
  ERR_clear_error();
}

int days_left(const tls_details& details, std::chrono::system_clock::time_point now) {
  const auto first = std::ranges::min_element(details.chain, {}, &certificate_details::not_after);
  if (first == details.chain.end()) return 0;
  return static_cast<int>(std::chrono::floor<std::chrono::days>(first->not_after - now).count());
}

}  // namespace muster::codec

namespace muster {

std::size_t tls_details::text_bytes() const {
  std::size_t all = version.size() + cipher.size() + alpn.size() + server_name.size() + key.size() +
                    fingerprint.size() + ocsp.size() + error.size();
  for (const certificate_details& one : chain)
    all += one.subject.size() + one.issuer.size() + one.serial.size();
  for (const std::string& name : names)
    all += name.size();
  return all;
}

}  // namespace muster

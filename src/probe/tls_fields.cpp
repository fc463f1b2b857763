#include "probe/tls_fields.hpp"

#include "record/words.hpp"

#include <fmt/format.h>

namespace muster {
namespace {

constexpr field tls{"tls", 9};
constexpr field version{"tls.version", 9};
constexpr field cipher{"tls.cipher", 9};
constexpr field alpn{"tls.alpn", 9};
constexpr field server_name{"tls.server_name", 9};
constexpr field problems{"tls.problems", 9};
constexpr field days_left{"tls.days_left", 9};
constexpr field subject{"tls.subject", 9};
constexpr field issuer{"tls.issuer", 9};
constexpr field names{"tls.names", 9};
constexpr field names_in_all{"tls.names_in_all", 9};
constexpr field serial{"tls.serial", 9};
constexpr field not_before{"tls.not_before", 9};
constexpr field not_after{"tls.not_after", 9};
constexpr field key{"tls.key", 9};
constexpr field fingerprint{"tls.fingerprint", 9};
constexpr field ocsp{"tls.ocsp", 9};
constexpr field error{"tls.error", 9};
constexpr field chain{"tls.chain", 9};

void show_certificate(const certificate_details& certificate, field_visitor& visitor) {
  visitor.text(subject, certificate.subject);
  visitor.text(issuer, certificate.issuer);
  visitor.text(serial, certificate.serial);
  visitor.time(not_before, certificate.not_before);
  visitor.time(not_after, certificate.not_after);
}

void show_members(const tls_details& details, field_visitor& visitor) {
  const auto text = [&visitor](const field& name, std::string_view value) {
    if (!value.empty()) visitor.text(name, value);
  };
  text(version, details.version);
  text(cipher, details.cipher);
  text(alpn, details.alpn);
  text(server_name, details.server_name);
  if (!details.problems.empty()) {
    std::vector<std::string> words;
    for (const reason one : details.problems)
      words.emplace_back(to_string(one));
    visitor.words(problems, words);
  }
  text(ocsp, details.ocsp);
  text(error, details.error);
  if (details.chain.empty()) return;
  visitor.real(days_left, details.days_left);
  show_certificate(details.chain.front(), visitor);
  if (!details.names.empty()) visitor.words(names, details.names);
  if (details.names_in_all > details.names.size()) {
    visitor.integer(names_in_all, details.names_in_all);
  }
  text(key, details.key);
  text(fingerprint, details.fingerprint);
  visitor.objects(chain, details.chain.size() - 1, {},
                  [&details](std::size_t index, field_visitor& member) {
                    show_certificate(details.chain[index + 1], member);
                  });
}

}  // namespace

const std::vector<const field*>& tls_fields() {
  static const std::vector<const field*> all{
      &version, &cipher, &alpn,         &server_name, &problems,   &days_left,
      &subject, &issuer, &names,        &serial,      &not_before, &not_after,
      &key,     &ocsp,   &names_in_all, &fingerprint, &error,      &chain};
  return all;
}

void show_tls(const tls_details& details, field_visitor& visitor) {
  visitor.object(tls, [&details](field_visitor& members) { show_members(details, members); });
}

void append_tls(std::string& out, const tls_details& details, reason told) {
  if (!details.version.empty()) append_word(out, details.version);
  if (!details.chain.empty()) {
    const int days = details.days_left;
    append_word(out, days >= 0 ? fmt::format("cert {} d", days)
                               : fmt::format("cert ended {} d ago", -days));
  }
  for (const reason one : details.problems) {
    if (one != told) append_word(out, to_string(one));
  }
  if (!details.error.empty()) append_word(out, fmt::format("({})", details.error));
}

}  // namespace muster

#pragma once

#include "muster/tls_options.hpp"
#include "probe/spec_option.hpp"

#include <string>
#include <vector>

namespace muster {

std::string read_tls_version(tls_settings& settings, const std::string& text);
std::string read_server_name(tls_options& options, const std::string& text);

/// The options of a kind whose spec has `tls_options` as its member `tls`. All kinds that speak TLS
/// have the same.
template <class Spec>
std::vector<spec_option> tls_spec_options() {
  const auto file = [](std::string tls_settings::*member) {
    return reading<Spec>([member](Spec& spec, const std::string& text) -> std::string {
      // Several kinds have it, and a key may be named before its certificate: they are read once,
      // when all is said.
      spec.tls.*member = text;
      return text.empty() ? "the name of a file is missing" : "";
    });
  };
  const std::string group = "TLS";
  return {
      {.names = "--insecure",
       .help = "Take certificates that can't be relied on, and tell what is wrong",
       .read = setting<Spec>([](Spec& spec) { spec.tls.verify = false; }),
       .group = group},
      {.names = "--ca-file",
       .form = "FILE",
       .help = "Rely on these certificates (PEM) instead of the system's",
       .read = file(&tls_settings::ca_file),
       .group = group},
      {.names = "--cert",
       .form = "FILE",
       .help = "Show this certificate (PEM) to servers that ask for one",
       .read = file(&tls_settings::certificate_file),
       .group = group},
      {.names = "--key",
       .form = "FILE",
       .help = "Its key (PEM), unless that lies in the same file",
       .read = file(&tls_settings::key_file),
       .group = group},
      {.names = "--tls-min",
       .form = "VERSION",
       .help = "The least version of TLS: 1.0, 1.1, 1.2 or 1.3 (1.2)",
       .read = reading<Spec>(
           [](Spec& spec, const std::string& text) { return read_tls_version(spec.tls, text); }),
       .group = group},
      {.names = "--server-name",
       .form = "NAME",
       .help = "The name to ask for, and to find in the certificate",
       .read = reading<Spec>(
           [](Spec& spec, const std::string& text) { return read_server_name(spec.tls, text); }),
       .column = "server_name",
       .group = group},
      {.names = "--tls-expires-in",
       .form = "DAYS",
       .help = "A certificate that ends within so many days is a mismatch",
       .read = reading<Spec>([](Spec& spec, const std::string& text) -> std::string {
         unsigned days = 0;
         if (!read_whole(text, days) || days > tls_options::days_max) {
           return fmt::format("'{}' is not a number of days, 0 to {}", excerpt(text),
                              tls_options::days_max);
         }
         spec.tls.expires_in_days = days;
         return {};
       }),
       .column = "tls_expires_in",
       .group = group},
  };
}

}  // namespace muster

#pragma once

#include "muster/http_options.hpp"
#include "probe/spec_option.hpp"

#include <string>
#include <utility>
#include <vector>

namespace muster {

/// Reads a file into `text`; says why it can't be.
std::string read_sent_file(const std::string& path, std::string& text);

// Each says what is wrong with the text; nothing when nothing is.
std::string read_header(http_headers& spec, const std::string& text);
std::string read_basic_auth(http_headers& spec, const std::string& source);
std::string read_bearer(http_headers& spec, const std::string& source);
std::string read_user_agent(http_headers& spec, const std::string& text);

/// The options of a kind whose spec is `http_headers`, too. All kinds that send requests of HTTP
/// have the same.
template <class Spec>
std::vector<spec_option> http_header_options() {
  const auto with = [](std::string (*read)(http_headers&, const std::string&)) {
    return reading<Spec>([read](Spec& spec, const std::string& text) { return read(spec, text); });
  };
  const std::string group = "HTTP and WEBSOCKET";
  return {
      {.names = "--header",
       .form = "'NAME: VALUE'",
       .help = "Send this header, too; repeatable",
       .read = with(read_header),
       .repeats = true,
       .group = group},
      {.names = "--basic-auth",
       .form = "FILE|env:NAME",
       .help = "Log in with the USER:PASSWORD in this file or variable",
       .read = with(read_basic_auth),
       .group = group},
      {.names = "--bearer",
       .form = "FILE|env:NAME",
       .help = "Log in with the token in this file or variable",
       .read = with(read_bearer),
       .group = group},
      {.names = "--user-agent",
       .form = "TEXT",
       .help = "The User-Agent header",
       .read = with(read_user_agent),
       .column = "user_agent",
       .group = group},
  };
}

}  // namespace muster

#include "probe/http/http_request_options.hpp"

#include "codec/http_request.hpp"
#include "muster/probe/http.hpp"
#include "probe/http_header_options.hpp"

#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

std::string read_method(http_spec& spec, const std::string& text) {
  if (!codec::is_http_token(text) || text == "CONNECT") {
    return fmt::format("'{}' is not a method that can be asked with: GET, HEAD, POST, …",
                       excerpt(text));
  }
  spec.method = text;
  return {};
}

std::string read_body(http_spec& spec, const std::string& text) {
  std::string body = text;
  if (text.starts_with('@')) {
    if (std::string wrong = read_sent_file(text.substr(1), body); !wrong.empty()) return wrong;
  }
  if (spec.method == "GET") spec.method = "POST";
  spec.body = std::move(body);
  return {};
}

std::string read_keep_alive(http_spec& spec, const std::string& text) {
  if (text != "yes" && text != "no") {
    return fmt::format("'{}' is neither yes nor no", excerpt(text));
  }
  spec.keeps_connections = text == "yes";
  return {};
}

}  // namespace

std::vector<spec_option> http_request_options() {
  std::vector<spec_option> all{
      {.names = "--head",
       .help = "Ask with HEAD instead of GET",
       .read = setting<http_spec>([](http_spec& spec) { spec.method = "HEAD"; })},
      {.names = "--method",
       .form = "METHOD",
       .help = "Ask with this method (GET, or POST where --body is given)",
       .read = reading<http_spec>(read_method),
       .column = "method"},
      {.names = "--body",
       .form = "TEXT|@FILE",
       .help = "Send this with the request",
       .read = reading<http_spec>(read_body)},
      {.names = "--compressed",
       .help = "Ask for bodies in gzip, deflate, br or zstd",
       .read = setting<http_spec>([](http_spec& spec) { spec.asks_for_codings = true; })},
      {.names = "--keep-alive",
       .form = "yes|no",
       .help = "Keep connections for further requests to the same server (yes where\n"
               "a target is asked several URLs, else no)",
       .read = reading<http_spec>(read_keep_alive),
       .bare = "yes"},
  };
  for (spec_option& one : http_header_options<http_spec>())
    all.push_back(std::move(one));
  return all;
}

}  // namespace muster

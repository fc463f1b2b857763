#include "work.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace muster::bench {

probe probe::parse(const std::string& text) {
  constexpr std::uint16_t http_port = 80;
  constexpr std::uint16_t https_port = 443;
  const auto colon = text.find(':');
  const auto word = text.substr(0, colon);
  probe out;
  if (word == "tcp") {
    out.kind = probe_kind::tcp;
  } else if (word == "http") {
    out = {probe_kind::http, http_port};
  } else if (word == "https") {
    out = {probe_kind::http, https_port, true};
  } else if (text == "task") {
    out.kind = probe_kind::task;
  } else if (text == "program") {
    out.kind = probe_kind::program;
  } else if (text != "icmp") {
    throw std::invalid_argument{fmt::format(
        "'{}' is not a probe: icmp, tcp:PORT, http or http:PORT, https the same", text)};
  }
  if (colon != text.npos) {
    const std::string_view digits = std::string_view{text}.substr(colon + 1);
    const auto end = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), end, out.port);
    if (error != std::errc{} || stopped != end) out.port = 0;
  }
  const bool takes_port = out.kind == probe_kind::tcp || out.kind == probe_kind::http;
  if (takes_port && out.port == 0) {
    throw std::invalid_argument{
        fmt::format("'{}' needs a port from 1 to 65535, as in {}:8080", text, word)};
  }
  return out;
}

std::string probe::describe() const {
  switch (kind) {
    case probe_kind::icmp:
      return "icmp";
    case probe_kind::tcp:
      return fmt::format("tcp:{}", port);
    case probe_kind::http:
      return fmt::format("{}:{}", tls ? "https" : "http", port);
    case probe_kind::program:
      return "program";
    case probe_kind::task:
      break;
  }
  return "task";
}

}  // namespace muster::bench

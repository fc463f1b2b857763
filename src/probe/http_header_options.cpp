#include "probe/http_header_options.hpp"

#include "codec/base64.hpp"
#include "codec/http_request.hpp"
#include "core/ascii.hpp"
#include "core/lazy_library.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

namespace muster {
namespace {

/// Reads what must not be on a command line, where others see it: a variable of the environment,
/// as `env:NAME`, or the first line of a file.
std::string read_secret(const std::string& source, std::string& text) {
  constexpr std::string_view variable = "env:";
  if (source.starts_with(variable)) {
    const char* const value = std::getenv(source.substr(variable.size()).c_str());
    if (!value) return fmt::format("there is no variable '{}'", excerpt(source.substr(4)));
    text = value;
  } else {
    if (std::string wrong = read_sent_file(source, text); !wrong.empty()) {
      return wrong + "; write a file that holds it, or env:NAME";
    }
    text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  }
  if (text.empty()) return fmt::format("there is nothing in '{}'", excerpt(source));
  return codec::is_http_value(text) ? std::string{} : "it holds control characters";
}

}  // namespace

std::string read_sent_file(const std::string& path, std::string& text) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  text.resize(http_options::sent_body_bytes_max + 1);
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    text.clear();
    return file.is_open() && file.eof()
               ? std::string{}
               : fmt::format("{}: {}", excerpt(path), std::strerror(errno != 0 ? errno : EISDIR));
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > http_options::sent_body_bytes_max) {
    return fmt::format("{}: more than {} bytes", excerpt(path), http_options::sent_body_bytes_max);
  }
  return {};
}

std::string read_basic_auth(http_headers& spec, const std::string& source) {
  std::string secret;
  if (std::string wrong = read_secret(source, secret); !wrong.empty()) return wrong;
  if (secret.find(':') == secret.npos) return "it is no user name, colon and password";
  try {
    spec.authorization = "Basic " + codec::to_base64(secret);
  } catch (const library_missing& missing) {
    return missing.what();
  }
  return {};
}

std::string read_bearer(http_headers& spec, const std::string& source) {
  std::string secret;
  if (std::string wrong = read_secret(source, secret); !wrong.empty()) return wrong;
  spec.authorization = "Bearer " + secret;
  return {};
}

std::string read_header(http_headers& spec, const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = std::string_view{text}.substr(0, colon);
  if (colon == text.size() || !codec::is_http_token(name)) {
    return fmt::format("'{}' is no header: write 'Name: value'", excerpt(text));
  }
  if (!codec::is_http_value(std::string_view{text}.substr(colon + 1))) {
    return "a header's value must not hold control characters";
  }
  constexpr std::array ours{"content-length", "transfer-encoding", "connection", "user-agent"};
  if (const auto* const own = std::ranges::find_if(
          ours, [&](std::string_view one) { return equal_ignoring_case(one, name); });
      own != ours.end()) {
    return fmt::format("{} is muster's own{}", excerpt(name),
                       *own == std::string_view{"user-agent"} ? ": --user-agent" : "");
  }
  spec.headers.push_back(text);
  return {};
}

std::string read_user_agent(http_headers& spec, const std::string& text) {
  if (std::ranges::any_of(text, is_control)) return "control characters are not allowed";
  if (text.size() > http_headers::user_agent_bytes_max) {
    return fmt::format("longer than {} bytes", http_headers::user_agent_bytes_max);
  }
  spec.user_agent = text;
  return {};
}

}  // namespace muster

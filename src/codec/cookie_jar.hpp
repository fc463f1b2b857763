#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::codec {

/// The time that an Expires attribute means (RFC 6265, 5.1.1), which browsers read in any order and
/// with any separators; nothing if it is none.
std::optional<std::chrono::sys_seconds> parse_cookie_date(std::string_view text);

/// What servers have asked a client to say in its further requests (RFC 6265): kept for the few
/// requests of one probe, and bounded. What a cookie is for, it is sent to, and nobody else.
///
/// Stricter than the RFC where browsers are (RFC 6265bis): what came in the clear sets no `Secure`
/// cookie, and the prefixes `__Secure-` and `__Host-` promise what they say. Nobody knows here
/// which domains are registries, so only a domain of one label counts as one.
class cookie_jar {
 public:
  using time_point = std::chrono::system_clock::time_point;

  /// Further ones are not kept.
  static constexpr std::size_t cookies_max = 50;
  /// Name and value of one; a longer one is not kept.
  static constexpr std::size_t cookie_bytes_max = 4096;
  /// A domain or a path; a longer attribute counts as left out.
  static constexpr std::size_t attribute_bytes_max = 1024;
  /// What is sent with one request; the cookies that do not fit are left out.
  static constexpr std::size_t header_bytes_max = 8 * 1024;

  /// Where a request goes.
  struct place {
    std::string_view host = {};  ///< A name in lower case, or an address without brackets.
    bool is_address = false;
    std::string_view path = {};  ///< With its query, if it has one.
    bool is_secure = false;      ///< Asked over TLS.
  };

  /// Takes the value of a Set-Cookie header of the answer to a request there. What is no cookie, or
  /// may not be set from there, is left out; one that has expired takes its predecessor with it.
  void store(std::string_view set_cookie, const place& from, time_point now);
  /// The value of the Cookie header of a request there: `a=b; c=d`, the longest path first; empty
  /// when there is none.
  std::string header(const place& to, time_point now) const;
  std::size_t size() const { return cookies_.size(); }

 private:
  struct cookie {
    std::string name;
    std::string value;
    std::string domain;
    std::string path;
    bool is_host_only = true;
    bool is_secure = false;
    std::optional<time_point> expires = {};  ///< Nothing: it lasts as long as the probe.
  };
  struct attributes;
  static bool may_set(const cookie& one, const attributes& asked, const place& from);

  std::vector<cookie> cookies_;  // in the order in which they were first set
};

}  // namespace muster::codec

#pragma once

#include "muster/status.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/ossl_typ.h>

namespace muster::test {

/// What a simulated server does about TLS.
enum class tls_manner : std::uint8_t {
  proper,
  of_another_name,  ///< Its certificate is not for whom it was asked for.
  expired,
  not_yet_valid,
  self_signed,
  unknown_issuer,
  weary,              ///< It answers with an alert.
  in_the_clear,       ///< It answers with clear text.
  wants_certificate,  ///< The client's own, which has none: so it is told after its handshake.
};
/// Those before it have a certificate that can't be relied on, but for the first.
inline constexpr auto certificate_manners = static_cast<unsigned>(tls_manner::weary);

/// What a client makes of that which relies on `simulated_issuer_file()`; none where all is well.
reason flaw_of(tls_manner manner);
/// Where the issuer of the certificates that are in order can be read (PEM).
const std::string& simulated_issuer_file();

/// The server's side of TLS on a simulated connection: OpenSSL over memory. What it sends is of the
/// same size each time, whatever bytes it is.
class simulated_tls {
 public:
  struct wish {
    tls_manner manner = tls_manner::proper;
    bool is_older = false;        ///< It speaks TLS 1.2, where it speaks any.
    bool takes_the_last = false;  ///< Of the protocols that are offered, rather than the first.
    unsigned tickets = 0;         ///< What TLS 1.3 is told of, for sessions to come.
  };
  explicit simulated_tls(const wish& how);
  simulated_tls(const simulated_tls&) = delete;
  simulated_tls& operator=(const simulated_tls&) = delete;
  ~simulated_tls();

  enum class state : std::uint8_t { shaking, open, failed };
  state now_is() const { return state_; }
  const wish& how() const { return how_; }

  /// Takes what the client has sent. Returns what TLS itself says to that.
  std::string hear(std::string_view bytes);
  /// Takes what was in it.
  std::string take_text();
  std::string say(std::string_view text);
  /// Has the client use new keys, and say so.
  std::string ask_for_new_keys();
  std::string say_goodbye();

 private:
  std::string take_output();
  std::string answer_without_tls(std::string_view bytes);

  struct freed {
    void operator()(SSL* session) const;
  };
  wish how_;
  std::unique_ptr<SSL, freed> session_;
  state state_ = state::shaking;
  std::string heard_;  // of the client's first record, where it is not for OpenSSL
  std::string text_;
};

}  // namespace muster::test

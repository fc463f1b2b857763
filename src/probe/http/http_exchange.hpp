#pragma once

#include "codec/cookie_jar.hpp"
#include "codec/http2_session.hpp"
#include "codec/http_response.hpp"
#include "codec/tls_session.hpp"
#include "muster/probe/http.hpp"
#include "muster/result.hpp"
#include "net/error_status.hpp"
#include "net/sockets.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/http/proxy_tunnel.hpp"
#include "probe/probe_request.hpp"
#include "probe/target_spec.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// The part of an HTTP probe that needs no waiting: what to ask for, what came back, how long each
/// phase took, and where a redirect leads. The probe's coroutine moves the bytes.
class http_exchange {
 public:
  using clock = std::chrono::steady_clock;
  using state = codec::http_response::state;

  http_exchange(http_shared& shared, const probe_request& request);
  ~http_exchange();

  /// Makes the request's URL ready to be asked. False, with the failure noted, when it is none.
  bool begin();
  /// What to look up and connect to next: the proxy where there is one, else the host of the URL.
  const target& hop() const;
  /// `arrived`: when the answer did.
  void resolved(ip_address address, clock::time_point arrived);
  /// Which address of the host it is, where there were several.
  void reached(ip_address address);
  /// Where to connect to, once resolved.
  endpoint destination() const;

  /// Whether the URL is to be asked over TLS.
  bool is_secure() const { return url_.scheme() == "https"; }
  /// For that.
  std::unique_ptr<codec::tls_session> make_tls_session();
  /// A handshake has ended, after so long where it succeeded, or the session has failed since.
  void secured(clock::duration took, const codec::tls_session& session);
  /// The host is connected, which took so long.
  void connected(clock::duration took);
  /// A connection on which the URL can be asked at once; nullptr if there is none, or none may be
  /// used again.
  std::unique_ptr<http_connection> take_kept(probe_deadline& whole);
  /// Whether the proxy is to be asked for a way to the server, before anything is said to that.
  bool needs_tunnel() const;
  /// For that; lasts until it has ended.
  proxy_tunnel& begin_tunnel();
  /// The proxy has answered, or something is wrong with that.
  void end_tunnel(const outcome& what);
  /// The connection is ready, with TLS in it where that is to be: the request can be sent. `http2`:
  /// what HTTP/2 was spoken to it before; nullptr if none was. Returns where the response is: it is
  /// an error when the request can't be made, and servers behind a proxy may have spoken by now.
  state ask(std::unique_ptr<codec::http2_session> http2);
  /// What is to be sent: the request, and once all of that has left, what the server has to be told
  /// on the way, with HTTP/2. Empty when that is nothing; lasts until the next call.
  std::string_view output();
  /// Whether all of the request has left.
  bool has_asked() const { return is_asked_; }
  /// Of the request, what `output` had; the last of it left at that time.
  void sent(clock::time_point at);
  /// Bytes that reached this machine then.
  state received(std::string_view bytes, clock::time_point arrived);
  /// The peer has closed the connection. `paused`: how long the probe's clock has stood still since
  /// the request was sent.
  state closed(clock::duration paused);
  /// What a wait for bytes that took too long was waiting for.
  reason waiting_for() const;

  /// After a whole response: keeps the connection for later requests, where it can be.
  void keep(std::unique_ptr<http_connection> connection);
  /// After a failure on a connection that was kept: true when the server had just closed it, and is
  /// to be asked on another (RFC 9112, 9.3.1).
  bool go_on_anew();
  /// After a whole response: true when it is a redirect to be followed, and `url()` is the next.
  bool follow_redirect();
  /// After a failure: true when the server answers this over HTTP/1.1 only, and is to be asked once
  /// more, as it may have been in the first place.
  bool go_back_to_http1();
  void fail(outcome what) { outcome_ = what; }
  /// A step on the way to the server came to this: what a proxy did is not the server's doing.
  void fail_on_way(outcome what);
  void deliver();

 private:
  bool set_url(const target& url);
  bool ask_once_more();
  bool reuses_connections() const;
  /// All that a connection must have in common with one for this URL to be used for it.
  std::string place() const;
  outcome barred(const target& host) const;
  std::string first_url() const;
  /// Scheme and host of a URL, and of the one that is asked.
  static std::string origin_of(const target& url);
  std::string origin() const { return origin_of(url_); }
  /// What speaks against a whole answer; nothing if it is as asked for.
  outcome judged();
  /// What the Host header says instead of the URL's authority; empty for most.
  std::string own_host() const;
  /// Whom TLS is spoken with.
  std::string tls_host() const;
  bool parse_url_of(std::string_view text);
  void forget_response();
  void note_response();
  /// The failure for want of a library.
  outcome lack(std::string_view library);
  outcome flaw_of_whole(bool is_broken);
  void keep_cookies();

  std::string request_headers(std::string_view& authority) const;
  std::string cookies() const;
  std::string cookie_host() const;
  codec::cookie_jar::place cookie_place(std::string_view host) const;
  std::string proxy_headers() const;
  std::string tunnel_authority() const;
  bool names_other_host() const;

  void begin_response();
  void give_reader_back();

  const target& subject() const { return request_.subject; }
  /// What is to be asked, where the spec says it; nullptr where the target does.
  const std::string* form() const {
    return request_.index == probe_spec::own ? nullptr : &spec_->urls[request_.index];
  }
  bool has_proxy() const { return proxy_.has_value(); }
  http_versions versions() const {
    return {spec_->versions.http1, spec_->versions.http2 && may_speak_http2_};
  }
  /// Whether HTTP/2 was agreed on, or is spoken to whoever is there.
  bool speaks_http2() const;
  /// Whether a first byte of the answer has come.
  bool has_begun() const { return details_->first_byte.count() >= 0; }

  http_shared& shared_;
  const probe_request& request_;
  const target_spec<http_spec> spec_;
  std::unique_ptr<http_details> details_;
  target url_;
  const std::optional<target> proxy_;
  ip_address hop_address_;
  std::unique_ptr<proxy_tunnel> tunnel_;
  std::string first_words_;  ///< Of a server that spoke through a proxy before it was asked.
  std::unique_ptr<codec::cookie_jar> cookies_;  ///< Null where none are kept.
  std::string method_;                          ///< Redirects may change it.
  bool sends_body_ = false;
  bool sends_authorization_ = true;  ///< Not to another host.
  std::string request_text_;
  bool may_speak_http2_ = true;
  bool may_take_kept_ = true;
  bool is_asked_ = false;
  std::unique_ptr<page_reader> reader_;
  std::unique_ptr<codec::http2_session> http2_;  ///< Null where HTTP/1 is spoken.
  ip_address address_;
  bool has_address_ = false;
  bool is_own_place_ = true;  ///< Where the target itself is; not so once a redirect led away.
  outcome outcome_;
  /// What the phases of all requests come to: what lies between them is this machine's.
  clock::duration spent_{0};
  clock::time_point phase_;   ///< Of the phase under way.
  clock::time_point latest_;  ///< When something last happened.
};

}  // namespace muster

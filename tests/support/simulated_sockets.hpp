#pragma once

#include "net/sockets.hpp"
#include "net/timeline.hpp"
#include "support/simulated_tls.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::test {

class simulated_world;

/// How a simulated world treats connections and datagrams, as probabilities of each.
struct peer_weather {
  double silent = 0;         ///< Nobody ever answers a connect, or a datagram.
  double refused = 0;        ///< The host refuses it.
  double rejected = 0;       ///< A router says that the host is unreachable.
  double at_once = 0;        ///< The connect ends inside its call, as on this machine.
  double no_route = 0;       ///< It fails inside its call: this machine knows no way.
  double lost = 0;           ///< What was sent has to be sent again, which takes `lost_for`.
  double reset = 0;          ///< A connection is reset in the middle of its answer.
  double cut = 0;            ///< It ends there.
  double stalled = 0;        ///< It says nothing more from there on.
  double dripped = 0;        ///< The answer comes in many pieces.
  double short_sends = 0;    ///< A send takes a part, or nothing for now.
  double deaf = 0;           ///< From the request on, the peer takes nothing more.
  double spurious = 0;       ///< A socket is told of though nothing has changed.
  double no_descriptor = 0;  ///< EMFILE
  double no_port = 0;        ///< EADDRNOTAVAIL
  double no_watch = 0;       ///< ENOSPC
  double no_memory = 0;      ///< A send fails for now (ENOBUFS).
  std::chrono::nanoseconds delay_min = std::chrono::microseconds{50};
  std::chrono::nanoseconds delay_max = std::chrono::milliseconds{200};
  std::chrono::nanoseconds lost_for = std::chrono::seconds{1};

  // Of TLS, where it is spoken.
  double bad_certificate = 0;    ///< One that can't be relied on, of any kind.
  double no_tls = 0;             ///< An alert, or clear text.
  double wants_certificate = 0;  ///< The client's own.
  double older = 0;              ///< TLS 1.2.
  double new_keys = 0;           ///< The client is asked for new ones.
};

/// What became of one connection, or of one datagram socket, as the world knows it.
struct conversation {
  using time_point = timeline::time_point;
  time_point began;                    ///< The call of connect.
  std::optional<time_point> accepted;  ///< When this side could know.
  std::optional<time_point> refused;
  std::optional<time_point> rejected;
  std::optional<time_point> asked;     ///< All of the request, or the datagram, was taken then.
  std::optional<time_point> answered;  ///< The last byte of a whole answer came then.
  std::optional<time_point> reset;
  std::optional<time_point> cut;
  /// From all that was asked, or the connect, to the last byte of its answer, together.
  std::chrono::nanoseconds spent{0};
  std::optional<time_point> secured;     ///< The handshake of TLS was over for the client.
  reason tls_flaw = reason::none;        ///< What a client makes of the server's.
  std::optional<time_point> flaw_shown;  ///< All that it needs for that had come.
  bool was_lost = false;                 ///< The connect had to be repeated.
  bool had_no_memory = false;            ///< A send had to be repeated for want of it.
};

/// What a simulated peer says to a whole request.
struct simulated_answer {
  template <std::convertible_to<std::string> Text>
  simulated_answer(Text&& what) : text{std::forward<Text>(what)} {}  // NOLINT(*-explicit-*)
  explicit simulated_answer(std::string what, bool last) : text{std::move(what)}, is_last{last} {}

  std::string text;         ///< Empty for silence.
  bool is_last = true;      ///< The connection ends behind it.
  bool begins_tls = false;  ///< TLS begins behind it.
};

/// Nothing for a request that is not whole yet.
using simulated_server = std::function<std::optional<simulated_answer>(std::string_view request)>;

/// What is special about a port.
struct simulated_port {
  bool speaks_tls = false;  ///< From the first byte on.
  std::string greeting;     ///< What is said there before anything is asked.
};

/// Sockets whose peers are made up.
class simulated_sockets final : public sockets {
 public:
  explicit simulated_sockets(simulated_world& net);
  ~simulated_sockets() override;

  opened open(socket_family family, transport kind) override;
  int bind(int descriptor, const endpoint& from) override;
  int connect(int descriptor, const endpoint& to) override;
  void close(std::span<const int> descriptors) override;
  void reset_on_close(int descriptor) override;
  transferred send(int descriptor, std::string_view bytes) override;
  transferred receive(int descriptor, std::span<char> into) override;
  int pending_error(int descriptor) override;
  void keep_icmp_errors(int descriptor, bool is_v4) override;
  icmp_error take_icmp_error(int descriptor) override;
  void stamp_arrivals(int descriptor) override;
  endpoint local(int descriptor) override;
  std::uint16_t first_ephemeral_port() override { return 32768; }
  std::optional<std::chrono::nanoseconds> handshake_rtt(int descriptor) override;
  int watch(int descriptor, std::uint64_t key) override;
  int tell_again(int descriptor, std::uint64_t key) override;
  std::size_t take_events(std::span<socket_event> into) override;
  void on_events(std::function<std::size_t()> dispatch) override {
    dispatch_ = std::move(dispatch);
  }
  void rest() override;

 private:
  struct socket;
  socket& at(int descriptor);
  void later(std::chrono::nanoseconds after, int descriptor, std::function<void(socket&)> what);
  void happen(timeline::time_point when, int descriptor, std::function<void(socket&)> what);
  void changed(socket& one);
  timeline::time_point now() const;
  void set_alarm();
  void on_alarm();
  void begin(socket& one);
  void fail(socket& one, int error);
  void accept(socket& one);
  void begin_tls(socket& one);
  void hear(socket& one, std::string_view bytes);
  void hear_tls(socket& one, std::string_view bytes);
  void greet(socket& one, timeline::time_point asked);
  void take_request(socket& one);
  void answer_datagram(socket& one, const std::string& text);
  struct flight;
  void answer(socket& one, flight what);
  void note_answer(socket& one, const flight& what);
  void say(socket& one, std::string piece);

  simulated_world& network_;
  std::map<int, std::unique_ptr<socket>> sockets_;
  std::uint64_t opened_ = 0;
  struct happening {
    int descriptor;
    std::uint64_t id;  // of the socket that it is about
    std::function<void(socket&)> what;
  };
  std::multimap<timeline::time_point, happening> to_come_;
  std::optional<timeline::time_point> happens_at_;
  std::set<int> changed_;
  std::function<std::size_t()> dispatch_;
  bool at_work_ = false;
  bool has_more_ = false;  // of what has come, the poller has not woken all
  std::unique_ptr<alarm> alarm_;
};

}  // namespace muster::test

// Strategy: what is sent is heard at once, and what is said to it comes later, piece by piece, each
// piece at its time. With it comes the note of what it means, which the truth of results is held
// against.
#include "support/simulated_socket.hpp"
#include "support/simulated_world.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace muster::test {

using namespace std::chrono_literals;

// ---- What is heard

sockets::transferred simulated_sockets::send(int descriptor, std::string_view bytes) {
  socket& one = at(descriptor);
  const peer_weather& weather = network_.peers_of(one.to.address);
  if (one.error != 0) return {0, std::exchange(one.error, 0), {}};
  if (one.has_failed && one.kind == transport::stream) return {0, EPIPE, {}};
  if (network_.happens(weather.no_memory)) {
    one.known->had_no_memory = true;
    return {0, ENOBUFS, {}};
  }
  if (one.is_full || one.is_deaf) return {0, EAGAIN, {}};
  if (one.kind == transport::datagrams) {
    one.request = bytes;
    take_request(one);
    return {bytes.size(), 0, {}};
  }
  std::size_t taken = bytes.size();
  if (network_.happens(weather.short_sends)) {
    taken = network_.random() % (bytes.size() + 1);
    one.is_full = true;
    later(network_.peer_delay(weather), descriptor, [this](socket& it) {
      it.is_full = false;
      changed(it);
    });
  }
  if (taken == 0 && !bytes.empty()) return {0, EAGAIN, {}};
  hear(one, bytes.substr(0, taken));
  return {taken, 0, {}};
}

void simulated_sockets::hear(socket& one, std::string_view bytes) {
  if (one.tls) return hear_tls(one, bytes);
  one.request += bytes;
  take_request(one);
}

void simulated_sockets::take_request(socket& one) {
  auto said = network_.server(one.request);
  if (!said) return;
  one.known->asked = now();
  if (one.kind == transport::datagrams) return answer_datagram(one, said->text);
  one.request.clear();
  if (said->text.empty()) return;
  const bool ends = said->is_last;
  one.is_deaf = ends && network_.happens(network_.peers_of(one.to.address).deaf);
  flight what{.bytes = std::move(said->text), .asked = now(), .is_last = ends};
  if (one.tls) {
    std::string keys;
    if (network_.happens(network_.peers_of(one.to.address).new_keys))
      keys = one.tls->ask_for_new_keys();
    // Records of TLS are as large as a server likes.
    const std::string_view text = what.bytes;
    const std::size_t first = network_.random() % (text.size() + 1);
    std::string records = keys + one.tls->say(text.substr(0, first));
    if (first < text.size()) records += one.tls->say(text.substr(first));
    what.bytes = std::move(records);
    if (ends && network_.random() % 2 == 0) what.goodbye = one.tls->say_goodbye();
  }
  answer(one, std::move(what));
  if (said->begins_tls) begin_tls(one);
}

/// What is said before anything is asked, as one that waits for it since `asked`.
void simulated_sockets::greet(socket& one, timeline::time_point asked) {
  const auto place = network_.ports.find(one.to.port);
  const bool has_any = place != network_.ports.end() && !place->second.greeting.empty();
  if (!has_any || std::exchange(one.is_greeted, true)) return;
  const std::string& text = place->second.greeting;
  answer(one, {.bytes = one.tls ? one.tls->say(text) : text, .asked = asked});
}

// ---- TLS

void simulated_sockets::begin_tls(socket& one) {
  const peer_weather& weather = network_.peers_of(one.to.address);
  simulated_tls::wish how;
  if (network_.happens(weather.bad_certificate)) {
    how.manner = static_cast<tls_manner>(1 + network_.random() % (certificate_manners - 1));
  } else if (network_.happens(weather.no_tls)) {
    how.manner = network_.random() % 2 == 0 ? tls_manner::weary : tls_manner::in_the_clear;
  } else if (network_.happens(weather.wants_certificate)) {
    how.manner = tls_manner::wants_certificate;
  }
  how.is_older = how.manner != tls_manner::wants_certificate && network_.happens(weather.older);
  how.takes_the_last = network_.random() % 2 == 0;
  how.tickets = static_cast<unsigned>(network_.random() % 3);
  one.known->tls_flaw = flaw_of(how.manner);
  one.tls = std::make_unique<simulated_tls>(how);
}

void simulated_sockets::hear_tls(socket& one, std::string_view bytes) {
  using state = simulated_tls::state;
  simulated_tls& tls = *one.tls;
  const bool was_shaking = tls.now_is() == state::shaking;
  std::string output = tls.hear(bytes);
  one.request += tls.take_text();
  const bool is_shaking = tls.now_is() == state::shaking;
  const bool is_older = tls.how().is_older;
  // One that wants a certificate says so to a client that is done.
  const bool wants_more = tls.how().manner == tls_manner::wants_certificate;
  const bool is_done = tls.now_is() == state::open || (wants_more && !is_shaking);
  timeline::time_point asked = now();
  if (was_shaking && is_done && !is_older) one.known->secured = now();
  if (was_shaking && !output.empty()) {
    flight what{.bytes = std::move(output), .asked = now()};
    what.is_waited_for = is_shaking || is_older;
    what.secures = is_done && is_older;
    // The client has seen the certificate with the last that is for it: of TLS 1.2 that comes once
    // the server is done, of TLS 1.3 it comes before.
    what.shows_flaw = tls.now_is() == state::failed || (!wants_more && is_shaking != is_older);
    answer(one, std::move(what));
    if (is_older) asked = one.said_until;
  }
  if (tls.now_is() != state::open) return;
  greet(one, asked);
  if (!one.request.empty()) take_request(one);
}

// ---- How it comes

void simulated_sockets::answer_datagram(socket& one, const std::string& text) {
  const peer_weather& weather = network_.peers_of(one.to.address);
  const auto after = network_.peer_delay(weather);
  if (network_.happens(weather.silent) || network_.happens(weather.lost)) return;
  if (network_.happens(weather.refused)) {
    return later(after, one.descriptor, [this](socket& it) {
      it.known->refused = now();
      it.rejection = {
          ECONNREFUSED, {reason::icmp_port_unreachable, it.to.address}, it.known->refused};
      fail(it, ECONNREFUSED);
    });
  }
  if (network_.happens(weather.rejected)) {
    return later(after, one.descriptor, [this](socket& it) {
      it.known->rejected = now();
      it.rejection = {
          EHOSTUNREACH, {reason::icmp_host_unreachable, simulated_router}, it.known->rejected};
      fail(it, EHOSTUNREACH);
    });
  }
  later(after, one.descriptor, [this, text](socket& it) {
    it.known->answered = now();
    say(it, text);
  });
}

void simulated_sockets::answer(socket& one, flight what) {
  const peer_weather& weather = network_.peers_of(one.to.address);
  if (one.is_mute) return;
  auto when = now() + network_.peer_delay(weather);
  if (network_.happens(weather.lost)) when += weather.lost_for;
  // What was said before comes before.
  when = std::max(when, one.said_until);
  std::string text = std::move(what.bytes);
  const bool is_reset = network_.happens(weather.reset);
  const bool is_cut = !is_reset && network_.happens(weather.cut);
  const bool is_stalled = !is_reset && !is_cut && network_.happens(weather.stalled);
  one.is_mute = is_reset || is_cut || is_stalled || what.is_last;
  const bool is_whole = !is_reset && !is_cut && !is_stalled;
  if (!is_whole) text.resize(network_.random() % text.size());
  std::size_t most = text.size() + 1;
  int haste = 1;
  if (network_.happens(weather.dripped)) {
    most = 1 + network_.random() % (text.size() / 4 + 1);
    if (one.tls && network_.random() % 16 == 0) {
      most = 1;
      haste = 100;
    }
  }
  while (!text.empty()) {
    std::string piece = text.substr(0, most);
    text.erase(0, piece.size());
    one.said_until = when;
    if (text.empty() && is_whole) {
      happen(when, one.descriptor, [this, piece, what](socket& it) {
        note_answer(it, what);
        say(it, piece);
      });
    } else {
      happen(when, one.descriptor, [this, piece](socket& it) { say(it, piece); });
    }
    if (!text.empty()) when += network_.peer_delay(weather) / 8 / haste;
  }
  if (is_reset) {
    happen(when, one.descriptor, [this](socket& it) {
      it.known->reset = now();
      fail(it, ECONNRESET);
    });
  } else if (is_cut || (what.is_last && is_whole)) {
    happen(when, one.descriptor, [this, is_cut, goodbye = what.goodbye](socket& it) {
      if (is_cut) it.known->cut = now();
      if (!is_cut && !goodbye.empty()) say(it, goodbye);
      it.has_end = true;
      changed(it);
    });
  }
}

void simulated_sockets::note_answer(socket& one, const flight& what) {
  conversation& known = *one.known;
  if (what.is_waited_for) known.spent += now() - what.asked;
  if (what.secures) known.secured = now();
  if (what.shows_flaw && known.tls_flaw != reason::none) known.flaw_shown = now();
  if (what.is_last) known.answered = now();
}

void simulated_sockets::say(socket& one, std::string piece) {
  if (one.has_failed) return;
  one.inbox.emplace_back(now(), std::move(piece));
  changed(one);
}

}  // namespace muster::test

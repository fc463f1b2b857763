#pragma once

#include "codec/resolv_conf.hpp"
#include "muster/resolver.hpp"
#include "net/dns_channel.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace muster {

/// Of addresses of both families, those to use: the preferred family's, unless this machine can
/// send to the other alone, or all. Keeps their order.
std::vector<ip_address> usable_family(std::vector<ip_address> addresses,
                                      address_preference preference);

/// The families that a preference allows.
constexpr bool allows_v4(address_preference wanted) {
  return wanted != address_preference::v6_only;
}
constexpr bool allows_v6(address_preference wanted) {
  return wanted != address_preference::v4_only;
}
constexpr bool prefers_v6(address_preference wanted) {
  return wanted == address_preference::v6_first || wanted == address_preference::v6_only ||
         wanted == address_preference::any_v6_first;
}

/// Whether all addresses are wanted, and not those of one family.
constexpr bool wants_both(address_preference wanted) {
  return wanted == address_preference::both || wanted == address_preference::any_v4_first ||
         wanted == address_preference::any_v6_first;
}

/// One name's way through the DNS: one name of its search plan after the other, and for each of
/// them a question for each family. As soon as the preferred family has an address that this
/// machine can send to, that is the answer; an answer of the other family alone is waited with for
/// a moment, the resolution delay (RFC 8305, 3). Who wants both waits for both, or no longer than
/// that for the second.
class name_lookup {
 public:
  explicit name_lookup(address_preference preference);
  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  /// Asks; `on_end` may be called from inside this call. The channel outlives the lookup, which in
  /// turn outlives its questions, or the channel.
  void ask(dns_channel& channel, codec::search_plan plan);
  /// The resolution delay is over: an answer of the other family will do.
  void stop_waiting();
  /// Whether a question is still under way; after the end, too.
  bool is_asking() const;

 protected:
  ~name_lookup() = default;
  /// A server read a question of this lookup, and with it what was asked before it.
  virtual void on_read() = 0;
  /// One family's answer came before the other's, which is waited for: `stop_waiting` is to be
  /// called in a moment.
  virtual void on_delay() = 0;
  /// Called once. May leave a question of the family that was not waited for under way.
  virtual void on_end(dns_reply reply) = 0;
  /// The last question under way was answered after the end. May destroy the lookup.
  virtual void on_idle() = 0;

 private:
  struct question final : dns_query {
    void replied(dns_reply what) override { owner->take(*this, std::move(what)); }
    bool has_address() const { return !waiting && !reply.addresses.empty(); }
    bool is_usable();

    name_lookup* owner = nullptr;
    dns_family family{};
    dns_reply reply;
    bool waiting = false;
    bool usable = false;  // meaningless until it
    bool usable_is_known = false;
  };

  std::span<question> questions() { return {questions_.data(), count_}; }
  void ask_next();
  void take(question& which, dns_reply reply);
  void decide();
  void decide_between(question& preferred, question& other);
  void fail(reason why);
  void end(dns_reply reply);

  const bool wants_both_;
  const bool waits_for_both_;
  std::array<question, 2> questions_;  // the preferred family's first
  std::size_t count_;
  dns_channel* channel_ = nullptr;
  codec::search_plan plan_;
  std::size_t next_ = 0;               // in the plan
  reason own_failure_ = reason::none;  // of the name itself, if that was asked for first
  bool found_no_address_ = false;      // a name of the plan exists
  bool server_failed_ = false;
  bool starting_ = false;
  bool delay_began_ = false;
  bool delay_is_over_ = false;
  bool ended_ = false;
};

}  // namespace muster

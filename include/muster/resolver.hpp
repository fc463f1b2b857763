#pragma once

#include "muster/address.hpp"
#include "muster/detail/intrusive_list.hpp"
#include "muster/status.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace muster {

/// Which addresses of a name are wanted, and in which order.
enum class address_preference : std::uint8_t {
  v4_first,  ///< IPv4 where there is any that this machine can send to, else IPv6.
  v6_first,  ///< IPv6 where there is any that this machine can send to, else IPv4.
  v4_only,   ///< Asks for A records alone.
  v6_only,   ///< Asks for AAAA records alone.
  both,      ///< All of IPv4 and of IPv6, wherever this machine can send to.
  /// All of IPv4, and of IPv6 what is known 50 ms after that.
  any_v4_first,
  any_v6_first,  ///< The other way round.
};

struct resolver_options {
  /// Name servers: "10.0.0.1", "10.0.0.1:5353", "2001:db8::53", "[2001:db8::53]:53". When empty,
  /// those of `config_file`. Its search domains and options apply either way.
  std::vector<std::string> servers;
  /// resolv.conf(5), read before the first lookup that needs it.
  std::string config_file = "/etc/resolv.conf";
  /// hosts(5), read before the first lookup, and again when it has changed.
  std::string hosts_file = "/etc/hosts";
  address_preference preference = address_preference::v4_first;
  /// Addresses of names that nobody is asked about, nor the hosts file: `{"db.example", address}`.
  /// Case makes no difference; a name may have several.
  std::vector<std::pair<std::string, ip_address>> fixed;
  /// How long one try waits for one server; doubled after each round of all servers. 1 ms to 1 min.
  std::chrono::milliseconds query_timeout{2000};
  /// How often each server is asked; 1 to 10.
  int tries = 2;
  /// How long "no such name" and "no address" are remembered.
  std::chrono::seconds negative_ttl{5};
  /// A record's TTL is taken as at least this and at most that.
  std::chrono::seconds ttl_min{1};
  std::chrono::seconds ttl_max{24 * 60 * 60};
  /// How many names are remembered; the one learnt first is forgotten first. 0: none.
  std::size_t cache_entries_max = 100'000;
};

/// What became of a lookup.
struct lookup_answer {
  /// `none`, or why there is no address: name_not_found, no_address, one of the reasons that begin
  /// with name_server_, resolve_timeout, invalid_name, too_many_open_files or socket_error.
  muster::reason failure = reason::none;
  /// In the server's order, of one family unless both are wanted. Never empty on success, at most
  /// `resolver::addresses_max`.
  std::vector<ip_address> addresses;
  /// When it reached this machine, by the kernel's clock; meaningless for what was known already,
  /// and for a failure.
  std::chrono::steady_clock::time_point arrived{};
};

/// What a resolver has done so far.
struct resolver_statistics {
  std::uint64_t queries = 0;     ///< Lookups of a name in the DNS that were begun.
  std::uint64_t cache_hits = 0;  ///< Answered from memory.
  std::uint64_t joined = 0;      ///< Waited for a lookup that another waiter had asked for.
};

/// Where names are looked up: a `resolver`, or what stands in for one.
class lookup_source {
 public:
  /// One interest in one name. It lives in its owner's frame and may be destroyed at any time,
  /// from within any other waiter's `resolved` too; the lookup goes on and fills the cache.
  class waiter : public list_hook {
   public:
    waiter() = default;
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    virtual ~waiter() { cancel(); }

    bool waiting() const { return linked(); }
    /// Loses interest: `resolved` won't be called.
    void cancel() { unlink(); }
    /// Its question stands in line, and has not left this machine yet.
    bool in_line() const { return in_line_; }

   protected:
    /// Called once, from the io_context. It may destroy this or other waiters, start lookups and
    /// destroy the resolver. The answer lives until it returns.
    virtual void resolved(const lookup_answer& answer) = 0;
    /// The question leaves this machine now, after it stood in line. Must not destroy anything.
    virtual void asked() {}
    /// The resolver is destroyed, or its lookups are cancelled; there will be no answer. May
    /// destroy this and other waiters.
    virtual void abandoned() {}

   private:
    friend class resolver;
    friend class lookup_source;
    /// The io_context is being destroyed, and nobody can be called any more. May destroy this and
    /// other waiters.
    virtual void discarded() {}

    bool in_line_ = false;
  };

  virtual ~lookup_source() = default;
  /// The answer, where it is known without a lookup; it is valid until the next call and until the
  /// io_context runs on. Otherwise nullptr, and `interest.resolved` is called later, never from
  /// inside this call.
  virtual const lookup_answer* resolve(std::string_view name, waiter& interest) = 0;
  /// A waiter has lost interest before its answer came: what nobody waits for any more leaves its
  /// place among the lookups under way to others.
  virtual void interest_lost() = 0;
  /// Ends every lookup: those who wait for one are told that they are abandoned. It can be used on.
  virtual void cancel() = 0;

 protected:
  /// Its question waits for its turn to be asked.
  static void stand_in_line(waiter& interest) { interest.in_line_ = true; }
  static void ask(waiter& interest) {
    interest.in_line_ = false;
    interest.asked();
  }
  static void tell(waiter& interest, const lookup_answer& answer) { interest.resolved(answer); }
  static void abandon(waiter& interest) { interest.abandoned(); }
};

/// Turns host names into addresses: the hosts file and DNS, by way of c-ares on the io_context.
///
/// Both families are asked for at once. The preferred one's answer counts as soon as it is there;
/// the other's, when it comes first, after the 50 ms that RFC 8305, 3, gives the preferred one.
///
/// Names that are asked for at the same time share one lookup, and answers are remembered for as
/// long as their TTL allows. Nothing is opened or read before the first lookup, and no socket stays
/// open after the last.
///
/// Once every lookup has been answered, or nobody waits any more after a cancellation, a resolver
/// keeps its io_context at work no longer.
///
/// The io_context outlives the resolver, except where a coroutine owns one that waits for it.
/// Waiters may outlive the resolver: they are never called after it.
class resolver final : public lookup_source {
 public:
  /// Throws std::invalid_argument, naming the server or the option that makes no sense.
  resolver(asio::io_context& context, resolver_options options);
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  ~resolver() override;

  /// The answer is known without a lookup when it is remembered and still fresh, or the name is an
  /// address as text, or localhost or below it (RFC 6761, 6.3), or in the hosts file, or can't be a
  /// host name.
  ///
  /// A name has up to `name_bytes_max` letters, digits, hyphens and underscores in labels of 1 to
  /// 63 (RFC 1035, 2.3.4); upper case is as lower case. With a trailing dot it is absolute;
  /// otherwise search domains are added as glibc does.
  const lookup_answer* resolve(std::string_view name, waiter& interest) override;

  /// The same for Asio's users. Completion signature: void(std::error_code, lookup_answer); never
  /// called from inside the call that starts it.
  ///
  /// That a name has no address is an answer, and no error. Per-operation cancellation of any type
  /// ends the wait with asio::error::operation_aborted, as does the resolver's destruction, and the
  /// answer then says `reason::interrupted`; there are no other errors.
  template <asio::completion_token_for<void(std::error_code, lookup_answer)> Token>
  auto async_resolve(std::string name, Token&& token) {
    return asio::async_initiate<Token, void(std::error_code, lookup_answer)>(
        [this](auto handler, const std::string& text) {
          handler_waiter<decltype(handler)>::start(*this, text, std::move(handler));
        },
        token, std::move(name));
  }

  void interest_lost() override;
  void cancel() override;

  resolver_statistics statistics() const;

  static constexpr std::size_t name_bytes_max = 253;
  /// More addresses than this are not taken from one answer.
  static constexpr std::size_t addresses_max = 64;

 private:
  class state;
  class service;
  template <class Handler>
  class handler_waiter;

  asio::io_context& context_;
  // Shared only with the turns it has posted to the io_context, which find it gone and do nothing.
  std::shared_ptr<state> state_;
};

/// The waiter behind `async_resolve`: owns the handler, and itself.
template <class Handler>
class resolver::handler_waiter final : public resolver::waiter {
 public:
  static void start(resolver& names, const std::string& name, Handler handler) {
    auto* self = new handler_waiter{names, std::move(handler)};
    if (const lookup_answer* known = names.resolve(name, *self)) {
      self->complete_later({}, *known);
      return;
    }
    auto slot = asio::get_associated_cancellation_slot(self->handler_);
    if (slot.is_connected()) {
      slot.assign([self](asio::cancellation_type type) { self->interrupt(type); });
    }
  }

 private:
  using executor_type = asio::associated_executor_t<Handler, asio::io_context::executor_type>;

  handler_waiter(resolver& names, Handler handler)
      : names_{names},
        handler_{std::move(handler)},
        work_{asio::get_associated_executor(handler_, names.context_.get_executor())} {}

  void resolved(const lookup_answer& answer) override {
    auto executor = work_.get_executor();
    asio::dispatch(executor,
                   [self = std::unique_ptr<handler_waiter>{this}, answer = answer]() mutable {
                     complete(std::move(self), {}, std::move(answer));
                   });
  }
  void abandoned() override { abort(); }
  // The slot is left alone: what it belongs to may be gone by now.
  void discarded() override { delete this; }
  void interrupt(asio::cancellation_type type) {
    // A second signal finds nobody waiting: the completion is on its way.
    if (type == asio::cancellation_type::none || !waiting()) return;
    cancel();
    names_.interest_lost();
    abort();
  }
  void abort() { complete_later(asio::error::operation_aborted, {reason::interrupted, {}}); }
  void complete_later(std::error_code error, lookup_answer answer) {
    auto executor = work_.get_executor();
    asio::post(executor, [self = std::unique_ptr<handler_waiter>{this}, error,
                          answer = std::move(answer)]() mutable {
      complete(std::move(self), error, std::move(answer));
    });
  }
  static void complete(std::unique_ptr<handler_waiter> self, std::error_code error,
                       lookup_answer answer) {
    asio::get_associated_cancellation_slot(self->handler_).clear();
    Handler handler{std::move(self->handler_)};
    self.reset();
    std::move(handler)(error, std::move(answer));
  }

  resolver& names_;  // only while it waits
  Handler handler_;
  asio::executor_work_guard<executor_type> work_;
};

}  // namespace muster

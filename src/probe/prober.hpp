#pragma once

#include "codec/tls_context.hpp"
#include "muster/exclude_set.hpp"
#include "muster/probe_options.hpp"
#include "muster/probe_plan.hpp"
#include "muster/resolver.hpp"
#include "muster/statistics.hpp"
#include "net/byte_stream.hpp"
#include "net/deadline_queue.hpp"
#include "net/error_status.hpp"
#include "net/job.hpp"
#include "net/probe_deadline.hpp"
#include "net/shortage.hpp"
#include "net/socket_poller.hpp"
#include "probe/probe_request.hpp"
#include "probe/probe_runner.hpp"
#include "probe/probe_world.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

/// What all probes of a run share: time, names, deadlines, sockets, the frames of their coroutines,
/// and who starts those of each kind.
class prober {
 public:
  /// All that is passed by reference outlives the prober. `consumer` hears of every outcome. Throws
  /// std::invalid_argument when what the plan asks for can't be done here, std::system_error when
  /// this machine has nothing left.
  prober(asio::io_context& context, probe_world& world, probe_options options,
         const probe_plan& plan, const exclude_set& excludes, result_consumer& consumer);
  ~prober();

  /// Starts a probe. The consumer hears of the outcome later, or at once when it fails at once.
  void start(probe_request&& request);
  /// The same, where all probes of the target together have no more time than this.
  void start(probe_request&& request, const time_limit& target);
  /// Ends every probe in flight as `cancelled` with this reason; none starts from here on.
  void stop(reason why);
  /// The last probe has ended, and none follows: nothing of it keeps the io_context at work.
  void rest();
  /// Kills what runs outside of this process, for a program that ends at once.
  void kill();
  bool stopped() const { return stop_reason_ != reason::none; }

  /// Opens what the plan's probes may need that takes a right. Where that fails, probes that need
  /// it will say so.
  void open();
  /// What was used, for people, such as the kind of ICMP socket.
  std::string note() const;
  /// Why something could not be used, for people; empty if all could.
  std::string problem() const;
  stray_replies strays() const;
  /// What connections and processes had to wait for on this machine.
  resource_waits waits() const;

  // For the probes.

  asio::io_context& context() { return context_; }
  probe_world& world() { return world_; }
  /// Where their coroutines live.
  job_scope& jobs() { return scope_; }
  timeline& time() { return world_.time(); }
  const probe_options& options() const { return options_; }
  /// Where connections come from; nothing when that is left to the system.
  const std::optional<endpoint>& source() const { return source_; }
  /// The time that a probe of this target may take.
  std::chrono::nanoseconds timeout_of(const target& subject) const {
    const target_parameters* const own = subject.parameters();
    return own && own->timeout ? *own->timeout : options_.timeout;
  }
  deadline_queue& deadlines() { return deadlines_; }
  /// How much time the probe that is being started, and has not waited yet, has in all: `timeout`,
  /// or what is left of its target's time.
  time_limit limit(const target& subject);
  /// What is left of it now; standstills of this process don't count.
  std::chrono::nanoseconds time_left(const time_limit& limit);
  /// The limit of its target; nothing if it has none.
  const std::optional<time_limit>& target_limit() const { return target_limit_; }
  lookup_source& names() { return *names_; }
  socket_poller& streams() { return streams_; }
  shortage& scarce() { return scarce_; }
  bool excluded_name(std::string_view name) const { return excludes_.contains_name(name); }
  /// Why an address that was found on the way is not probed; `up` if nothing speaks against it.
  outcome barrier(ip_address address) const;
  /// Whether any of a name's addresses will do.
  bool races() const { return options_.addresses == address_choice::any; }
  /// What to try of a name's addresses, in that order: where any will do, families in turns and
  /// none that is not to be probed, unless there is no other.
  std::vector<ip_address> to_try(const std::vector<ip_address>& found) const;
  /// A connection for a probe with this deadline.
  byte_stream open_stream(probe_deadline& whole, transport kind = transport::stream) {
    return {streams_, scarce_, whole, kind};
  }
  /// What connections with these settings share, made when it is first asked for. Throws as
  /// `tls_context` does, which has what is missing for it told.
  const codec::tls_context& tls(const tls_settings& settings);
  /// Has files that can't be used told of before anything is probed; throws the same.
  void prepare_tls(const tls_settings& settings);
  /// Has `problem` tell of a library that a probe needs, and that is missing.
  void note_missing(std::string_view library);
  /// Scratch space to read into; its contents last until the reader is suspended.
  std::span<char> read_buffer() { return read_buffer_; }
  /// Why a probe whose step ended early did so, when the step would have failed for `timed_out`.
  outcome ended(ending why, reason timed_out) const;
  /// What is wrong with a lookup that ended as `why`: `up` if nothing is, and its first address may
  /// be probed.
  outcome lookup_failure(const lookup_answer& answer, ending why) const;
  /// What became of a connect.
  outcome connect_outcome(const byte_stream::connected& came_to) const;
  /// The same of a datagram socket, which sends nothing yet.
  outcome connect_outcome(const byte_stream::connected& came_to, ip_address to) const;
  /// What became of a handshake on that stream, and of the certificate in it.
  outcome handshake_outcome(const byte_stream::secured& came_to, const byte_stream& peer) const;
  /// What is wrong with a write or a read on that stream, where waiting too long is `timed_out`.
  outcome transfer_outcome(const byte_stream::transferred& came_to, const byte_stream& peer,
                           reason timed_out) const;
  /// The same for datagrams, where an error may be the answer to what was sent.
  outcome datagram_outcome(const byte_stream::transferred& came_to, byte_stream& peer,
                           reason timed_out) const;
  /// A result with all that the request says about it.
  static probe_result result_of(const probe_request& request);
  static probe_result result_of(const target& subject, std::uint64_t sequence, probe_kind kind);
  /// The same of a probe that came as far as this address.
  static probe_result result_of(const probe_request& request, const ip_address& address,
                                const outcome& what);
  /// Stamps the result and hands it to the consumer.
  void deliver(probe_result&& result) const;
  void deliver(const probe_request& request, outcome what) const;
  /// The same of a probe that came as far as this address, and was answered after `took` if it was.
  void deliver(const probe_request& request, const ip_address& address, const outcome& what,
               std::chrono::nanoseconds took) const;
  /// Tells the consumer of one of several packets of a probe.
  void tell_reply(probe_kind kind, std::chrono::nanoseconds rtt) const {
    consumer_.on_reply(kind, rtt);
  }
  /// Tells it of a plugin that can't be ended.
  void tell_unkillable(const target& subject, pid_t process) const {
    consumer_.on_unkillable(subject, process);
  }

 private:
  void begin(probe_request&& request);
  void look_after_start(const probe_runner& runner);
  probe_runner& runner_of(const probe_request& request) {
    return *runners_[static_cast<std::size_t>(request.kind())];
  }

  /// What is told late for it is late by two starts on average, some 20 µs.
  static constexpr unsigned starts_per_look = 4;

  asio::io_context& context_;
  unsigned starts_unseen_ = 0;  // since the last look
  probe_world& world_;
  probe_options options_;
  const probe_plan& plan_;
  const std::optional<endpoint> source_;
  const exclude_set& excludes_;
  result_consumer& consumer_;
  reason stop_reason_ = reason::none;
  std::optional<time_limit> target_limit_;  // of the probe that is being started
  std::array<char, 64 * 1024> read_buffer_;
  std::vector<std::unique_ptr<const codec::tls_context>> tls_contexts_;
  std::string missing_library_;
  deadline_queue deadlines_;
  std::unique_ptr<lookup_source> names_;
  socket_poller streams_;
  shortage scarce_;
  std::array<std::unique_ptr<probe_runner>, all_probe_kinds.size()> runners_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster

#pragma once

#include "codec/http_response.hpp"
#include "core/spares.hpp"
#include "muster/exclude_set.hpp"
#include "muster/probe/http.hpp"
#include "muster/probe_options.hpp"
#include "muster/resolver.hpp"
#include "muster/statistics.hpp"
#include "net/connect_operation.hpp"
#include "net/deadline_queue.hpp"
#include "net/echo_exchange.hpp"
#include "net/error_status.hpp"
#include "net/job.hpp"
#include "net/network.hpp"
#include "net/probe_deadline.hpp"
#include "net/shortage.hpp"
#include "net/socket_poller.hpp"
#include "probe/own_setting.hpp"
#include "probe/probe_request.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

namespace muster {

class exec_probes;

/// What all probes of a run share: sockets, resolver, deadlines, and the frames of their
/// coroutines.
class prober {
 public:
  /// All that is passed by reference outlives the prober. `consumer` hears of every outcome.
  prober(asio::io_context& context, network& around, probe_options options,
         const exclude_set& excludes, result_consumer& consumer);

  ~prober();

  /// Makes ready for exec probes; `stream_request::command` counts `commands`, of which there may
  /// be none. Throws std::invalid_argument when one can't be run, std::system_error when this
  /// machine has nothing left.
  void prepare(const std::vector<std::vector<std::string>>& commands);
  /// Starts a probe. The consumer hears of the outcome later, or at once when it fails at once.
  void start(stream_request&& request);
  /// The same, where all probes of the target together have no more time than this.
  void start(stream_request&& request, const time_limit& target);
  /// Ends every probe in flight as `cancelled` with this reason; none starts from here on.
  void stop(reason why);
  /// The last probe has ended, and none follows: nothing of it keeps the io_context at work.
  void rest();
  /// Kills the plugins that run, for a program that ends at once.
  void kill();
  bool stopped() const { return stop_reason_ != reason::none; }

  /// Opens the ICMP socket of a family. Where that fails, probes that need it will say so.
  void open_icmp(codec::ip_family family);
  /// The kind of ICMP socket in use for a family; `automatic` when none was needed yet.
  icmp_socket_mode icmp_mode(codec::ip_family family) const;
  /// Why ICMP could not be used, for its user to read; empty if it could.
  const std::string& icmp_problem() const { return icmp_problem_; }
  stray_replies strays() const;
  /// What connections and processes had to wait for on this machine.
  resource_waits waits() const;

  // For the probes.

  asio::io_context& context() { return context_; }
  /// Where their coroutines live.
  job_scope& jobs() { return scope_; }
  timeline& time() { return around_.time(); }
  const probe_options& options() const { return options_; }
  /// Where connections come from; nothing when that is left to the system.
  const std::optional<endpoint>& source() const { return source_; }
  /// The time that a probe of this target may take.
  std::chrono::nanoseconds timeout_of(const target& subject) const {
    return own_setting(subject, &target_parameters::timeout, options_.timeout);
  }
  deadline_queue& deadlines() { return deadlines_; }
  /// How much time the probe that is being started, and has not waited yet, has in all: `timeout`,
  /// or what is left of its target's time.
  time_limit limit(const target& subject) const;
  /// The limit of its target; nothing if it has none.
  const std::optional<time_limit>& target_limit() const { return target_limit_; }
  resolver& names() { return names_; }
  socket_poller& streams() { return streams_; }
  shortage& scarce() { return scarce_; }
  // What HTTP probes leave behind for the next ones.
  spares<std::unique_ptr<http_details>>& spare_details() { return spare_details_; }
  spares<std::unique_ptr<codec::http_response_reader>>& spare_readers() { return spare_readers_; }
  spares<std::string>& spare_texts() { return spare_texts_; }
  bool excluded_name(std::string_view name) const { return excludes_.contains_name(name); }
  /// Why an address that was found on the way is not probed; `up` if nothing speaks against it.
  outcome barrier(ip_address address) const;
  /// Scratch space to read into; its contents last until the reader is suspended.
  std::span<char> read_buffer() { return read_buffer_; }
  /// The exchange for an address's family, opened when first needed; nullptr if it can't be had.
  echo_exchange* icmp_for(const ip_address& address);
  /// What became of a probe of this address when it can't be had.
  outcome icmp_refusal(const ip_address& address) const;
  /// Why a probe whose step ended early did so, when the step would have failed for `timed_out`.
  outcome ended(ending why, reason timed_out) const;
  /// What is wrong with a lookup that ended as `why`: `up` if nothing is, and its first address may
  /// be probed.
  outcome lookup_failure(const lookup_answer& answer, ending why) const;
  /// What became of a connect that came to `what`, unless its wait was ended as `why`.
  outcome connect_outcome(outcome what, ending why) const;
  /// A result with all that the request says about it.
  static probe_result result_of(const probe_request& request);
  /// Stamps the result and hands it to the consumer.
  void deliver(probe_result&& result) const;
  void deliver(const probe_request& request, outcome what) const;
  /// Tells the consumer of one of several packets of an ICMP probe.
  void tell_reply(std::chrono::nanoseconds rtt) const {
    consumer_.on_reply(probe_kind::icmp, rtt);
  }
  /// Tells it of a plugin that can't be ended.
  void tell_unkillable(const target& subject, pid_t process) const {
    consumer_.on_unkillable(subject, process);
  }

 private:
  asio::io_context& context_;
  network& around_;
  probe_options options_;
  const std::optional<endpoint> source_;
  const exclude_set& excludes_;
  result_consumer& consumer_;
  reason stop_reason_ = reason::none;
  std::string icmp_problem_;
  std::optional<time_limit> target_limit_;  // of the probe that is being started
  std::array<char, 64 * 1024> read_buffer_;
  deadline_queue deadlines_;
  resolver names_;
  std::array<std::unique_ptr<echo_exchange>, 2> icmp_;
  socket_poller streams_;
  shortage scarce_;
  spares<std::unique_ptr<http_details>> spare_details_;
  spares<std::unique_ptr<codec::http_response_reader>> spare_readers_;
  spares<std::string> spare_texts_;
  std::array<bool, 2> icmp_used_{};
  // Why a family's exchange can't be opened.
  struct icmp_failure {
    outcome what;
    std::string text;
  };
  std::array<std::optional<icmp_failure>, 2> icmp_failures_;
  job_scope scope_;                    // its jobs use all of the above
  std::unique_ptr<exec_probes> exec_;  // last, as well
};

}  // namespace muster

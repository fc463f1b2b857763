#pragma once

#include "muster/probe_options.hpp"
#include "muster/probe_plan.hpp"
#include "muster/result.hpp"
#include "muster/sequence_set.hpp"
#include "muster/statistics.hpp"
#include "muster/target_stream.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <sys/types.h>

namespace muster {

/// What an earlier run over the same targets, with the same plan, has done already.
struct earlier_run {
  /// The sequence numbers of probes that were reported: they are not probed again.
  sequence_set done;
  /// The targets, counted from 0, that were up; needed for `sweep_options::min_up` only.
  sequence_set up_targets;
};

struct sweep_options {
  probe_options probe;
  probe_plan plan;
  /// Probes started a second, at the most; 0 is unlimited.
  double rate = 10'000;
  /// Probes in flight at one host, at the most; 0 is unlimited.
  std::size_t per_host_max = 4;
  /// Processes of probes that are programs, at the most; 1 to `processes_limit`.
  std::size_t processes_max = 64;
  /// The most time the whole run may take.
  std::optional<std::chrono::nanoseconds> run_deadline;
  /// The most time all probes of one target may take, from the start of its first. Those in flight
  /// then end as `timeout`, those not started as `skipped`, both for `reason::host_timeout`.
  std::optional<std::chrono::nanoseconds> host_timeout;
  /// Further tries of a probe that met with silence, a broken connection or a failing name server;
  /// 0 to `retries_max`. Each takes its share of the rate; a probe that waits for its next try is
  /// not in flight and holds no limit.
  unsigned retries = 0;
  /// The wait before the first further try, doubled for each one after it; 0 to `backoff_max`,
  /// which none of the waits exceeds.
  std::chrono::nanoseconds backoff = std::chrono::milliseconds{500};
  /// Report in the order of sequence numbers rather than of completion. Nothing is started so far
  /// ahead of the first unfinished probe that more than `ordered_window_max` results, and those of
  /// one target, have to be kept.
  bool ordered = false;
  /// Start only the first probe of each target's plan until its host has answered it. When it does
  /// not, the others are reported as `skipped` for `reason::host_silent`, or for
  /// `first_probe_failed` when it could not be asked. Needs a plan of several.
  bool alive_first = false;
  /// Stop, for `reason::enough_up`, once this many targets are up; up to `min_up_max`; 0 never
  /// does.
  std::uint64_t min_up = 0;
  earlier_run before;

  static constexpr std::size_t processes_limit = 100'000;
  static constexpr unsigned retries_max = 100;
  static constexpr std::chrono::nanoseconds backoff_max = std::chrono::minutes{1};
  static constexpr std::uint64_t ordered_window_max = 65'536;
  /// While the results that are kept hold more text from the network than this, no further target
  /// is begun.
  static constexpr std::size_t ordered_text_bytes_max = 64 * 1024 * 1024;
  static constexpr std::uint64_t min_up_max = 1'000'000;
  /// While more probes than this wait for another try, no further target is begun.
  static constexpr std::size_t retries_waiting_max = 1'000'000;
};

/// How a sweep is getting on.
struct sweep_progress {
  const statistics* totals = nullptr;
  std::uint64_t asked = 0;
  std::uint64_t in_flight = 0;
  std::optional<std::uint64_t> probes_expected;  ///< Where the number of targets is known.
  std::chrono::nanoseconds elapsed{};
};

/// Probes every target of a stream once with each probe of the plan, under the limits, and tells of
/// every outcome as it comes, or in order. One thread; nothing here is thread-safe.
class sweep {
 public:
  using result_handler = std::function<void(const probe_result&)>;
  using executor_type = asio::any_io_executor;

  /// Sends nothing yet. The io_context outlives the sweep, and the stream what `run` gives. Throws
  /// std::invalid_argument when an option makes no sense.
  sweep(asio::io_context& context, sweep_options options, target_stream& targets,
        result_handler on_result);
  /// The same on the io_context of an executor, such as `co_await asio::this_coro::executor`, and
  /// with the stream as its own. Throws std::invalid_argument, too, when there is no io_context
  /// behind the executor.
  sweep(const executor_type& executor, sweep_options options, target_stream targets,
        result_handler on_result);
  /// A sweep that runs is stopped, as if it was cancelled: its operation has what it needs, and
  /// completes on the loop.
  ~sweep();

  executor_type get_executor() const { return context_.get_executor(); }

  /// Runs to the end: every probe asked for has been reported by then. Call it once. Cancelling the
  /// awaitable is `stop(reason::interrupted)`.
  asio::awaitable<sweep_summary> run();
  /// The same for any completion token. Completion signature: void(std::exception_ptr,
  /// sweep_summary), on the handler's executor, by default the io_context's; never called from
  /// inside the call that starts it. Per-operation cancellation of type `terminal` is
  /// `stop(reason::interrupted)`, and the summary is given all the same.
  template <asio::completion_token_for<void(std::exception_ptr, sweep_summary)> Token>
  auto async_run(Token&& token) {
    return asio::co_spawn(context_, run(), std::forward<Token>(token));
  }
  /// Opens the ICMP sockets that the probes may need now rather than when they are first needed,
  /// for a program that gives up its privileges then. Where that fails, probes that need them say
  /// so.
  void open_icmp();
  /// Starts nothing more, and reports what is in flight as `cancelled` with this reason.
  void stop(reason why);
  /// While this is so, no probe is started; those in flight, timeouts and `stop` are not held up:
  /// for a program whose own readers are behind.
  void hold(bool held);
  /// Kills the plugins that run, with what they have started: for a program that is about to end
  /// without waiting for the sweep.
  void kill();
  /// Tells the sweep that its stream, which had nothing to offer, was fed or ended.
  void targets_ready();
  /// Called when the stream has nothing to offer until it is fed.
  void on_targets_wanted(std::function<void()> want);
  /// Called once when the run is stopped, for whatever reason, before anything is reported as
  /// `cancelled` or `skipped` because of it.
  void on_stopping(std::function<void()> look);
  /// Called when a plugin is to end, but a process of it has become another user's, and can't be
  /// killed: its probe is in flight until that one ends.
  void on_unkillable(std::function<void(const target&, pid_t)> tell);
  /// What is told of sequence numbers, from `begin` up to `end`, under which no probe will be
  /// asked: of later stages, as what they waited for was not found, or of addresses that a name
  /// does not have. `cause`: the result that decided it, which an ordered sweep may tell of later;
  /// nothing where it was none.
  using unasked_handler = std::function<void(std::uint64_t begin, std::uint64_t end,
                                             std::optional<std::uint64_t> cause)>;
  void on_unasked(unasked_handler tell);

  sweep_progress progress() const;
  /// The kinds of ICMP socket in use, for people: "ICMP: raw socket"; empty if none is.
  std::string icmp_mode() const;
  /// Why this machine could not do what was asked, as to use ICMP, or to load a library that only
  /// some probes need, and what would help; empty if it could.
  std::string problem() const;

 private:
  class engine;
  static asio::awaitable<sweep_summary> run_shared(std::shared_ptr<engine> shared);

  asio::io_context& context_;
  std::shared_ptr<engine> engine_;
};

}  // namespace muster

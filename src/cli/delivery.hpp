#pragma once

#include "muster/sink.hpp"
#include "net/job.hpp"
#include "sink/progress.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <optional>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

namespace muster {

/// Hands results on to their outputs, in few large pieces, and yet before anybody sees that they
/// were kept: after a pause at once, with what comes along with the first one, and else every few
/// milliseconds. What the reader of an output does not take is handed on as he takes more; a reader
/// who is behind holds up the work that results come from, and nothing else. A progress line makes
/// room for what is handed on.
class delivery {
 public:
  /// The work that results come from.
  struct source {
    std::function<void(bool held)> hold;
    std::function<progress_snapshot()> progress;
  };

  /// `give_up` tells whether to wait no longer for a reader that takes nothing.
  delivery(asio::io_context& context, std::function<bool()> give_up);
  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;
  ~delivery();

  /// For every output, before it is added: it never waits for its reader.
  output_file prepared(output_file output) const;
  /// From now on this is an output; it outlives the loop's last turn.
  void add(output_file& output) { readers_.emplace_back(context_, output); }
  /// Draws progress now and then, where standard error is a terminal. Results may go there, too.
  void show_progress(bool results_share_terminal);
  /// `look` is called whenever something was handed on: what follows from that, or from a failure.
  void on_handed_on(std::function<void()> look) { look_ = std::move(look); }
  void watch(source running);
  void stop_watching();

  /// There is something to hand on.
  void request();
  /// Hands on what readers take without waiting. True when nothing is left.
  bool offer();
  /// Hands on all; waits for readers as long as they are worth it.
  void flush();
  /// Takes the progress line away if results would be written into it.
  void make_room();
  /// Whether anything waits.
  bool waiting() const;

  static constexpr std::uint64_t behind_bytes = output_file::kept_bytes_max;

 private:
  struct reader {
    reader(asio::io_context& context, output_file& written) : output{written}, ready{context} {}
    output_file& output;
    asio::posix::stream_descriptor ready;
    bool watched = false;
  };

  static job hand_on_soon(job_scope&, delivery& self);
  static job wait_for(job_scope&, delivery& self, reader& slow);
  static job draw_now_and_then(job_scope&, delivery& self);
  void hand_on();
  template <class Step>
  void each(Step step);
  void watch_readers();
  void draw();

  asio::io_context& context_;
  std::function<bool()> give_up_;
  std::function<void()> look_;
  asio::steady_timer timer_;
  asio::steady_timer draw_timer_;
  std::chrono::steady_clock::time_point handed_on_at_{};
  bool pending_ = false;
  bool behind_ = false;  // nothing more should be begun until the readers have taken all that waits
  bool shares_terminal_ = false;  // results go to the terminal of the progress line
  bool shown_ = false;            // there were some since the last piece
  std::list<reader> readers_;
  std::optional<progress_line> progress_;
  std::optional<source> running_;
  job_scope scope_;  // last: its jobs use all of the above
};

}  // namespace muster

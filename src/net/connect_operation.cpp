#include "net/connect_operation.hpp"

#include <algorithm>

namespace muster {

bool connect_operation::await_ready() {
  attempt();
  return stage_ == stage::failed || stage_ == stage::connected;
}

void connect_operation::await_suspend(std::coroutine_handle<> coroutine) {
  coroutine_ = coroutine;
  if (stage_ == stage::under_way) peer_.await_writable(coroutine);
}

void connect_operation::attempt() {
  started_ = std::chrono::steady_clock::now();
  paused_before_ = whole().paused();
  const auto begun = peer_.connect(to_, source_);
  error_ = begun.error;
  if (begun.would_block) {
    stage_ = stage::under_way;
  } else if (error_ == 0) {
    stage_ = stage::connected;
  } else if (peer_.missing() != scarce_resource::none && stand_in_line(peer_.missing())) {
    stage_ = stage::waiting_in_line;
  } else {
    stage_ = stage::failed;
  }
}

void connect_operation::proceed() {
  attempt();
  if (stage_ == stage::failed || stage_ == stage::connected) {
    coroutine_.resume();
  } else if (stage_ == stage::under_way) {
    await_suspend(coroutine_);
  }
}

outcome connect_operation::await_resume() {
  took_ = std::chrono::steady_clock::now() - started_ - (whole().paused() - paused_before_);
  if (stage_ == stage::failed) {
    return peer_.socket_failed() ? outcome_of_socket_error(error_)
                                 : outcome_of_connect_error(error_, true);
  }
  if (whole().ended() != ending::none) return {};
  if (stage_ == stage::under_way) {
    icmp_rejection by;
    const int error = peer_.connected(by);
    if (error != 0) return outcome_of_answered_connect(error, by, to_.address);
  }
  if (peer_.connected_to_itself()) return {status::refused, reason::self_connect};
  if (const auto rtt = peer_.handshake_rtt()) took_ = std::min<duration>(took_, *rtt);
  return {};
}

void connect_operation::cancel() {
  if (in_line()) {
    leave_line();
    coroutine_.resume();
  } else {
    peer_.cancel();
  }
}

}  // namespace muster

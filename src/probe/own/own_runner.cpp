// Strategy: a run is shared by the runner and the handler of its coroutine, which may outlive the
// runner by as long as it takes to be cancelled. Whoever is left then has nobody to tell.
#include "probe/own/own_runner.hpp"

#include "net/error_status.hpp"
#include "net/probe_deadline.hpp"
#include "probe/prober.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <system_error>
#include <utility>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>

namespace muster {
namespace {

outcome outcome_of_thrown(const std::error_code& error) {
  if (error == asio::error::eof) return {status::reset, reason::closed_early};
  if (error == asio::error::host_not_found) return {status::name_error, reason::name_not_found};
  const std::error_category& from = error.category();
  const bool is_errno = from == std::system_category() || from == std::generic_category() ||
                        from == asio::error::get_system_category();
  if (!is_errno) return {status::local_error, reason::socket_error};
  return outcome_of_connect_error(error.value(), false);
}

own_answer answer_of(const std::exception_ptr& thrown) {
  own_answer answer{status::local_error, reason::probe_threw, {}, {}};
  try {
    std::rethrow_exception(thrown);
  } catch (const std::system_error& error) {
    answer.text = error.what();
    const outcome found = outcome_of_thrown(error.code());
    if (found.reason == reason::socket_error) return answer;
    answer.status = found.status;
    answer.reason = found.reason;
  } catch (const std::exception& error) {
    answer.text = error.what();
  } catch (...) {
    answer.text = "something that is no std::exception was thrown";
  }
  return answer;
}

}  // namespace

class own_run final : public std::enable_shared_from_this<own_run>, private cancellable {
 public:
  own_run(own_runner& owner, probe_request&& request, const own_spec::question& asked)
      : owner_{&owner}, request_{std::move(request)}, asked_{asked}, step_{whole_, *this} {}

  void start(own_runner::place place) {
    prober& shared = owner_->shared();
    place_ = place;
    const time_limit limit = shared.limit(request_->subject);
    began_ = shared.time().now();
    whole_.arm(shared.deadlines(), limit);
    try {
      asio::co_spawn(shared.context(), asked_.ask(request_->subject),
                     asio::bind_cancellation_slot(signal_.slot(), handler{shared_from_this()}));
    } catch (...) {
      end(std::current_exception(), {});  // it is no coroutine, or got no memory
    }
  }
  /// The runner is being destroyed.
  void abandon() {
    owner_ = nullptr;
    whole_.disarm();
    request_.reset();  // with its permits
    if (!is_over_) signal_.emit(asio::cancellation_type::terminal);
  }

 private:
  /// Is called at the coroutine's end, or destroyed with it at that of the loop: what it waited for
  /// is not there any more then, and can't be cancelled.
  class handler {
   public:
    explicit handler(std::shared_ptr<own_run> run) : run_{std::move(run)} {}
    handler(handler&&) = default;
    handler& operator=(handler&&) = delete;
    ~handler() {
      if (run_) run_->is_over_ = true;
    }
    void operator()(const std::exception_ptr& thrown, own_answer answer) {
      run_->is_over_ = true;
      run_->end(thrown, std::move(answer));
    }

   private:
    std::shared_ptr<own_run> run_;
  };

  void cancel() override { signal_.emit(asio::cancellation_type::terminal); }

  void end(const std::exception_ptr& thrown, own_answer answer) {
    if (owner_ == nullptr) return;
    prober& shared = owner_->shared();
    const auto took = shared.time().now() - began_ - whole_.paused();
    whole_.disarm();
    if (thrown) answer = answer_of(thrown);
    probe_result result = prober::result_of(*request_);
    result.has_address = !result.subject.needs_lookup();
    if (result.has_address) result.address = result.subject.address();
    if (whole_.ended() != ending::none) {
      const outcome what = shared.ended(whole_.ended(), reason::no_reply);
      answer.status = what.status;
      answer.reason = what.reason;
    }
    result.status = answer.status;
    result.reason = answer.reason;
    const bool is_answered = answer.status == status::up || answer.status == status::mismatch;
    if (is_answered) result.rtt = answer.rtt.count() < 0 ? took : answer.rtt;
    answer.text.resize(std::min(answer.text.size(), own_details::text_kept));
    result.details.emplace<own_details>({asked_.name, std::move(answer.text)});
    const auto own = shared_from_this();
    owner_->forget(place_);
    shared.deliver(std::move(result));
    request_.reset();
  }

  own_runner* owner_;
  bool is_over_ = false;  // the coroutine
  std::optional<probe_request> request_;
  const own_spec::question& asked_;  // while there is an owner
  own_runner::place place_;
  std::chrono::steady_clock::time_point began_{};
  asio::cancellation_signal signal_;
  probe_deadline whole_;
  probe_deadline::step step_;
};

own_runner::~own_runner() {
  for (const auto& one : running_)
    one->abandon();
}

void own_runner::start(probe_request&& request) {
  const own_spec::question& asked = spec_.questions.at(request.index);
  const auto run = std::make_shared<own_run>(*this, std::move(request), asked);
  running_.push_front(run);
  run->start(running_.begin());
}

}  // namespace muster

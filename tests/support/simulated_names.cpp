#include "support/simulated_names.hpp"

#include "support/simulated_world.hpp"

#include <utility>

namespace muster::test {

struct simulated_names::question {
  std::string name;
  bool in_line = false;
  intrusive_list<waiter> waiters;  // one, unless it has lost interest
};

simulated_names::simulated_names(simulated_world& net)
    : network_{net}, alarm_{net.time().make_alarm([this] { on_alarm(); })} {}

simulated_names::~simulated_names() { cancel(); }

lookup_answer simulated_names::answer_to(std::string_view name, timeline::time_point when) {
  const names_weather& weather = network_.name_servers;
  looked_up& known = network_.lookups[std::string{name}];
  known.answered = network_.time().now();
  known.failure = reason::none;
  const auto place = network_.names.find(name);
  if (place == network_.names.end() || network_.happens(weather.denied)) {
    known.failure = reason::name_not_found;
  } else if (network_.happens(weather.broken)) {
    known.failure = reason::name_server_failure;
  } else if (network_.happens(weather.unusable)) {
    return {reason::none, {ip_address::from_v4(0)}, when};
  }
  if (known.failure != reason::none) return {known.failure, {}};
  lookup_answer answer{reason::none, {place->second}, when};
  if (const auto more = network_.further_addresses.find(name);
      more != network_.further_addresses.end()) {
    answer.addresses.insert(answer.addresses.end(), more->second.begin(), more->second.end());
  }
  return answer;
}

const lookup_answer* simulated_names::resolve(std::string_view name, waiter& interest) {
  const names_weather& weather = network_.name_servers;
  network_.lookups[std::string{name}] = {network_.time().now(), {}, {}};
  if (network_.happens(weather.known)) {
    known_ = answer_to(name, network_.time().now());
    return &known_;
  }
  auto asked = std::make_unique<question>();
  asked->name = name;
  asked->in_line = network_.happens(weather.queued);
  if (asked->in_line) stand_in_line(interest);
  asked->waiters.push_back(interest);
  later(std::move(asked));
  return nullptr;
}

void simulated_names::later(std::unique_ptr<question> one) {
  const names_weather& weather = network_.name_servers;
  const bool is_silent = !one->in_line && network_.happens(weather.silent);
  constexpr std::chrono::hours never{24};
  const auto after = is_silent ? never : network_.delay(weather.delay_min, weather.delay_max);
  under_way_.emplace(network_.time().now() + after, std::move(one));
  alarm_->set(under_way_.begin()->first);
}

void simulated_names::on_alarm() {
  while (!under_way_.empty() && under_way_.begin()->first <= network_.time().now()) {
    const auto when = under_way_.begin()->first;
    auto next = std::move(under_way_.begin()->second);
    under_way_.erase(under_way_.begin());
    if (next->waiters.empty()) continue;
    if (std::exchange(next->in_line, false)) {
      ask(next->waiters.front());
      later(std::move(next));
    } else {
      const lookup_answer answer = answer_to(next->name, when);
      tell(next->waiters.pop_front(), answer);
    }
  }
  if (!under_way_.empty()) alarm_->set(under_way_.begin()->first);
}

void simulated_names::cancel() {
  const auto all = std::exchange(under_way_, {});
  alarm_->clear();
  for (const auto& [when, one] : all) {
    if (!one->waiters.empty()) abandon(one->waiters.pop_front());
  }
}

}  // namespace muster::test

#pragma once

#include "muster/resolver.hpp"
#include "net/timeline.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace muster::test {

class simulated_world;

/// How simulated name servers answer, as probabilities of each question.
struct names_weather {
  double known = 0;     ///< It is answered at once, as from memory.
  double queued = 0;    ///< It stands in line for a while before it is asked.
  double silent = 0;    ///< Nobody answers.
  double denied = 0;    ///< There is no such name, it is said.
  double broken = 0;    ///< The server fails.
  double unusable = 0;  ///< The answer is an address that nobody can have.
  std::chrono::nanoseconds delay_min = std::chrono::microseconds{100};
  std::chrono::nanoseconds delay_max = std::chrono::milliseconds{300};
};

/// What was said of a name last.
struct looked_up {
  timeline::time_point asked;
  std::optional<timeline::time_point> answered;
  reason failure = reason::none;
};

/// Names that a simulated network knows, by way of its servers.
class simulated_names final : public lookup_source {
 public:
  explicit simulated_names(simulated_world& net);
  ~simulated_names() override;

  const lookup_answer* resolve(std::string_view name, waiter& interest) override;
  void interest_lost() override {}
  void cancel() override;

 private:
  struct question;
  lookup_answer answer_to(std::string_view name, timeline::time_point when);
  void later(std::unique_ptr<question> one);
  void on_alarm();

  simulated_world& network_;
  lookup_answer known_;
  std::multimap<timeline::time_point, std::unique_ptr<question>> under_way_;
  std::unique_ptr<alarm> alarm_;
};

}  // namespace muster::test

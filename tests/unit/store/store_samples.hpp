#pragma once

#include "muster/task.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace muster::test {

inline target line(std::string text) {
  target_text whole;
  whole.text = std::move(text);
  return target{target_form::line, ip_address{}, 0, std::move(whole)};
}

/// A task that ended with exit code 3 after two tries, with whatever a result may have.
inline task_result sample_task(std::string text = "host 1") {
  task_result result;
  result.sequence = 7;
  result.targets = {line(std::move(text)), line("second")};
  result.group = "racks";
  result.status = status::mismatch;
  result.reason = reason::exit_code_not_zero;
  result.detail = "detail";
  result.finished = std::chrono::system_clock::time_point{std::chrono::seconds{1'800'000'000}};
  process_result& process = result.process;
  process.status = result.status;
  process.reason = result.reason;
  process.started = true;
  process.exit_code = 3;
  process.left_open = true;
  process.output = std::string{"out\0\xff\n", 6};
  process.output_bytes = 600;
  process.errors = "err";
  process.error_bytes = 3;
  process.began = result.finished - std::chrono::seconds{2};
  process.took = std::chrono::milliseconds{1500};
  process.cpu_time = std::chrono::microseconds{12};
  result.attempts = std::make_unique<std::vector<task_attempt>>();
  result.attempts->push_back(
      {status::timeout, reason::command_timeout, -1, 15, std::chrono::seconds{1}});
  result.attempts->push_back(
      {status::mismatch, reason::exit_code_not_zero, 3, 0, std::chrono::milliseconds{1500}});
  return result;
}

}  // namespace muster::test

#include "cli/run/task_rests.hpp"

#include <cstddef>

namespace muster {

void task_rests::add(std::uint64_t task, process_stream stream, std::string_view bytes) {
  spool_.append(tasks_[task][static_cast<std::size_t>(stream)], bytes);
}

void task_rests::whole(const task_result& result, process_stream stream, const taker& take) {
  if (const std::string& kept = result.process.kept(stream); !kept.empty()) take(kept);
  rest(result.sequence, stream, take);
}

void task_rests::rest(std::uint64_t task, process_stream stream, const taker& take) {
  const auto found = tasks_.find(task);
  if (found != tasks_.end()) spool_.read(found->second[static_cast<std::size_t>(stream)], take);
}

void task_rests::drop(std::uint64_t task) {
  const auto rest = tasks_.find(task);
  if (rest == tasks_.end()) return;
  for (spool::text& one : rest->second)
    spool_.drop(one);
  tasks_.erase(rest);
}

}  // namespace muster

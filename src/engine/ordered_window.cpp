#include "engine/ordered_window.hpp"

namespace muster {

std::size_t text_bytes(const probe_result& result) {
  if (result.exec) {
    const exec_details& exec = *result.exec;
    return exec.command.size() + exec.detail.size() + exec.said.line.size() +
           exec.said.performance.size() * sizeof(performance_value);
  }
  if (!result.http) return 0;
  const http_details& http = *result.http;
  return http.url.size() + http.title.size() + http.server.size() + http.content_type.size() +
         http.location.size();
}

std::size_t text_bytes(const task_result& result) {
  return result.process.output.size() + result.process.errors.size();
}

}  // namespace muster

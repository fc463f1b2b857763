#include "engine/ordered_window.hpp"

namespace muster {

std::size_t text_bytes(const probe_result& result) { return result.details.text_bytes(); }

std::size_t text_bytes(const task_result& result) {
  return result.process.output.size() + result.process.errors.size();
}

}  // namespace muster

#pragma once

#include "muster/status.hpp"

#include <memory>
#include <new>
#include <stdexcept>
#include <typeinfo>

#include <asio/any_io_executor.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace muster {

/// The io_context that an executor belongs to. Throws std::invalid_argument when there is none.
inline asio::io_context& io_context_of(const asio::any_io_executor& executor) {
  // Asio 1.22 gives a target of any type, whatever type it is asked for.
  if (executor.target_type() != typeid(asio::io_context::executor_type)) {
    throw std::invalid_argument{"muster runs on an io_context, and on no other executor"};
  }
  return executor.target<asio::io_context::executor_type>()->context();
}

/// For the end of an object whose operation goes on with the state that they share: has it stopped
/// in the loop, as whoever destroys the object is not prepared for results.
template <class Engine>
void stop_soon(asio::io_context& context, const std::shared_ptr<Engine>& engine) noexcept {
  if (engine.use_count() == 1) return;
  try {
    asio::post(context, [weak = std::weak_ptr{engine}] {
      if (const auto left = weak.lock()) left->core.stop(reason::interrupted);
    });
  } catch (const std::bad_alloc&) {
    // It runs to its own end.
  }
}

}  // namespace muster

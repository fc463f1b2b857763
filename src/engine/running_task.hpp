#pragma once

#include "engine/task_engine.hpp"

namespace muster {

/// A task whose process runs, or waits for this machine to be able to run it.
class task_engine::running_task final : public list_hook, public process_consumer {
 public:
  running_task(task_engine& owner, task_cursor&& what, semaphore_permit held)
      : cursor{std::move(what)},
        permit{std::move(held)},
        child{owner.host_, *this},
        owner_{owner} {}

  task_cursor cursor;
  semaphore_permit permit;
  child_process child;

 private:
  void on_output(process_stream stream, std::string_view bytes) override {
    owner_.observer_.on_task_output(cursor.sequence, cursor.targets, stream, bytes);
  }
  void on_end(process_result&& result) override { owner_.on_end(*this, std::move(result)); }

  task_engine& owner_;
};

}  // namespace muster

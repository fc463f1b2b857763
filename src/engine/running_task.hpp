#pragma once

#include "engine/task_engine.hpp"

namespace muster {

/// A task whose process runs, or waits for an address or for this machine to be able to run it.
class task_engine::running_task final : public list_hook, public process_consumer {
 public:
  running_task(task_engine& owner, task_cursor&& what, semaphore_permit held, std::size_t number)
      : cursor{std::move(what)},
        permit{std::move(held)},
        slot{number},
        child{owner.host_, *this},
        owner_{owner} {}

  /// Whether the command needs the address of a name.
  bool needs_address() const;
  /// Finds it, and goes on from there.
  void look_up();
  void stop(reason why);

  task_cursor cursor;
  std::string detail;  // about the reason of its end
  semaphore_permit permit;
  std::size_t slot;  // among those in flight, from 1
  child_process child;

 private:
  void on_output(process_stream stream, std::string_view bytes) override {
    owner_.observer_.on_task_output(cursor.sequence, cursor.targets, stream, bytes);
  }
  void on_unkillable(pid_t process) override {
    owner_.observer_.on_task_unkillable(cursor.sequence, cursor.targets, process);
  }
  void on_excess(process_stream stream, std::string_view bytes) override {
    owner_.observer_.on_task_excess(cursor.sequence, stream, bytes);
  }
  /// The wait for the address of a name.
  class address_wait final : public resolver::waiter {
   public:
    explicit address_wait(running_task& owner) : owner_{owner} {}

   private:
    void resolved(const lookup_answer& answer) override { owner_.resolved(answer); }
    running_task& owner_;
  };
  void resolved(const lookup_answer& answer);
  void on_end(process_result&& result) override { owner_.on_end(*this, std::move(result)); }

  task_engine& owner_;
  address_wait address_{*this};
};

}  // namespace muster

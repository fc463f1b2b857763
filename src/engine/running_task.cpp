#include "engine/running_task.hpp"

namespace muster {

bool task_engine::running_task::needs_address() const {
  return cursor.targets.size() == 1 && cursor.targets.front().needs_lookup() &&
         owner_.command_.uses_address();
}

void task_engine::running_task::look_up() {
  if (const lookup_answer* known =
          owner_.names().resolve(cursor.targets.front().host(), address_)) {
    resolved(*known);
  }
}

void task_engine::running_task::resolved(const lookup_answer& answer) {
  if (answer.failure != reason::none || answer.addresses.empty()) {
    const bool failed = answer.failure != reason::none;
    return owner_.end_early(*this,
                            {status::name_error, failed ? answer.failure : reason::no_address});
  }
  const ip_address address = answer.addresses.front();
  if (owner_.targets_.excludes().contains(address)) {
    return owner_.end_early(*this, {status::skipped, reason::excluded});
  }
  owner_.begin(*this, address.to_string());
}

void task_engine::running_task::stop(reason why) {
  if (!address_.waiting()) return child.stop(why);
  address_.cancel();
  owner_.end_early(*this, {status::cancelled, why});
}

}  // namespace muster

#pragma once

#include "muster/task.hpp"
#include "store/job_store.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// How lists stand in a field of a database: each text as `LENGTH:BYTES`, so that any bytes do.

std::string pack(const std::vector<std::string>& texts);
/// Nothing when it was not packed like that.
std::optional<std::vector<std::string>> unpack(std::string_view packed);

/// The targets of a task, as texts: what is left of them once it has ended.
std::string pack_targets(const std::vector<target>& targets);
/// The first one with a label, if it had one. Nothing when there are none.
std::optional<std::vector<target>> unpack_targets(std::string_view packed, std::string label);

std::string pack_attempts(const std::vector<task_attempt>& attempts);
std::optional<std::vector<task_attempt>> unpack_attempts(std::string_view packed);

/// What stands beside a database that its end could not be written to.
std::string pack_end(const job_end& how);
/// Nothing when it is none.
std::optional<job_end> unpack_end(std::string_view packed);

/// Of a job that does not run: how it ended, where its database does not say so, by the note that
/// it has left, or else as `lost`.
void note_end_of(job_state& state, std::string_view note);

/// The status and the reason of this spelling; nothing when there is none.
std::optional<status> status_of(std::string_view word);
std::optional<reason> reason_of(std::string_view word);

/// Whether a task came to its own end, good or bad: neither cut off nor kept from starting by the
/// end of the run.
bool is_finished(const task_result& result);

}  // namespace muster

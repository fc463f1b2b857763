#pragma once

#include "muster/task.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace muster {

/// What a job is about.
struct job_description {
  std::vector<std::string> arguments;  ///< Of muster, without its own name.
  std::string directory;               ///< Where they were given.
  std::string command;                 ///< The command of the run, for people.
};

/// How a job is getting on, as its database has it. Whether it still runs is another question.
struct job_state {
  std::string word;  ///< "running", "done", "failed" or "stopped".
  std::optional<int> exit_code;
  std::chrono::system_clock::time_point began;  ///< The last time that it was started.
  std::optional<std::chrono::system_clock::time_point> ended;
  std::optional<std::uint64_t> expected;  ///< Targets in all, where that is known.
  std::uint64_t finished = 0;             ///< Targets whose last task came to its own end.
  std::uint64_t failed = 0;               ///< Of these, those that are not up.
  std::uint64_t kept = 0;                 ///< Results that nobody has received.
  std::string problem;                    ///< What was wrong, where muster could not do it.
};

/// How a run of a job ended.
struct job_end {
  std::string word;  ///< "done", "failed" or "stopped".
  int exit_code = 0;
  std::string problem;  ///< As of `job_state`.
  std::chrono::system_clock::time_point when;
};

/// The database of one job. Everything that fails throws store_error.
class job_store {
 public:
  /// Makes a new one at `path`, where there is none.
  static job_store create(const std::string& path, const job_description& about);
  /// Opens one to go on with it, or to receive or forget results.
  static job_store open(const std::string& path);
  /// Opens one to look at it.
  static job_store look_at(const std::string& path);
  job_store(job_store&&) noexcept;
  ~job_store();

  job_description description();
  job_state state();

  // For the run.

  /// The job runs from now on. Of an earlier run, only the targets that succeeded count: the others
  /// are to be run again, and what they came to is no result any more.
  void begin(std::optional<std::uint64_t> expected, std::chrono::system_clock::time_point now);
  using taker = std::function<void(std::string_view)>;
  /// Hands out, in pieces, what a task wrote to a stream beyond what its result keeps.
  using rest_reader = std::function<void(process_stream, const taker&)>;
  /// Keeps a result, at once, and the rest of what its task wrote. `keys` tell its targets apart,
  /// `refills` are new targets that came out of it.
  void note(const task_result& result, const std::vector<std::string>& keys,
            const std::vector<std::string>& refills, const rest_reader& rest = {});
  /// What `task_result::sequence` begins at when the job is gone on with: no task has had this or a
  /// later one.
  std::uint64_t next_sequence();
  void set_next_sequence(std::uint64_t next);
  void end(const job_end& how);
  /// Waits until all is on the disk, safe from a power failure.
  void sync() { file_.sync(); }
  /// How often each key is among the targets that have succeeded.
  std::unordered_map<std::string, std::uint32_t> done();
  std::vector<std::string> refills();

  // For whoever wants the results.

  struct kept_result {
    std::int64_t number = 0;
    task_result result;
  };
  /// Results after number `after`, in order, as many as come to about `bytes_max`; at least one if
  /// there is one.
  std::vector<kept_result> results(std::int64_t after, std::size_t bytes_max);
  /// The numbers of all results, in the order of their tasks.
  std::vector<std::int64_t> numbers_in_order();
  /// The results of these numbers, in their order, as many as come to about `bytes_max`; those are
  /// taken off `numbers`. Some may be there no more.
  std::vector<kept_result> results(std::span<const std::int64_t>& numbers, std::size_t bytes_max);
  /// Hands out, in pieces, the rest of what the task of a result wrote to a stream.
  void read_rest(std::int64_t number, process_stream stream, const taker& take);
  void forget(const std::vector<kept_result>& results);

 private:
  struct statements;
  explicit job_store(database file);
  task_result read_result(const statement& row) const;

  database file_;
  std::unique_ptr<statements> prepared_;  // after the database, which they are of
};

}  // namespace muster

// Strategy: a job is a file. Its one row of `job` says what it is and how it is; `results` has what
// nobody has received yet, `done` which targets have succeeded, whether their results are still
// there or not: all others are run when the job is gone on with. A result, its targets' keys and
// the counts are one transaction.
#include "store/job_store.hpp"

#include "store/job_record.hpp"

#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr int format_number = 4;

constexpr const char* schema = R"(
CREATE TABLE job (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  arguments BLOB NOT NULL,
  directory BLOB NOT NULL,
  command BLOB NOT NULL,
  state TEXT NOT NULL DEFAULT 'running',
  exit_code INTEGER,
  began INTEGER NOT NULL DEFAULT 0,
  ended INTEGER,
  expected INTEGER,
  finished INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  next_sequence INTEGER NOT NULL DEFAULT 0,
  problem BLOB NOT NULL DEFAULT '');
CREATE TABLE results (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  sequence INTEGER NOT NULL,
  targets BLOB NOT NULL,
  label BLOB NOT NULL,
  group_name BLOB NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail BLOB NOT NULL,
  finished INTEGER NOT NULL,
  started INTEGER NOT NULL,
  began INTEGER NOT NULL,
  took INTEGER NOT NULL,
  cpu_time INTEGER NOT NULL,
  exit_code INTEGER NOT NULL,
  signal INTEGER NOT NULL,
  left_open INTEGER NOT NULL,
  output BLOB NOT NULL,
  output_bytes INTEGER NOT NULL,
  errors BLOB NOT NULL,
  error_bytes INTEGER NOT NULL,
  attempts BLOB);
CREATE TABLE rests (
  number INTEGER PRIMARY KEY,
  result INTEGER NOT NULL REFERENCES results (number) ON DELETE CASCADE,
  stream INTEGER NOT NULL,
  bytes BLOB NOT NULL);
CREATE INDEX rests_of_results ON rests (result, stream);
CREATE TABLE done (key BLOB PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE refills (target BLOB PRIMARY KEY) WITHOUT ROWID;
)";

constexpr const char* all_of_results =
    "SELECT number, sequence, targets, label, group_name, status, reason, detail, finished, "
    "started, began, took, cpu_time, exit_code, signal, left_open, output, output_bytes, errors, "
    "error_bytes, attempts FROM results";

std::size_t size_of(const task_result& result) {
  return sizeof result + result.process.output.size() + result.process.errors.size();
}

std::int64_t to_number(std::chrono::system_clock::time_point value) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(value.time_since_epoch()).count();
}

std::chrono::system_clock::time_point to_time(std::int64_t number) {
  return std::chrono::system_clock::time_point{
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::nanoseconds{number})};
}

std::int64_t count_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

database open_known(const std::string& path, database::mode how) {
  database file{path, how};
  statement version{file, "PRAGMA user_version"};
  if (!version.step() || version.integer(0) != format_number) {
    throw store_error{path + " is damaged, or of another version of muster", true};
  }
  return file;
}

}  // namespace

struct job_store::statements {
  explicit statements(database& file)
      : keep{file,
             "INSERT INTO results (sequence, targets, label, group_name, status, reason, "
             "detail, finished, started, began, took, cpu_time, exit_code, signal, "
             "left_open, output, output_bytes, errors, error_bytes, attempts) "
             "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
        mark{file,
             "INSERT INTO done VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET count = count + 1"},
        count{file, "UPDATE job SET finished = finished + ?, failed = failed + ?"},
        refill{file, "INSERT OR IGNORE INTO refills VALUES (?)"},
        rest{file, "INSERT INTO rests (result, stream, bytes) VALUES (?, ?, ?)"} {}

  statement keep;
  statement mark;
  statement count;
  statement refill;
  statement rest;
};

job_store::job_store(database file) : file_{std::move(file)} {}
job_store::job_store(job_store&& other) noexcept : file_{std::move(other.file_)} {
  // Statements know where their database was; they are made again when they are needed.
  other.prepared_.reset();
}
job_store::~job_store() = default;

job_store job_store::create(const std::string& path, const job_description& about) {
  job_store made{database{path, database::mode::create}};
  transaction whole{made.file_};
  made.file_.execute(schema);
  made.file_.execute(fmt::format("PRAGMA user_version = {}", format_number).c_str());
  statement insert{made.file_,
                   "INSERT INTO job (id, arguments, directory, command) "
                   "VALUES (1, ?, ?, ?)"};
  insert.bind_bytes(pack(about.arguments)).bind_bytes(about.directory).bind_bytes(about.command);
  insert.run();
  whole.commit();
  return made;
}

job_store job_store::open(const std::string& path) {
  return job_store{open_known(path, database::mode::write)};
}

job_store job_store::look_at(const std::string& path) {
  return job_store{open_known(path, database::mode::read)};
}

// ---- What it is

job_description job_store::description() {
  statement query{file_, "SELECT arguments, directory, command FROM job"};
  job_description about;
  if (!query.step()) throw store_error{file_.path() + " is damaged: it holds no job", true};
  auto arguments = unpack(query.text(0));
  if (!arguments) throw store_error{file_.path() + " is damaged: its arguments are broken", true};
  about.arguments = std::move(*arguments);
  about.directory = query.text(1);
  about.command = query.text(2);
  return about;
}

job_state job_store::state() {
  statement query{file_,
                  "SELECT state, exit_code, began, ended, expected, finished, failed, "
                  "(SELECT count(*) FROM results), problem FROM job"};
  job_state now;
  if (!query.step()) throw store_error{file_.path() + " is damaged: it holds no job", true};
  now.word = query.text(0);
  if (!query.is_null(1)) now.exit_code = static_cast<int>(query.integer(1));
  now.began = to_time(query.integer(2));
  if (!query.is_null(3)) now.ended = to_time(query.integer(3));
  if (!query.is_null(4)) now.expected = static_cast<std::uint64_t>(query.integer(4));
  now.finished = static_cast<std::uint64_t>(query.integer(5));
  now.failed = static_cast<std::uint64_t>(query.integer(6));
  now.kept = static_cast<std::uint64_t>(query.integer(7));
  now.problem = query.text(8);
  return now;
}

// ---- The run

void job_store::begin(std::optional<std::uint64_t> expected,
                      std::chrono::system_clock::time_point now) {
  transaction whole{file_};
  // What is run again has no outcome until it has ended again.
  file_.execute(
      fmt::format("DELETE FROM results WHERE status <> '{}'", to_string(status::up)).c_str());
  statement update{file_,
                   "UPDATE job SET state = 'running', exit_code = NULL, ended = NULL, "
                   "problem = '', began = ?, expected = ?, "
                   "finished = finished - failed, failed = 0"};
  std::optional<std::int64_t> count;
  if (expected) count = count_of(*expected);
  update.bind(to_number(now)).bind(count);
  update.run();
  whole.commit();
}

void job_store::note(const task_result& result, const std::vector<std::string>& keys,
                     const std::vector<std::string>& refills, const rest_reader& rest) {
  if (!prepared_) prepared_ = std::make_unique<statements>(file_);
  const process_result& process = result.process;
  const target_parameters* const row = result.targets.front().parameters();
  // Whatever a failure has left in them.
  for (statement* one : {&prepared_->keep, &prepared_->mark, &prepared_->count, &prepared_->refill,
                         &prepared_->rest})
    one->reset();
  transaction whole{file_};
  statement& keep = prepared_->keep;
  keep.bind(count_of(result.sequence));
  keep.bind_bytes(pack_targets(result.targets)).bind_bytes(row ? row->label : std::string{});
  keep.bind_bytes(result.group).bind_text(to_string(result.status));
  keep.bind_text(to_string(result.reason)).bind_bytes(result.detail);
  keep.bind(to_number(result.finished)).bind(process.started ? 1 : 0);
  keep.bind(to_number(process.began)).bind(process.took.count()).bind(process.cpu_time.count());
  keep.bind(process.exit_code).bind(process.signal);
  keep.bind(process.left_open ? 1 : 0);
  keep.bind_bytes(process.output).bind(count_of(process.output_bytes));
  keep.bind_bytes(process.errors).bind(count_of(process.error_bytes));
  if (result.attempts) {
    keep.bind_bytes(pack_attempts(*result.attempts));
  } else {
    keep.bind(std::optional<std::int64_t>{});
  }
  keep.run();
  if (rest && (process.output_truncated() || process.errors_truncated())) {
    const std::int64_t number = file_.last_number();
    for (const process_stream stream : {process_stream::output, process_stream::errors}) {
      rest(stream, [&](std::string_view piece) {
        prepared_->rest.bind(number).bind(static_cast<int>(stream)).bind_bytes(piece).run();
      });
    }
  }
  if (is_finished(result)) {
    const bool succeeded = result.status == status::up;
    if (succeeded) {
      for (const std::string& key : keys)
        prepared_->mark.bind_bytes(key).run();
    }
    const std::int64_t targets = count_of(keys.size());
    prepared_->count.bind(targets).bind(succeeded ? 0 : targets).run();
    for (const std::string& text : refills)
      prepared_->refill.bind_bytes(text).run();
  }
  whole.commit();
}

std::uint64_t job_store::next_sequence() {
  statement query{file_, "SELECT next_sequence FROM job"};
  if (!query.step()) throw store_error{file_.path() + " is damaged: it holds no job", true};
  return static_cast<std::uint64_t>(query.integer(0));
}

void job_store::set_next_sequence(std::uint64_t next) {
  statement update{file_, "UPDATE job SET next_sequence = ?"};
  update.bind(count_of(next)).run();
}

void job_store::end(const job_end& how) {
  statement update{file_, "UPDATE job SET state = ?, exit_code = ?, problem = ?, ended = ?"};
  update.bind_text(how.word).bind(how.exit_code).bind_bytes(how.problem).bind(to_number(how.when));
  update.run();
  file_.sync();
}

std::unordered_map<std::string, std::uint32_t> job_store::done() {
  std::unordered_map<std::string, std::uint32_t> keys;
  statement query{file_, "SELECT key, count FROM done"};
  while (query.step())
    keys.emplace(query.text(0), static_cast<std::uint32_t>(query.integer(1)));
  return keys;
}

std::vector<std::string> job_store::refills() {
  std::vector<std::string> texts;
  statement query{file_, "SELECT target FROM refills"};
  while (query.step())
    texts.push_back(query.text(0));
  return texts;
}

// ---- Its results

task_result job_store::read_result(const statement& row) const {
  task_result result;
  auto targets = unpack_targets(row.text(2), row.text(3));
  const auto what = status_of(row.text(5));
  const auto why = reason_of(row.text(6));
  if (!targets || !what || !why) throw store_error{file_.path() + " is damaged: a result", true};
  result.sequence = static_cast<std::uint64_t>(row.integer(1));
  result.targets = std::move(*targets);
  result.group = row.text(4);
  result.status = *what;
  result.reason = *why;
  result.detail = row.text(7);
  result.finished = to_time(row.integer(8));
  process_result& process = result.process;
  process.status = result.status;
  process.reason = result.reason;
  process.started = row.integer(9) != 0;
  process.began = to_time(row.integer(10));
  process.took = std::chrono::nanoseconds{row.integer(11)};
  process.cpu_time = std::chrono::nanoseconds{row.integer(12)};
  process.exit_code = static_cast<int>(row.integer(13));
  process.signal = static_cast<int>(row.integer(14));
  process.left_open = row.integer(15) != 0;
  process.output = row.text(16);
  process.output_bytes = static_cast<std::uint64_t>(row.integer(17));
  process.errors = row.text(18);
  process.error_bytes = static_cast<std::uint64_t>(row.integer(19));
  if (!row.is_null(20)) {
    auto attempts = unpack_attempts(row.text(20));
    if (!attempts) throw store_error{file_.path() + " is damaged: a result", true};
    result.attempts = std::make_unique<std::vector<task_attempt>>(std::move(*attempts));
  }
  return result;
}

std::vector<job_store::kept_result> job_store::results(std::int64_t after, std::size_t bytes_max) {
  statement query{file_,
                  fmt::format("{} WHERE number > ? ORDER BY number", all_of_results).c_str()};
  query.bind(after);
  std::vector<kept_result> found;
  std::size_t bytes = 0;
  while (bytes < bytes_max && query.step()) {
    found.push_back({query.integer(0), read_result(query)});
    bytes += size_of(found.back().result);
  }
  return found;
}

std::vector<std::int64_t> job_store::numbers_in_order() {
  statement query{file_, "SELECT number FROM results ORDER BY sequence"};
  std::vector<std::int64_t> numbers;
  while (query.step())
    numbers.push_back(query.integer(0));
  return numbers;
}

std::vector<job_store::kept_result> job_store::results(std::span<const std::int64_t>& numbers,
                                                       std::size_t bytes_max) {
  statement query{file_, fmt::format("{} WHERE number = ?", all_of_results).c_str()};
  std::vector<kept_result> found;
  std::size_t bytes = 0;
  for (; bytes < bytes_max && !numbers.empty(); numbers = numbers.subspan(1)) {
    query.bind(numbers.front());
    if (query.step()) {
      found.push_back({query.integer(0), read_result(query)});
      bytes += size_of(found.back().result);
    }
    query.reset();
  }
  return found;
}

void job_store::read_rest(std::int64_t number, process_stream stream, const taker& take) {
  statement query{file_, "SELECT bytes FROM rests WHERE result = ? AND stream = ? ORDER BY number"};
  query.bind(number).bind(static_cast<int>(stream));
  while (query.step())
    take(query.text(0));
}

void job_store::forget(const std::vector<kept_result>& results) {
  statement remove{file_, "DELETE FROM results WHERE number = ?"};
  transaction whole{file_};
  for (const kept_result& one : results)
    remove.bind(one.number).run();
  whole.commit();
}

}  // namespace muster

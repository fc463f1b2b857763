#include "cli/sweep/checkpointing.hpp"

#include "cli/regular_file.hpp"
#include "cli/say.hpp"
#include "cli/sweep/command_description.hpp"
#include "cli/usage_error.hpp"
#include "core/whole_number.hpp"
#include "net/resume.hpp"
#include "probe/plan_slots.hpp"
#include "sink/replace_file.hpp"
#include "sink/silence.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

// How soon it is tried again when a reader is behind.
constexpr std::chrono::milliseconds waiting_pause{10};

/// The whole file, or as much of it as shows that it is too large. Throws std::system_error.
std::string read_checkpoint_file(const std::string& path) {
  constexpr std::size_t piece_bytes = 64 * 1024;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  ssize_t got = descriptor < 0 ? -1 : 1;
  while (got > 0 && text.size() <= checkpoint_record::text_bytes_max) {
    const std::size_t size = text.size();
    text.resize(size + piece_bytes);
    do {
      got = ::read(descriptor, text.data() + size, piece_bytes);
    } while (got < 0 && errno == EINTR);
    text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (got < 0) throw std::system_error{error, std::generic_category(), "can't read " + path};
  return text;
}

/// Throws usage_error when it is damaged.
checkpoint_record read_record(const std::string& path) {
  need_regular_file("--resume", path);
  auto record = parse_checkpoint(read_checkpoint_file(path));
  if (record) return std::move(*record);
  throw usage_error{fmt::format("--resume: can't go on from {}: {}", path, record.error().message)};
}

}  // namespace

std::optional<checkpoint_record> read_earlier_run(const sweep_arguments& arguments) {
  const std::string& path = arguments.resume_file;
  if (path.empty()) return std::nullopt;
  checkpoint_record record = read_record(path);
  const std::string difference = command_difference(record, describe_command(arguments));
  if (!difference.empty()) {
    throw usage_error{fmt::format(
        "--resume: {} was written for another command: {}; repeat that command with --resume", path,
        difference)};
  }
  return record;
}

std::optional<std::uint64_t> seed_of_earlier_run(const sweep_arguments& arguments) {
  if (arguments.resume_file.empty()) return std::nullopt;
  for (const auto& [name, value] : read_record(arguments.resume_file).command) {
    std::uint64_t seed = 0;
    if (name != seed_entry) continue;
    if (read_whole(value, seed)) return seed;
  }
  return std::nullopt;
}

checkpointing::checkpointing(asio::io_context& context, const sweep_arguments& arguments,
                             outputs& results, const std::optional<checkpoint_record>& earlier)
    : arguments_{arguments},
      outputs_{results},
      plan_size_{plan_slots{arguments.sweep.plan, arguments.sweep.alive_first}.size()},
      timer_{context} {
  if (arguments.checkpoint_file.empty()) return;
  record_ = describe_command(arguments);
  if (!earlier) return;
  record_.done = earlier->done;
  record_.up_targets = earlier->up_targets;
  record_.reported = earlier->reported;
  record_.not_up = earlier->not_up;
  record_.alarming = earlier->alarming;
}

void checkpointing::begin() {
  const std::string& path = arguments_.checkpoint_file;
  if (path.empty()) return;
  need_regular_file("--checkpoint", path);
  const std::string complaint = "can't write checkpoint " + path;
  try {
    // Before the outputs are touched: where no checkpoint can be, they stay what they were.
    output_file::create_aside(path);
  } catch (const std::system_error& failure) {
    throw std::system_error{failure.code(), complaint};
  }
  if (const auto error = save()) throw std::system_error{error, complaint};
  save_now_and_then(scope_, *this);
}

void checkpointing::note(const probe_result& result) {
  if (sealed_ || arguments_.checkpoint_file.empty()) return;
  record_.done.add(result.sequence);
  ++record_.reported;
  const auto [begin, end] = unasked_.equal_range(result.sequence);
  for (auto one = begin; one != end; ++one)
    record_.done.add(one->second.begin, one->second.end);
  unasked_.erase(begin, end);
  // A target that names its only probe has no further numbers: they leave no gaps.
  const std::uint64_t first = result.sequence - result.sequence % plan_size_;
  const std::uint64_t count = probe_count(plan_size_, result.subject);
  record_.done.add(first + count, first + plan_size_);
  if (result.status != status::up) {
    ++record_.not_up;
    record_.alarming += is_alarming(result);
  } else if (arguments_.sweep.min_up > 0) {
    record_.up_targets.add(result.sequence / plan_size_);
  }
}

void checkpointing::note_unasked(std::uint64_t begin, std::uint64_t end,
                                 std::optional<std::uint64_t> cause) {
  if (sealed_ || arguments_.checkpoint_file.empty()) return;
  if (cause && !record_.done.contains(*cause)) {
    unasked_.emplace(*cause, span{begin, end});
  } else {
    record_.done.add(begin, end);
  }
}

void checkpointing::seal() {
  if (sealed_ || arguments_.checkpoint_file.empty()) return;
  save_or_say_why();
  sealed_ = true;
}

void checkpointing::finish() {
  if (sealed_ || arguments_.checkpoint_file.empty()) return;
  record_.finished = true;
  save_or_say_why();
  sealed_ = true;
}

job checkpointing::save_now_and_then(job_scope&, checkpointing& self) {
  std::chrono::nanoseconds pause = self.arguments_.checkpoint_interval;
  while (!self.sealed_) {
    self.timer_.expires_after(pause);
    co_await self.timer_.async_wait(resume);
    if (self.sealed_) break;
    // Nobody is to wait for a reader here.
    const bool waits = !self.outputs_.offer();
    pause = waits ? std::min<std::chrono::nanoseconds>(pause, waiting_pause)
                  : self.arguments_.checkpoint_interval;
    if (!waits && self.record_.done.size() != self.saved_done_) self.save_or_say_why();
  }
}

// The order is what makes it safe: first the results, then the word that they are there.
std::error_code checkpointing::save() {
  outputs_.sync();
  // An output that failed has stopped the run; the last checkpoint says what is really in it.
  if (outputs_.failed()) return {};
  record_.outputs = outputs_.lengths();
  const auto error = replace_file(arguments_.checkpoint_file, render_checkpoint(record_));
  if (!error) saved_done_ = record_.done.size();
  return error;
}

void checkpointing::save_or_say_why() {
  const auto error = save();
  if (error && !failing_) {
    say(fmt::format("can't write checkpoint {}: {}; the last one is kept, and the sweep goes on",
                    arguments_.checkpoint_file, error.message()));
  }
  failing_ = static_cast<bool>(error);
}

}  // namespace muster

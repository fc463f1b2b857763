#include "core/duration_text.hpp"
#include "core/printable_pieces.hpp"
#include "muster/printable.hpp"
#include "sink/record_sinks.hpp"
#include "sink/task_fields.hpp"
#include "sink/task_formats.hpp"
#include "targets/target_parts.hpp"

#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t shown_bytes_max = 256;

/// What tasks wrote, each whole.
class task_text_sink final : public task_file_sink {
 public:
  task_text_sink(output_file file, output_file* errors, std::string name,
                 const task_format& options)
      : task_file_sink{std::move(file), std::move(name)}, errors_{errors}, options_{options} {}

  void write(const task_result& result) override {
    if (!options_.without_output) {
      append(result, process_stream::output, file_, options_.terminal);
      append(result, process_stream::errors, errors(),
             errors_ ? options_.errors_terminal : options_.terminal);
    }
    // The summary counts those whom a Ctrl-C has cut off, or kept from being run.
    const bool is_stopped =
        result.status == status::cancelled || result.reason == reason::interrupted;
    if (result.status != status::up && !is_stopped) {
      errors().buffer() += "muster: " + describe_failure(result) + '\n';
    }
    file_.written();
  }

 private:
  output_file& errors() { return errors_ ? *errors_ : file_; }
  void append(const task_result& result, process_stream stream, output_file& to, bool terminal) {
    const std::string& kept = result.process.kept(stream);
    const bool is_cut = result.process.truncated(stream);
    if (kept.empty() && !is_cut) return;
    char last = '\n';
    printable_pieces printable{to.buffer()};
    const auto put = [&](std::string_view piece) {
      if (piece.empty()) return;
      last = piece.back();
      if (terminal) {
        printable.add(piece);
      } else {
        to.buffer() += piece;
      }
      to.written();
    };
    put(kept);
    const bool has_rest = is_cut && options_.rest_of_output;
    if (has_rest) options_.rest_of_output(result, stream, put);
    printable.finish();
    // What follows is to begin a line of its own, where people read it.
    if ((is_cut && !has_rest) || (terminal && last != '\n')) to.buffer() += '\n';
  }

  output_file* errors_;
  task_format options_;
};

}  // namespace

std::string_view task_word(status value, reason why) {
  if (value == status::up) return "ok";
  if (value != status::mismatch) return to_string(value);
  return why == reason::killed_by_signal ? "killed" : "failed";
}

std::string describe_failure(const task_result& result) {
  const process_result& process = result.process;
  std::string out;
  append_printable(out, text_of(result.targets.front()), shown_bytes_max);
  if (result.targets.size() > 1) out += fmt::format(" and {} more", result.targets.size() - 1);
  out += ": ";
  out += task_word(result.status, result.reason);
  if (result.reason == reason::exit_code_not_zero) {
    out += fmt::format(", exit code {}", process.exit_code);
  } else if (result.reason == reason::killed_by_signal) {
    const char* name = ::sigabbrev_np(process.signal);
    out += name ? fmt::format(", SIG{}", name) : fmt::format(", signal {}", process.signal);
  } else if (result.reason != reason::none) {
    out += ", ";
    out += to_string(result.reason);
  }
  if (!result.detail.empty()) {
    const bool placeholder = result.reason != reason::bad_interpreter;
    out += placeholder ? " {" : " ";
    append_printable(out, result.detail, shown_bytes_max);
    if (placeholder) out += '}';
  }
  if (process.started) out += " after " + duration_text(process.took);
  if (result.attempts && result.attempts->size() > 1) {
    out += fmt::format(", {} tries", result.attempts->size());
  }
  return out;
}

std::unique_ptr<task_sink> make_task_text_sink(output_file file, output_file* errors,
                                               std::string name, const task_format& options) {
  return std::make_unique<task_text_sink>(std::move(file), errors, std::move(name), options);
}

std::unique_ptr<task_sink> make_task_sink(output_format format, output_file file,
                                          output_file* errors, std::string name,
                                          const task_format& options) {
  const auto show = [parse_json = options.parse_json](const task_result& result,
                                                      field_visitor& visitor) {
    show_task(result, parse_json, visitor);
  };
  switch (format) {
    case output_format::jsonl:
      return std::make_unique<jsonl_sink<task_sink, task_result>>(std::move(file), std::move(name),
                                                                  show);
    case output_format::csv:
      return std::make_unique<csv_sink<task_sink, task_result>>(std::move(file), std::move(name),
                                                                task_fields(), show);
    case output_format::text:
      return make_task_text_sink(std::move(file), errors, std::move(name), options);
    case output_format::silent:
      return std::make_unique<silent_sink<task_sink, task_result>>(std::move(name));
    case output_format::html:
      break;
  }
  throw std::invalid_argument{name + ": there is no page of a run; write .jsonl, .csv or .txt"};
}

}  // namespace muster

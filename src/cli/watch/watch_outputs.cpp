#include "cli/watch/watch_outputs.hpp"

#include "cli/output_paths.hpp"
#include "cli/say.hpp"
#include "cli/usage_error.hpp"

#include <utility>

#include <unistd.h>

namespace muster {

watch_outputs::watch_outputs(delivery& delivered, const watch_arguments& arguments,
                             std::function<void()> stop)
    : delivery_{delivered} {
  const auto format_at = [&arguments](const std::string& path) {
    return format_of(path, arguments.json, arguments.csv);
  };
  for (const std::string& path : arguments.output_files) {
    refuse_standard_output(path, arguments.quiet);
    if (format_at(path) == output_format::html) {  // before any of them is emptied
      throw usage_error{path + ": there is no page of a watch; write .jsonl, .csv or .txt"};
    }
  }
  const auto open = [this](output_format format, output_file file, std::string name, bool colour) {
    sinks_.push_back(
        make_watch_sink(format, delivery_.prepared(std::move(file)), std::move(name), colour));
  };
  if (!arguments.quiet) {
    open(format_at("-"), output_file{STDOUT_FILENO, false}, "standard output",
         wants_colour(STDOUT_FILENO));
    standard_output_ = sinks_.back().get();
  }
  for (const std::string& path : arguments.output_files)
    open(format_at(path), output_file::create(path), path, false);
  for (const auto& one : sinks_) {
    if (one->file()) delivery_.add(*one->file());
  }
  delivery_.add(standard_error());
  delivery_.on_handed_on([this, stop = std::move(stop)] {
    if (failed()) stop();
  });
}

void watch_outputs::write(const watch_event& event) {
  for (auto& one : sinks_)
    one->write(event);
  delivery_.request();
}

void watch_outputs::flush_all() {
  delivery_.make_room();
  for (auto& one : sinks_)
    one->flush();
}

const watch_sink* watch_outputs::failed() const {
  for (const auto& one : sinks_) {
    if (one->error()) return one.get();
  }
  return nullptr;
}

bool watch_outputs::reader_gone() const {
  return standard_output_ && failed() == standard_output_ &&
         standard_output_->error() == std::errc::broken_pipe;
}

}  // namespace muster

#pragma once

#include "muster/target_stream.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace muster::test {

using strings = std::vector<std::string>;

/// A file that is removed when the test ends.
class temporary_file {
 public:
  explicit temporary_file(std::string_view content) {
    char path[] = "/tmp/muster-test-XXXXXX";
    const int file = ::mkstemp(path);
    REQUIRE(file >= 0);
    ::close(file);
    path_ = path;
    std::ofstream{path_, std::ios::binary} << content;
  }
  ~temporary_file() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Options that write each bad target to `log` as "source:line: text: message".
inline target_stream_options logging_to(strings& log) {
  target_stream_options options;
  options.on_bad_target = [&log](const target_diagnostic& bad) {
    log.push_back(bad.source + ":" + std::to_string(bad.line) + ": " + bad.text + ": " +
                  bad.message);
  };
  return options;
}

/// Pulls until there is nothing (more), appending each target's text to `out`.
inline target_stream::pull pull_into(target_stream& stream, strings& out) {
  target next;
  while (true) {
    const target_stream::pull pulled = stream.next(next);
    if (pulled != target_stream::pull::target) return pulled;
    out.push_back(next.to_string());
  }
}

/// Pulls until there is nothing (more); the last entry is "wait" or "end".
inline strings pull_all(target_stream& stream) {
  strings out;
  out.push_back(pull_into(stream, out) == target_stream::pull::wait ? "wait" : "end");
  return out;
}

}  // namespace muster::test

// What tests of jobs have in common: a place for jobs, and tasks that leave notes.
#pragma once

#include "cli/run.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <unistd.h>

namespace muster::test {

using texts = std::vector<std::string>;

/// A place for jobs of its own. Whatever still runs at its end is killed.
class job_place {
 public:
  ~job_place() { muster({"jobs", "remove", "--force"}, all()); }

  process_result muster(texts arguments, const texts& more = {}, std::string input = {}) const {
    arguments.insert(arguments.end(), more.begin(), more.end());
    process_options options;
    options.input = std::move(input);
    options.environment = {"XDG_STATE_HOME=" + directory_.file("state")};
    return run(muster_command(std::move(arguments)), std::move(options));
  }
  /// Starts a job for the lines of `input`.
  process_result start(const std::string& name, const std::string& input, const texts& options,
                       const texts& command) const {
    texts arguments{"run", "--detach", "--name", name, "--lines"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return muster(std::move(arguments), {}, input);
  }
  std::string json() const { return muster({"jobs", "--json"}).out; }
  /// What the list says about a job after a key; empty when there is no such job or key.
  std::string field(const std::string& name, const std::string& key) const {
    std::istringstream lines{json()};
    for (std::string line; std::getline(lines, line);) {
      if (!contains(line, "\"name\":\"" + name + "\"")) continue;
      const std::size_t at = line.find("\"" + key + "\":");
      if (at == line.npos) return {};
      const std::size_t begin = at + key.size() + 3;
      return line.substr(begin, line.find_first_of(",}", begin) - begin);
    }
    return {};
  }
  std::string state(const std::string& name) const { return field(name, "state"); }
  pid_t process(const std::string& name) const {
    return static_cast<pid_t>(std::atol(field(name, "process").c_str()));
  }
  std::string file(const std::string& name) const { return directory_.file(name); }
  std::string database(const std::string& name) const {
    return file("state/muster/jobs/" + name + ".db");
  }

 private:
  texts all() const {
    texts names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator{file("state/muster/jobs"), none}) {
      if (entry.path().extension() == ".db") names.push_back(entry.path().stem().string());
    }
    return names;
  }
  temporary_directory directory_;
};

/// A command that notes its target in a file, and then takes a little while. The last target takes
/// for ever until `let_end`, so that the job does not end before whatever is done to it.
inline texts note_in(const std::string& path, int last) {
  return {"sh", "-c",
          "echo $1 >> " + path + "; test $1 -ne " + std::to_string(last) + " || test -e " + path +
              ".end || exec sleep 600; sleep 0.02; echo $1",
          "sh"};
}

inline void let_end(const std::string& path) { write_whole_file(path + ".end", ""); }

inline void wait_for_lines(const std::string& path, std::size_t lines) {
  for (int i = 0; i < 3000 && lines_with(read_whole_file(path), "") < lines; ++i)
    ::usleep(10'000);
}

inline void kill_hard(const job_place& place, const std::string& name) {
  const pid_t process = place.process(name);
  REQUIRE(process > 0);
  ::kill(process, SIGKILL);
  for (int i = 0; i < 3000 && place.state(name) == R"("running")"; ++i)
    ::usleep(10'000);
}

/// The targets of JSON lines.
inline std::multiset<std::string> targets_of(const std::string& out) {
  const std::string key = R"("target":")";
  std::multiset<std::string> targets;
  for (std::size_t at = out.find(key); at != out.npos; at = out.find(key, at)) {
    at += key.size();
    targets.insert(out.substr(at, out.find('"', at) - at));
  }
  return targets;
}

}  // namespace muster::test

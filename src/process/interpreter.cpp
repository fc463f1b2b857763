// Strategy: the first line is read as the kernel does (fs/binfmt_script.c): of the first 256 bytes,
// what follows `#!` and blanks, up to the next blank; a name that is not whole in there makes no
// script of a file. An interpreter may be a script in turn.
#include "process/interpreter.hpp"

#include "core/parsed.hpp"
#include "process/program_path.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t first_line_bytes_max = 256;
// Scripts that are run by scripts: how deep the kernel goes.
constexpr int depth_max = 5;

/// Empty when the file is no script, or can't be read.
std::string interpreter_of(const std::string& path) {
  // A named pipe that has taken the script's place is not waited for.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return {};
  std::array<char, first_line_bytes_max> bytes;
  const ssize_t count = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  std::string_view line{bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  line = line.substr(0, line.find('\n'));
  if (!line.starts_with("#!")) return {};
  line.remove_prefix(2);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const std::size_t end = line.find_first_of(std::string_view{" \t\0", 3});
  const bool cut_off = end == line.npos && line.data() + line.size() == bytes.data() + bytes.size();
  return cut_off ? std::string{} : std::string{line.substr(0, end)};
}

}  // namespace

std::optional<interpreter_fault> find_interpreter_fault(const std::string& path,
                                                        const std::string& directory) {
  std::string script = path;
  for (int depth = 0; depth < depth_max; ++depth) {
    std::string name = interpreter_of(script);
    if (name.empty()) return std::nullopt;
    script = seen_from(directory, name);
    if (const int error = check_program(script); error != 0) {
      return interpreter_fault{std::move(name), error};
    }
  }
  return std::nullopt;
}

std::string describe(const interpreter_fault& fault) {
  const bool dos = fault.name.ends_with('\r');
  return fmt::format("bad interpreter {}: {}; {}", excerpt(fault.name),
                     std::generic_category().message(fault.error),
                     dos ? "its lines end in CR LF: sed -i 's/\\r$//' on it mends that"
                         : "install it, or mend the script's '#!' line");
}

}  // namespace muster

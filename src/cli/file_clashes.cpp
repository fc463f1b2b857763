#include "cli/file_clashes.hpp"

#include "cli/usage_error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace muster {
namespace {

namespace fs = std::filesystem;

struct named_file {
  std::string_view option;
  const std::string* path;
};

/// Devices and pipes may well be named twice; what is not there yet would be a plain file.
bool is_plain(const std::string& path) {
  std::error_code ignored;
  return !fs::exists(path, ignored) || fs::is_regular_file(path, ignored);
}

bool are_same(const std::string& one, const std::string& other) {
  if (!is_plain(one) || !is_plain(other)) return false;
  std::error_code failed;
  if (fs::equivalent(one, other, failed) && !failed) return true;
  return fs::weakly_canonical(one, failed) == fs::weakly_canonical(other, failed) && !failed;
}

void refuse(const named_file& written, const named_file& other) {
  if (written.path->empty() || other.path->empty() || !are_same(*written.path, *other.path)) return;
  throw usage_error{
      fmt::format("{} {} is the same file as {} {}, and would destroy it; name another",
                  written.option, *written.path, other.option, *other.path)};
}

}  // namespace

void refuse_file_clashes(const sweep_arguments& arguments) {
  std::vector<named_file> others;
  for (const std::string& path : arguments.input_files)
    others.push_back({"-iL", &path});
  for (const std::string& path : arguments.exclude_files)
    others.push_back({"--exclude-file", &path});
  const named_file checkpoint{"--checkpoint", &arguments.checkpoint_file};
  for (const named_file& one : others)
    refuse(checkpoint, one);
  others.push_back(checkpoint);
  others.push_back({"--resume", &arguments.resume_file});
  for (const std::string& path : arguments.output_files) {
    const named_file output{"-o", &path};
    for (const named_file& one : others)
      refuse(output, one);
    others.push_back(output);
  }
}

}  // namespace muster

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

/// Devices and pipes may well be named twice; what is not there yet would be a plain file.
bool is_plain(const fs::path& path) {
  std::error_code ignored;
  return !fs::exists(path, ignored) || fs::is_regular_file(path, ignored);
}

bool are_same(const fs::path& one, const fs::path& other) {
  if (!is_plain(one) || !is_plain(other)) return false;
  std::error_code failed;
  if (fs::equivalent(one, other, failed) && !failed) return true;
  // Of what is not there, a relative path would stay one.
  const auto whole = [&failed](const fs::path& path) {
    return fs::weakly_canonical(fs::absolute(path, failed), failed);
  };
  return whole(one) == whole(other) && !failed;
}

struct named_file {
  std::string_view option;
  std::string_view path;
};

std::vector<named_file> each_of(const std::vector<named_files>& all) {
  std::vector<named_file> each;
  for (const named_files& some : all) {
    for (const std::string& path : some.paths) {
      if (!path.empty()) each.push_back({some.option, path});
    }
  }
  return each;
}

}  // namespace

std::vector<named_files> files_read(const target_arguments& arguments) {
  return {{"-iL", arguments.input_files}, {"--exclude-file", arguments.exclude_files}};
}

void refuse_file_clashes(const std::vector<named_files>& read,
                         const std::vector<named_files>& written) {
  std::vector<named_file> others = each_of(read);
  for (const named_file& one : each_of(written)) {
    for (const named_file& other : others) {
      if (!are_same(one.path, other.path)) continue;
      throw usage_error{
          fmt::format("{} {} is the same file as {} {}, and would destroy it; name another",
                      one.option, one.path, other.option, other.path)};
    }
    others.push_back(one);
  }
}

}  // namespace muster

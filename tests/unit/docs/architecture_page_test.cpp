// docs/architecture.md against the folders: whoever reads it finds what it names.
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace {

using strings = std::vector<std::string>;

std::string path_of(const std::string& name) { return std::string{MUSTER_SOURCE_DIR} + "/" + name; }

std::string contents_of(const std::string& name) {
  std::ifstream file{path_of(name)};
  CAPTURE(name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// What stands between `begin` and the next `end`, at each place.
strings all_between(const std::string& text, const std::string& begin, const std::string& end) {
  strings found;
  for (std::size_t at = 0; (at = text.find(begin, at)) != text.npos;) {
    at += begin.size();
    const std::size_t close = text.find(end, at);
    if (close == text.npos) break;
    found.push_back(text.substr(at, close - at));
    at = close;
  }
  return found;
}

}  // namespace

TEST_CASE("the architecture page names the layers in the order in which they are built") {
  const strings built = all_between(contents_of("src/CMakeLists.txt"), "add_subdirectory(", ")");
  const strings named = all_between(contents_of("docs/architecture.md"), "\n| `src/", "`");
  CHECK(named == built);
  for (const std::string& layer : built)
    CHECK(std::filesystem::is_directory(path_of("src/" + layer)));
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator{path_of("src")})
    folders += entry.is_directory();
  CHECK(folders == built.size());
}

TEST_CASE("every file and folder that the architecture page names is there") {
  std::size_t files = 0;
  for (const std::string& name : all_between(contents_of("docs/architecture.md"), "`", "`")) {
    const bool is_path = name.find('/') != name.npos && name.find(' ') == name.npos;
    if (!is_path && name != "bench") continue;
    CAPTURE(name);
    CHECK(std::filesystem::exists(path_of(name)));
    ++files;
  }
  CHECK(files > 40);
}

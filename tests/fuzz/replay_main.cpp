// Runs a fuzz target over kept inputs, for compilers without libFuzzer. Each input is run whole and
// cut short at every length up to a limit: a decoder's bugs like to sit at the ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t cut_bytes_max = 512;

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void replay(const std::vector<std::uint8_t>& input) {
  for (std::size_t size = 0; size < std::min(input.size(), cut_bytes_max); ++size) {
    // A copy of exactly that size, so that the address sanitizer sees one byte too many being read.
    const std::vector<std::uint8_t> cut(input.begin(),
                                        input.begin() + static_cast<std::ptrdiff_t>(size));
    LLVMFuzzerTestOneInput(cut.data(), cut.size());
  }
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

int replay_all(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{directory}) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    // The name comes first: if this input ends the program, it is the last one named.
    std::printf("%s\n", path.filename().c_str());
    std::fflush(stdout);
    replay(read_file(path));
  }
  std::printf("%zu inputs\n", paths.size());
  return paths.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
    return 2;
  }
  try {
    return replay_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}

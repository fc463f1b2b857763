#include "store/kept_input.hpp"

#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster;

namespace {

/// Keeps a text, as `keep_input` does with what a descriptor holds.
std::optional<std::uint64_t> keep(const test::temporary_directory& place, const std::string& text,
                                  std::uint64_t bytes_max) {
  test::write_whole_file(place.file("source"), text);
  const int source = ::open(place.file("source").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(source >= 0);
  const auto kept = keep_input(source, place.file("kept"), bytes_max);
  ::close(source);
  return kept;
}

}  // namespace

TEST_CASE("input is kept whole, for its user alone, in place of what was there") {
  const test::temporary_directory place;
  test::write_whole_file(place.file("elsewhere"), "stays");
  std::filesystem::create_symlink(place.file("elsewhere"), place.file("kept"));
  const std::string text(200'000, 'x');
  CHECK(keep(place, text, 200'000) == 200'000U);
  CHECK(test::read_whole_file(place.file("kept")) == text);
  CHECK(test::read_whole_file(place.file("elsewhere")) == "stays");
  struct stat about {};
  REQUIRE(::lstat(place.file("kept").c_str(), &about) == 0);
  CHECK((about.st_mode & S_IFMT) == S_IFREG);
  CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("input that is too large is not kept at all") {
  const test::temporary_directory place;
  CHECK_FALSE(keep(place, std::string(200'001, 'x'), 200'000));
  CHECK_FALSE(std::filesystem::exists(place.file("kept")));
}

TEST_CASE("input that can't be read leaves no file") {
  const test::temporary_directory place;
  CHECK_THROWS_AS(keep_input(-1, place.file("kept"), 10), std::system_error);
  CHECK_FALSE(std::filesystem::exists(place.file("kept")));
  CHECK_THROWS_AS(keep_input(-1, place.file("no/such/place"), 10), std::system_error);
}

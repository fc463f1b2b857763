// What becomes of files.
#include "muster/sink.hpp"
#include "pipe_pair.hpp"
#include "samples.hpp"
#include "sink/replace_file.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster;
using test::pipe_pair;

namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) >= 0; }

std::filesystem::path temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "muster-sink-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

}  // namespace

TEST_CASE("create replaces what was there at the first write, and what is buffered gets there") {
  const auto directory = temporary_directory();
  const auto path = directory / "out.json";
  std::ofstream{path} << "something much older and longer";
  {
    output_file file = output_file::create(path.string());
    file.buffer() += "new\n";
    file.written();
    CHECK(std::filesystem::file_size(path) == 31);
  }
  std::string line;
  std::getline(std::ifstream{path}, line, '\0');
  CHECK(line == "new\n");
  std::filesystem::remove_all(directory);
}

TEST_CASE("a file that no record was written to is left as it was, unless it is flushed") {
  const auto directory = temporary_directory();
  const auto path = directory / "out.csv";
  std::ofstream{path} << "results of old";
  {
    output_file file = output_file::create(path.string());
    file.buffer() += "header\n";
  }
  CHECK(std::filesystem::file_size(path) == 14);
  {
    output_file file = output_file::create(path.string());
    file.buffer() += "header\n";
    file.flush();
  }
  CHECK(std::filesystem::file_size(path) == 7);
  std::filesystem::remove_all(directory);
}

TEST_CASE("a file is gone on with after what was kept of it, and the rest is cut off") {
  const auto directory = temporary_directory();
  const auto path = directory / "out.json";
  std::ofstream{path} << "first\nsecond\nhal";
  {
    output_file file = output_file::resume(path.string(), 6);
    CHECK(file.bytes() == 6);
    CHECK(std::filesystem::file_size(path) == 16);
    file.buffer() += "other\n";
    CHECK_FALSE(file.sync());
    CHECK(file.bytes() == 12);
    CHECK(std::filesystem::file_size(path) == 12);
  }
  std::string text;
  std::getline(std::ifstream{path}, text, '\0');
  CHECK(text == "first\nother\n");
  CHECK_THROWS_WITH(output_file::resume(path.string(), 13),
                    Catch::Matchers::ContainsSubstring("has 12 bytes, but 13 were written to it"));
  CHECK(std::filesystem::file_size(path) == 12);
  CHECK_THROWS_AS(output_file::resume((directory / "none").string(), 0), std::system_error);
  std::filesystem::remove_all(directory);
}

TEST_CASE("a file is replaced as a whole, or not at all") {
  const auto directory = temporary_directory();
  const std::string path = (directory / "state").string();
  const auto content = [&] {
    std::string text;
    std::getline(std::ifstream{path}, text, '\0');
    return text;
  };
  CHECK_FALSE(replace_file(path, "one"));
  CHECK(content() == "one");
  CHECK_FALSE(replace_file(path, "two"));
  CHECK(content() == "two");
  // The new text can't be written: the old one stays, and nothing of the new one does.
  const auto before = ::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
  const rlimit small{4, old_limit.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto error = replace_file(path, "three and more");
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, before);
  CHECK(error == std::errc::file_too_large);
  CHECK(content() == "two");
  CHECK(std::distance(std::filesystem::directory_iterator{directory}, {}) == 1);
  CHECK(replace_file((directory / "none" / "state").string(), "x") ==
        std::errc::no_such_file_or_directory);
  std::filesystem::remove_all(directory);
}

TEST_CASE("create throws and names the path when there is no such directory") {
  CHECK_THROWS_WITH(output_file::create("/nonexistent/out.json"),
                    Catch::Matchers::ContainsSubstring("/nonexistent/out.json"));
  CHECK_THROWS_AS(output_file::create("/nonexistent/out.json"), std::system_error);
}

TEST_CASE("a full disk is an error that sticks, and later bytes are dropped") {
  output_file file = output_file::create("/dev/full");
  file.buffer() += "lost";
  CHECK_FALSE(file.error());
  file.flush();
  CHECK(file.error() == std::errc::no_space_on_device);
  file.buffer().assign(2 * output_file::flush_bytes, 'x');
  file.written();
  CHECK(file.buffer().empty());
  CHECK(file.error() == std::errc::no_space_on_device);
}

TEST_CASE("written flushes only past the threshold") {
  const test::memory_file memory;
  output_file file{memory.descriptor(), false};
  file.buffer().assign(output_file::flush_bytes - 1, 'x');
  file.written();
  CHECK(memory.content().empty());
  file.buffer() += 'x';
  file.written();
  CHECK(memory.content().size() == output_file::flush_bytes);
  CHECK(file.buffer().empty());
}

TEST_CASE(
    "what a killed process left beside a file stops no later one, of the same number or not") {
  const auto directory = temporary_directory();
  const auto path = (directory / "state").string();
  const auto left = directory / (".muster-" + std::to_string(::getpid()) + "-state");
  const auto content = [](const std::filesystem::path& of) {
    std::string text;
    std::getline(std::ifstream{of}, text);
    return text;
  };
  std::ofstream{left} << "left behind";
  CHECK_FALSE(replace_file(path, "one"));
  CHECK(content(path) == "one");
  CHECK(content(left) == "left behind");
  // A name that is as long as a name may be has no room for another one in front.
  const auto longest = (directory / std::string(255, 'n')).string();
  CHECK_FALSE(replace_file(longest, "two"));
  CHECK(content(longest) == "two");
  std::filesystem::remove_all(directory);
}

TEST_CASE("only an owned descriptor is closed, and once, by whoever holds it last") {
  pipe_pair pipe;
  { const output_file borrowed{pipe.write_end, false}; }
  CHECK(is_open(pipe.write_end));
  {
    output_file first{pipe.write_end, true};
    first.buffer() += "moved along";
    output_file second{std::move(first)};
    const test::memory_file memory;
    output_file third{memory.descriptor(), false};
    third.buffer() += "flushed before it goes";
    third = std::move(second);
    CHECK(memory.content() == "flushed before it goes");
    CHECK(is_open(pipe.write_end));
  }
  CHECK_FALSE(is_open(pipe.write_end));
  pipe.write_end = -1;
  CHECK(pipe.read_all() == "moved along");
}

TEST_CASE("a file in memory is no terminal") {
  const test::memory_file memory;
  CHECK_FALSE(output_file{memory.descriptor(), false}.is_terminal());
}

TEST_CASE("a new file is closed on exec and open to the umask's limits") {
  const auto directory = temporary_directory();
  const auto path = (directory / "out.csv").string();
  const mode_t before = ::umask(0);
  {
    const output_file file = output_file::create(path);
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0666);
  }
  ::umask(before);
  std::filesystem::remove_all(directory);
}

#include "muster/sink.hpp"
#include "samples.hpp"
#include "sink/replace_file.hpp"
#include "support/catch.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster;

namespace {

struct pipe_pair {
  int read_end = -1;
  int write_end = -1;
  pipe_pair() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read_end = ends[0];
    write_end = ends[1];
  }
  pipe_pair(const pipe_pair&) = delete;
  pipe_pair& operator=(const pipe_pair&) = delete;
  ~pipe_pair() {
    close_read();
    close_write();
  }
  void close_read() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
  void close_write() {
    if (write_end >= 0) ::close(std::exchange(write_end, -1));
  }
};

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t count = 0; (count = ::read(descriptor, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return text;
}

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

TEST_CASE("a reader that takes nothing is given up a second after the writer is told to") {
  pipe_pair pipe;
  output_file file{pipe.write_end, false};
  int asked = 0;
  file.give_up_when([&] { return ++asked >= 3; });
  file.buffer().assign(4 * output_file::flush_bytes, 'x');
  file.flush();
  CHECK(asked == 12);
  CHECK(file.error() == std::errc::timed_out);
}

TEST_CASE("a reader that is only slow loses nothing when the writer is told to give up") {
  pipe_pair pipe;
  const std::string text(4 * output_file::flush_bytes, 'x');
  std::string seen;
  std::promise<void> late;
  std::thread reader{[&] {
    late.get_future().wait();
    seen = read_all(pipe.read_end);
  }};
  int asked = 0;
  {
    output_file file{pipe.write_end, true};
    file.give_up_when([&] {
      if (++asked == 2) late.set_value();
      return true;
    });
    file.buffer() = text;
    file.flush();
    CHECK_FALSE(file.error());
  }
  CHECK(asked >= 2);
  if (asked < 2) late.set_value();
  pipe.write_end = -1;
  reader.join();
  CHECK(seen == text);
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

TEST_CASE("a pipe is synced as far as that goes") {
  pipe_pair pipe;
  output_file file{pipe.write_end, false};
  file.buffer() += "x";
  CHECK_FALSE(file.sync());
  CHECK(file.bytes() == 1);
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

TEST_CASE("a reader that has gone away is the error EPIPE, and a sink reports it") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  pipe_pair pipe;
  pipe.close_read();
  const auto sink =
      make_sink(output_format::jsonl, output_file{pipe.write_end, false}, "standard output", {});
  sink->write(test::icmp_up());
  CHECK_FALSE(sink->error());
  sink->flush();
  CHECK(sink->error() == std::errc::broken_pipe);
  CHECK(sink->name() == "standard output");
  ::signal(SIGPIPE, before);
}

TEST_CASE("a non-blocking descriptor that is full is waited for, and no byte is lost") {
  pipe_pair pipe;
  REQUIRE(::fcntl(pipe.write_end, F_SETFL, O_NONBLOCK) == 0);
  std::string expected;
  for (int i = 0; expected.size() < 1'000'000; ++i)
    expected += std::to_string(i) + '\n';
  std::string seen;
  std::thread reader{[&] { seen = read_all(pipe.read_end); }};
  {
    output_file file{pipe.write_end, true};
    file.buffer() = expected;
    file.flush();
    CHECK_FALSE(file.error());
  }
  pipe.write_end = -1;
  reader.join();
  CHECK(seen == expected);
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
  CHECK(read_all(pipe.read_end) == "moved along");
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

TEST_CASE(
    "an output that never waits keeps what its reader does not take, in order, and in a file") {
  pipe_pair pipe;
  output_file file{pipe.write_end, true};
  file.never_wait();
  std::string expected;
  while (expected.size() < 5 * output_file::kept_bytes_max) {
    const std::string line = std::to_string(expected.size()) + '\n';
    file.buffer() += line;
    file.written();
    expected += line;
  }
  CHECK_FALSE(file.offer());
  CHECK(file.waiting() > 4 * output_file::kept_bytes_max);
  CHECK(file.bytes() + file.waiting() == expected.size());
  std::string seen;
  std::thread reader{[&] { seen = read_all(pipe.read_end); }};
  file.flush();
  CHECK(file.waiting() == 0);
  CHECK(file.bytes() == expected.size());
  CHECK_FALSE(file.error());
  file = output_file{-1, false};
  pipe.write_end = -1;
  reader.join();
  CHECK(seen == expected);
}

TEST_CASE("what is offered is taken as far as there is room, and the rest is offered again") {
  pipe_pair pipe;
  output_file file{pipe.write_end, false};
  file.never_wait();
  const std::string text(300'000, 'x');
  file.buffer() = text;
  std::string seen;
  std::string piece(64 * 1024, '\0');
  while (!file.offer()) {
    const ssize_t count = ::read(pipe.read_end, piece.data(), piece.size());
    REQUIRE(count > 0);
    seen.append(piece, 0, static_cast<std::size_t>(count));
  }
  CHECK(file.bytes() == text.size());
  CHECK(file.offer());
}

TEST_CASE("of what waits for a reader that goes away nothing is kept, and the error sticks") {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  pipe_pair pipe;
  output_file file{pipe.write_end, false};
  file.never_wait();
  file.buffer().assign(300'000, 'x');
  CHECK_FALSE(file.offer());
  pipe.close_read();
  CHECK(file.offer());
  CHECK(file.error() == std::errc::broken_pipe);
  CHECK(file.waiting() == 0);
  file.buffer() += "more";
  CHECK(file.offer());
  CHECK(file.waiting() == 0);
  ::signal(SIGPIPE, before);
}

TEST_CASE("where no file can be for what waits, it stays in memory, and none of it is lost") {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/nonexistent", 1);
  pipe_pair pipe;
  output_file file{pipe.write_end, true};
  file.never_wait();
  std::string expected;
  while (expected.size() < 4 * output_file::kept_bytes_max) {
    const std::string line = std::to_string(expected.size()) + '\n';
    file.buffer() += line;
    file.written();
    expected += line;
  }
  CHECK_FALSE(file.offer());
  CHECK(file.bytes() + file.waiting() == expected.size());
  std::string seen;
  std::thread reader{[&] { seen = read_all(pipe.read_end); }};
  file.flush();
  CHECK_FALSE(file.error());
  file = output_file{-1, false};
  pipe.write_end = -1;
  reader.join();
  CHECK(seen == expected);
  if (before) {
    ::setenv("TMPDIR", kept.c_str(), 1);
  } else {
    ::unsetenv("TMPDIR");
  }
}

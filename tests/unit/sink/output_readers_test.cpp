// What becomes of bytes whose reader is slow, stands still or goes away.
#include "muster/sink.hpp"
#include "pipe_pair.hpp"
#include "samples.hpp"
#include "support/catch.hpp"

#include <cstdlib>
#include <future>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

using namespace muster;
using test::pipe_pair;

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
    seen = pipe.read_all();
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

TEST_CASE("a pipe is synced as far as that goes") {
  pipe_pair pipe;
  output_file file{pipe.write_end, false};
  file.buffer() += "x";
  CHECK_FALSE(file.sync());
  CHECK(file.bytes() == 1);
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
  std::thread reader{[&] { seen = pipe.read_all(); }};
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
  std::thread reader{[&] { seen = pipe.read_all(); }};
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
  std::thread reader{[&] { seen = pipe.read_all(); }};
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

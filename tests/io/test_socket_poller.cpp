#include "net/kernel_sockets.hpp"
#include "net/resume.hpp"
#include "net/socket_poller.hpp"
#include "support/catch.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

/// `co_await socket_wait{…}`: waits until a socket is ready.
class socket_wait final : private socket_waiter {
 public:
  socket_wait(polled_socket& socket, readiness what) : socket_{socket}, what_{what} {}
  socket_wait(const socket_wait&) = delete;
  ~socket_wait() { socket_.forget_waiter(); }

  bool await_ready() const { return socket_.ready(what_); }
  void await_suspend(std::coroutine_handle<> coroutine) {
    coroutine_ = coroutine;
    socket_.await(what_, *this);
  }
  void await_resume() const {}

 private:
  void on_ready() override { coroutine_.resume(); }

  polled_socket& socket_;
  readiness what_;
  std::coroutine_handle<> coroutine_;
};

/// A stream with both its ends here: ours is watched, the peer's is a plain descriptor.
class stream {
 public:
  explicit stream(socket_poller& poller) : ours{poller} {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) != 0) throw errno;
    ours.assign(ends[0]);
    peer_ = ends[1];
    if (ours.watch() != 0) throw errno;
  }
  stream(const stream&) = delete;
  ~stream() { hang_up(); }

  void say(std::string_view text) const { CHECK(::write(peer_, text.data(), text.size()) > 0); }
  void hang_up() {
    if (peer_ >= 0) ::close(std::exchange(peer_, -1));
  }
  std::string read(std::size_t bytes_max = 100) {
    std::string text(bytes_max, '\0');
    const auto count = ::recv(ours.descriptor(), text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }

  polled_socket ours;

 private:
  int peer_ = -1;
};

job count_wakes(job_scope&, polled_socket& socket, readiness what, int& wakes) {
  socket_wait wait{socket, what};
  co_await wait;
  ++wakes;
}

/// On its first wake-up, destroys the job that waits for another stream.
job destroy_other(job_scope&, polled_socket& socket, std::unique_ptr<job_scope>& other,
                  int& wakes) {
  socket_wait wait{socket, readiness::readable};
  co_await wait;
  ++wakes;
  other.reset();
}

/// On its first wake-up, replaces another stream by a new one, which gets its descriptors.
job replace_other(job_scope&, socket_poller& poller, polled_socket& socket,
                  std::unique_ptr<stream>& other, int& wakes) {
  socket_wait wait{socket, readiness::readable};
  co_await wait;
  ++wakes;
  const int descriptor = other->ours.descriptor();
  other.reset();
  other = std::make_unique<stream>(poller);
  CHECK(other->ours.descriptor() == descriptor);
}

/// Reads a byte at a time for as long as there are any.
job read_slowly(job_scope&, stream& from, int& reads) {
  for (;;) {
    socket_wait wait{from.ours, readiness::readable};
    co_await wait;
    if (from.read(1).empty()) co_return;
    ++reads;
    from.ours.tell_again();
  }
}

job stop_after(job_scope&, asio::steady_timer& timer, bool& expired) {
  co_await timer.async_wait(resume);
  expired = true;
}

}  // namespace

TEST_CASE("a fresh stream is writable, and readable when something has come") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  job_scope scope;
  int writable = 0;
  int readable = 0;
  {
    stream one{poller};
    CHECK(poller.watched() == 1);
    count_wakes(scope, one.ours, readiness::writable, writable);
    while (writable == 0)
      context.run_one();
    count_wakes(scope, one.ours, readiness::readable, readable);
    context.poll();
    CHECK(readable == 0);
    one.say("x");
    while (readable == 0)
      context.run_one();
    CHECK(one.read() == "x");
  }
  CHECK(poller.watched() == 0);
  CHECK(scope.empty());
}

TEST_CASE("readiness that came while nobody waited is remembered until it is used up") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  job_scope scope;
  stream one{poller};
  one.say("x");
  context.run_one();
  REQUIRE(one.ours.ready(readiness::readable));
  CHECK(one.ours.ready(readiness::writable));
  int wakes = 0;
  count_wakes(scope, one.ours, readiness::readable, wakes);
  CHECK(wakes == 1);
  CHECK(one.read() == "x");
  one.ours.used_up(readiness::readable);
  count_wakes(scope, one.ours, readiness::readable, wakes);
  context.poll();
  CHECK(wakes == 1);
  one.say("y");
  while (wakes == 1)
    context.run_one();
  CHECK(one.read() == "y");
}

TEST_CASE("the peer's end wakes a reader, and says so") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  job_scope scope;
  stream one{poller};
  int wakes = 0;
  count_wakes(scope, one.ours, readiness::readable, wakes);
  context.poll();
  CHECK_FALSE(one.ours.peer_done());
  one.hang_up();
  while (wakes == 0)
    context.run_one();
  CHECK(one.ours.peer_done());
  CHECK(one.ours.failed());
}

TEST_CASE("a poller that watches nothing does not keep its loop running") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  context.run();
  auto one = std::make_unique<stream>(poller);
  context.restart();
  context.poll();
  CHECK_FALSE(context.stopped());
  one.reset();
  context.run();
  CHECK(context.stopped());
  // And it can begin again.
  stream two{poller};
  job_scope scope;
  int wakes = 0;
  count_wakes(scope, two.ours, readiness::writable, wakes);
  context.restart();
  while (wakes == 0)
    context.run_one();
  CHECK(wakes == 1);
}

TEST_CASE("a job may destroy another one of the same batch") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  int wakes = 0;
  stream one{poller};
  stream two{poller};
  auto first = std::make_unique<job_scope>();
  auto second = std::make_unique<job_scope>();
  destroy_other(*first, one.ours, second, wakes);
  destroy_other(*second, two.ours, first, wakes);
  one.say("x");
  two.say("x");
  while (wakes == 0)
    context.run_one();
  context.poll();
  CHECK(wakes == 1);
  CHECK((first == nullptr) != (second == nullptr));
}

TEST_CASE("an event is not taken for one of a new socket with the same descriptor") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  int replaced = 0;
  auto one = std::make_unique<stream>(poller);
  auto two = std::make_unique<stream>(poller);
  job_scope scope;
  replace_other(scope, poller, one->ours, two, replaced);
  two->say("for the one that will be gone");
  one->say("x");
  while (replaced == 0)
    context.run_one();
  context.poll();
  CHECK_FALSE(two->ours.ready(readiness::readable));
}

TEST_CASE("a socket whose description lives on elsewhere is told of no more") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  stream other{poller};
  auto one = std::make_unique<stream>(poller);
  // As in a child process that was forked and did not close it.
  const int kept = ::dup(one->ours.descriptor());
  const int place = one->ours.descriptor();
  one->ours.close();
  one->say("x");
  context.poll();
  stream next{poller};
  CHECK(next.ours.descriptor() == place);
  one->say("y");
  context.poll();
  CHECK_FALSE(next.ours.ready(readiness::readable));
  ::close(kept);
}

TEST_CASE("streams that never run dry leave timers and each other their turn") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  stream one{poller};
  stream two{poller};
  const std::string much(50'000, 'x');
  one.say(much);
  two.say(much);
  asio::steady_timer timer{context, 1ms};
  bool expired = false;
  std::array<int, 2> reads{};
  job_scope scope;
  stop_after(scope, timer, expired);
  read_slowly(scope, one, reads[0]);
  read_slowly(scope, two, reads[1]);
  while (!expired)
    context.run_one();
  CHECK(reads[0] < 50'000);
  CHECK(reads[0] - reads[1] <= 1);
  CHECK(reads[1] - reads[0] <= 1);
}

TEST_CASE("all that has come is found at once when somebody asks, however much it is") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  std::vector<std::unique_ptr<stream>> streams;
  job_scope scope;
  int wakes = 0;
  constexpr int count = static_cast<int>(socket_poller::batch_max) + 10;
  for (int i = 0; i < count; ++i) {
    streams.push_back(std::make_unique<stream>(poller));
    count_wakes(scope, streams.back()->ours, readiness::writable, wakes);
  }
  poller.poll();
  CHECK(wakes == count);
}

TEST_CASE("sockets, jobs and loop may be abandoned after any step, in any order") {
  for (int steps = 0; steps < 8; ++steps) {
    for (const bool loop_first : {false, true}) {
      auto context = std::make_unique<asio::io_context>();
      auto poller = std::make_unique<socket_poller>(std::make_unique<kernel_sockets>(*context));
      auto one = std::make_unique<stream>(*poller);
      auto scope = std::make_unique<job_scope>();
      int reads = 0;
      int wakes = 0;
      read_slowly(*scope, *one, reads);
      stream other{*poller};
      count_wakes(*scope, other.ours, readiness::writable, wakes);
      one->say("some text");
      for (int i = 0; i < steps; ++i)
        context->run_one_for(1ms);
      if (loop_first) {
        scope.reset();
        one.reset();
        other.ours.close();
        poller.reset();
        context.reset();
      } else {
        one->ours.close();
        scope.reset();
        context->restart();
        context->poll();
        other.ours.close();
        poller.reset();
      }
      CHECK(wakes <= 1);
    }
  }
}

TEST_CASE("sockets that are closed together are closed, and none between them is") {
  asio::io_context context;
  socket_poller poller{std::make_unique<kernel_sockets>(context)};
  std::vector<std::unique_ptr<stream>> streams;
  for (int i = 0; i < 40; ++i)
    streams.push_back(std::make_unique<stream>(poller));
  std::vector<int> closed;
  std::vector<int> kept;
  poller.gather_closes();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const int descriptor = streams[i]->ours.descriptor();
    if (i % 5 == 0 || i > 30) {
      kept.push_back(descriptor);
      continue;
    }
    closed.push_back(descriptor);
    streams[i]->ours.close();
    CHECK(::fcntl(descriptor, F_GETFD) >= 0);
  }
  CHECK(poller.watched() == kept.size());
  poller.close_gathered();
  for (const int descriptor : closed)
    CHECK(::fcntl(descriptor, F_GETFD) < 0);
  for (const int descriptor : kept)
    CHECK(::fcntl(descriptor, F_GETFD) >= 0);
  const int alone = streams.back()->ours.descriptor();
  streams.back()->ours.close();
  CHECK(::fcntl(alone, F_GETFD) < 0);
}

TEST_CASE("sockets that wait to be closed are, when their poller ends") {
  asio::io_context context;
  int descriptor = -1;
  {
    socket_poller poller{std::make_unique<kernel_sockets>(context)};
    stream one{poller};
    descriptor = one.ours.descriptor();
    poller.gather_closes();
  }
  CHECK(::fcntl(descriptor, F_GETFD) < 0);
}

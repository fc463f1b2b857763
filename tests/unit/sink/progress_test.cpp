#include "sink/progress.hpp"

#include "samples.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;

namespace {

progress_snapshot sample() {
  progress_snapshot snapshot;
  snapshot.done = 12'345;
  snapshot.total = 65'534;
  snapshot.per_second = 9'876;
  snapshot.in_flight = 512;
  snapshot.up = 12'000;
  snapshot.timeout = 345;
  return snapshot;
}

constexpr std::chrono::steady_clock::time_point start{1000s};

/// A terminal that breaks its lines anew when its width changes, as most do, and keeps the cursor
/// on its character. It understands what a progress line writes.
class terminal {
 public:
  explicit terminal(std::uint16_t columns)
      : keyboard_{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)} {
    if (keyboard_ < 0 || ::grantpt(keyboard_) != 0 || ::unlockpt(keyboard_) != 0) return;
    screen_ = ::open(::ptsname(keyboard_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios plain{};
    ::tcgetattr(screen_, &plain);
    ::cfmakeraw(&plain);
    ::tcsetattr(screen_, TCSANOW, &plain);
    resize(columns);
  }
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;
  ~terminal() {
    ::close(screen_);
    ::close(keyboard_);
  }
  bool works() const { return screen_ >= 0; }
  int descriptor() const { return screen_; }
  void resize(std::uint16_t columns) {
    take();
    columns_ = columns;
    const winsize size{24, columns, 0, 0};
    ::ioctl(keyboard_, TIOCSWINSZ, &size);
  }
  void print(std::string_view text) { show(text); }
  /// All that is to be seen, each line once however it is broken.
  const std::vector<std::string>& lines() {
    take();
    return lines_;
  }

 private:
  void take() {
    std::array<char, 4096> bytes;
    pollfd ready{keyboard_, POLLIN, 0};
    while (::poll(&ready, 1, 0) > 0) {
      const ssize_t count = ::read(keyboard_, bytes.data(), bytes.size());
      if (count <= 0) break;
      show({bytes.data(), static_cast<std::size_t>(count)});
    }
  }
  void show(std::string_view text) {
    for (; !text.empty(); text.remove_prefix(1)) {
      std::string& line = lines_.back();
      if (text.starts_with("\x1b[J")) {
        line.resize(cursor_);
        text.remove_prefix(2);
      } else if (text.starts_with("\x1b[2K")) {
        const std::size_t row = cursor_ - cursor_ % columns_;
        line.replace(row, columns_, std::min(columns_, line.size() - row), ' ');
        text.remove_prefix(3);
      } else if (text.front() == '\r') {
        cursor_ -= cursor_ % columns_;
      } else if (text.front() == '\n') {
        lines_.emplace_back();
        cursor_ = 0;
      } else {
        if (cursor_ == line.size()) line += ' ';
        line[cursor_++] = text.front();
      }
    }
  }

  int keyboard_;
  int screen_ = -1;
  std::size_t columns_ = 80;
  std::vector<std::string> lines_{1};
  std::size_t cursor_ = 0;  // in the last line
};

}  // namespace

TEST_CASE("progress with a known total has a percentage and an ETA") {
  CHECK(render_progress(sample(), 120) ==
        "sweep  12,345/65,534 18%  9,876/s  in flight 512  up 12,000 timeout 345  ETA 0:06");
}

TEST_CASE("progress without a known total has neither") {
  progress_snapshot snapshot = sample();
  snapshot.total.reset();
  snapshot.other = 7;
  CHECK(render_progress(snapshot, 120) ==
        "sweep  12,345  9,876/s  in flight 512  up 12,000 timeout 345 other 7");
}

TEST_CASE("progress is cut to the terminal's columns") {
  CHECK(render_progress(sample(), 20) == "sweep  12,345/65,534");
  CHECK(render_progress(sample(), 0).empty());
  CHECK(render_progress(sample(), -1).empty());
}

TEST_CASE("progress before the first result has no ETA") {
  progress_snapshot snapshot;
  snapshot.total = 0;
  CHECK(render_progress(snapshot, 120) == "sweep  0/0 100%  0/s  in flight 0  up 0");
  snapshot.total = 10;
  CHECK(render_progress(snapshot, 120) == "sweep  0/10 0%  0/s  in flight 0  up 0");
}

TEST_CASE("a total that proves too small grows with what is done") {
  progress_snapshot snapshot;
  snapshot.done = snapshot.up = 12;
  snapshot.total = 10;
  CHECK(render_progress(snapshot, 120) == "sweep  12/12 100%  0/s  in flight 0  up 12");
}

TEST_CASE("an ETA of hours shows hours, and one past all patience is left out") {
  progress_snapshot snapshot = sample();
  snapshot.per_second = 10;
  CHECK_THAT(render_progress(snapshot, 120), Catch::Matchers::EndsWith("ETA 1:28:39"));
  snapshot.per_second = 0.0001;
  CHECK_THAT(render_progress(snapshot, 120), !Catch::Matchers::ContainsSubstring("ETA"));
}

TEST_CASE("the rate starts as the average and then follows what happens") {
  rate_meter meter{start};
  CHECK(meter.take(0, start) == 0);
  CHECK(meter.take(1'000, start + 1s) == Catch::Approx(1000));
  CHECK(meter.take(2'000, start + 2s) == Catch::Approx(1000));
  // The same moment again tells nothing new.
  CHECK(meter.take(2'500, start + 2s) == Catch::Approx(1000));
  const double slowing = meter.take(2'000, start + 3s);
  CHECK(slowing < 700);
  CHECK(slowing > 500);
  CHECK(meter.take(2'000, start + 60s) < 1);
}

TEST_CASE("a progress line is drawn in place and leaves nothing behind") {
  const test::memory_file memory;
  {
    progress_line line{memory.descriptor(), start};
    line.erase();
    CHECK(memory.content().empty());
    progress_snapshot snapshot;
    snapshot.done = snapshot.up = 50;
    line.draw(snapshot, start + 1s);
    CHECK(memory.content() == "\r\x1b[Jsweep  50  50/s  in flight 0  up 50\r");
    line.erase();
    line.erase();
    line.draw(snapshot, start + 2s);
  }
  const std::string text = memory.content();
  CHECK_THAT(
      text, Catch::Matchers::StartsWith("\r\x1b[Jsweep  50  50/s  in flight 0  up 50\r\r\x1b[J\r"));
  CHECK_THAT(text, Catch::Matchers::EndsWith("up 50\r\r\x1b[J"));
}

TEST_CASE("a progress line leaves nothing behind in a terminal that was made narrower or wider") {
  terminal window{120};
  if (!window.works()) MUSTER_SKIP("no pseudo-terminals");
  using lines = std::vector<std::string>;
  window.print("10.0.0.1  up\n");
  progress_line line{window.descriptor(), start};
  auto now = start;
  for (const std::uint16_t columns : std::vector<std::uint16_t>{120, 40, 25, 8, 60, 200, 10}) {
    window.resize(columns);
    line.draw(sample(), now += 1s);
    CAPTURE(columns);
    const std::string shown = window.lines().back();
    CHECK(window.lines().size() == 2);
    CHECK(shown.size() < columns);
    CHECK(std::string{"sweep  12,345/65,534 18%  "}.starts_with(shown.substr(0, 26)));
  }
  window.resize(4);
  line.erase();
  CHECK(window.lines() == lines{"10.0.0.1  up", ""});
}

TEST_CASE("what goes on has a name in the progress line") {
  progress_snapshot snapshot;
  snapshot.title = "backup";
  CHECK(render_progress(snapshot, 80).starts_with("backup  0  "));
  CHECK(render_progress(progress_snapshot{}, 80).starts_with("sweep  0  "));
}

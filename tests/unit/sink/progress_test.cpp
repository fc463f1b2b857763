#include "sink/progress.hpp"

#include "samples.hpp"
#include "support/catch.hpp"

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
  CHECK_THAT(render_progress(snapshot, 120), Catch::EndsWith("ETA 1:28:39"));
  snapshot.per_second = 0.0001;
  CHECK_THAT(render_progress(snapshot, 120), !Catch::Contains("ETA"));
}

TEST_CASE("the rate starts as the average and then follows what happens") {
  rate_meter meter{start};
  CHECK(meter.take(0, start) == 0);
  CHECK(meter.take(1'000, start + 1s) == Approx(1000));
  CHECK(meter.take(2'000, start + 2s) == Approx(1000));
  // The same moment again tells nothing new.
  CHECK(meter.take(2'500, start + 2s) == Approx(1000));
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
    CHECK(memory.content() == "\r\x1b[2Ksweep  50  50/s  in flight 0  up 50");
    line.erase();
    line.erase();
    line.draw(snapshot, start + 2s);
  }
  const std::string text = memory.content();
  CHECK_THAT(text, Catch::StartsWith("\r\x1b[2Ksweep  50  50/s  in flight 0  up 50\r\x1b[2K\r"));
  CHECK_THAT(text, Catch::EndsWith("up 50\r\x1b[2K"));
}

TEST_CASE("what goes on has a name in the progress line") {
  progress_snapshot snapshot;
  snapshot.title = "backup";
  CHECK(render_progress(snapshot, 80).starts_with("backup  0  "));
  CHECK(render_progress(progress_snapshot{}, 80).starts_with("sweep  0  "));
}

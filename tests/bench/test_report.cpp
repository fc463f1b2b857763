#include "bench/numbers_text.hpp"
#include "bench/report.hpp"
#include "support/catch.hpp"
#include "support/loopback.hpp"

#include <stdexcept>

using namespace muster::bench;

namespace {

row row_of(const char* contender, double rate, double cpu_s) {
  row out;
  out.contender = contender;
  out.probes = 100;
  out.runs = 3;
  out.rate = {rate, rate * 0.9, rate * 1.1};
  out.cpu_s = {cpu_s, cpu_s * 0.9, cpu_s * 1.1};
  out.wall_s = {1, 0.9, 1.1};
  out.memory_kib = {1000, 990, 1010};
  out.first_s = {-1, -1, -1};
  return out;
}

report small_report() {
  report out;
  out.machine.kernel = "Linux <script>";
  scenario_report one{"timeouts", "100 silent hosts", 100, {}};
  one.rows = {row_of("coroutine", 100, 1), row_of("thread", 200, 2), row_of("limit", 900, 0.1)};
  one.rows[1].of_limit = spread{0.5, 0.4, 0.6};
  row absent;
  absent.contender = "nmap";
  absent.outcome = verdict::absent;
  absent.why = "nmap is not installed";
  one.rows.push_back(absent);
  out.scenarios.push_back(one);
  out.growth.push_back({"targets",
                        "hosts",
                        "targets",
                        {{"coroutine", {{10, 1.5, 0.1, 5000, ""}, {100, 0, 0, 0, "no"}}}}});
  out.figures.push_back({"a figure", "> 1", "0.5", false});
  return out;
}

}  // namespace

TEST_CASE("a spread is the median, the least and the greatest") {
  const auto odd = spread::of({3, 1, 2});
  CHECK(odd.median == 2);
  CHECK(odd.min == 1);
  CHECK(odd.max == 3);
  CHECK(spread::of({4, 1}).median == 2.5);
}

TEST_CASE("a report that is written as JSON is read as it was") {
  const muster::test::temporary_directory files;
  const auto before = small_report();
  muster::test::write_whole_file(files.file("a.json"), json_of(before));
  report after;
  add_json(after, files.file("a.json"));
  CHECK(json_of(after) == json_of(before));
  CHECK(after.scenarios.at(0).rows.at(3).outcome == verdict::absent);
  add_json(after, files.file("a.json"));
  CHECK(after.scenarios.size() == 2);
}

TEST_CASE("what is no report is refused") {
  const muster::test::temporary_directory files;
  for (const auto* text : {"", "{}", "[]", "{\"machine\": 1", "{\"machine\": {}}"}) {
    CAPTURE(text);
    muster::test::write_whole_file(files.file("b.json"), text);
    report out;
    CHECK_THROWS_AS(add_json(out, files.file("b.json")), std::runtime_error);
  }
}

TEST_CASE("who was better in all rounds is ahead, the plain loop aside") {
  const auto all = small_report();
  CHECK(ahead_of_muster(all.scenarios[0]) == "thread in time");
}

TEST_CASE("rounds that overlap put nobody ahead") {
  auto all = small_report();
  all.scenarios[0].rows[1].rate = {110, 95, 120};
  CHECK(ahead_of_muster(all.scenarios[0]).empty());
  CHECK(about_ahead(all.scenarios[0]) == "Nobody is ahead of the coroutine.");
}

TEST_CASE("a report claims nothing that was not compared") {
  auto one = small_report().scenarios[0];
  one.rows[0].outcome = verdict::disqualified;
  CHECK(about_ahead(one).starts_with("The coroutine lost results or had wrong ones"));
  one.rows[0].outcome = verdict::good;
  one.rows[1].outcome = verdict::disqualified;
  CHECK(about_ahead(one) == "Nobody else was measured.");
  one.rows[0].runs = 0;
  CHECK(about_ahead(one) == "The coroutine was not measured.");
  one.rows.erase(one.rows.begin());
  CHECK(about_ahead(one) == "The coroutine was not measured.");
}

TEST_CASE("the page needs nothing but itself, and escapes what it shows") {
  const auto page = html_of(small_report());
  CHECK(page.find("Linux &lt;script&gt;") != page.npos);
  CHECK(page.find("<script") == page.npos);
  CHECK(page.find(" src=") == page.npos);
  CHECK(page.find("<link") == page.npos);
  CHECK(page.find("2.00×") != page.npos);
  CHECK(page.find("absent: nmap is not installed") != page.npos);
}

TEST_CASE("the text says what was absent and what is not met") {
  const auto text = text_of(small_report());
  CHECK(text.find("absent: nmap is not installed") != text.npos);
  CHECK(text.find("NOT MET") != text.npos);
  CHECK(text.find("coroutine at 100: no") != text.npos);
}

TEST_CASE("numbers have three digits that count") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.01234) == "0.0123");
  CHECK(short_number(1.234) == "1.23");
  CHECK(short_number(12.34) == "12.3");
  CHECK(short_number(123.4) == "123");
  CHECK(short_number(1234567) == "1,234,567");
  CHECK(duration_text(-1) == "–");
  CHECK(duration_text(0.0000123) == "12.3 µs");
  CHECK(duration_text(3.04) == "3.04 s");
  CHECK(memory_text(512) == "512 KiB");
  CHECK(memory_text(288'768) == "282 MiB");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
}

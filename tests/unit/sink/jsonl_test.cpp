#include "samples.hpp"
#include "sink/json_text.hpp"
#include "support/catch.hpp"

#include <rapidjson/document.h>

using namespace muster;
using namespace std::chrono_literals;
using test::list;

namespace {

/// Parses with the strictest UTF-8 checks there are.
rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  CAPTURE(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::string json_line(probe_result result) {
  return test::output_of(output_format::jsonl, list(std::move(result)));
}

bool has_raw_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    const bool after_c2 = i > 0 && text[i - 1] == '\xc2';
    if (after_c2 && byte >= 0x80 && byte <= 0x9f) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("an answered ping is one JSON line") {
  CHECK(json_line(test::icmp_up()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"192.168.0.1","probe":"icmp",)"
        R"("address":"192.168.0.1","status":"up","rtt_ms":0.045,"ttl":64,"bytes":64})"
        "\n");
}

TEST_CASE("several packets add their counts, loss, times and jitter") {
  CHECK(json_line(test::icmp_with_loss()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"10.0.0.8","probe":"icmp",)"
        R"("address":"10.0.0.8","status":"up","rtt_ms":0.200,"ttl":64,"bytes":64,"sent":5,)"
        R"("received":3,"loss":0.400,"rtt_min_ms":0.100,"rtt_avg_ms":0.200,"rtt_max_ms":0.300,)"
        R"("jitter_ms":0.050})"
        "\n");
}

TEST_CASE("several packets without an answer have a loss of 1 and no times") {
  probe_result result = test::icmp_with_loss();
  result.status = status::timeout;
  result.reason = reason::no_reply;
  result.rtt = -1ns;
  test::icmp_of(result).received = 0;
  CHECK(json_line(std::move(result)) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"10.0.0.8","probe":"icmp",)"
        R"("address":"10.0.0.8","status":"timeout","reason":"no_reply","sent":5,"received":0,)"
        R"("loss":1.000})"
        "\n");
}

TEST_CASE("an ICMP error names its source") {
  CHECK(json_line(test::icmp_unreachable()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"10.0.0.9","probe":"icmp",)"
        R"("address":"10.0.0.9","status":"unreachable","reason":"icmp_host_unreachable",)"
        R"("error_source":"10.0.0.1"})"
        "\n");
}

TEST_CASE("a probe that was tried again tells of every try") {
  CHECK(json_line(test::icmp_retried()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"10.0.0.8","probe":"icmp",)"
        R"("address":"10.0.0.8","status":"up","rtt_ms":0.045,"ttl":64,"bytes":64,)"
        R"("attempts":[{"status":"timeout","reason":"no_reply"},{"status":"up","rtt_ms":0.045}]})"
        "\n");
}

TEST_CASE("a name of which several addresses were asked tells what came of each") {
  CHECK(json_line(test::icmp_of_all()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"db.example","probe":"icmp",)"
        R"("address":"10.0.0.8","status":"timeout","reason":"no_reply",)"
        R"("addresses":[{"address":"10.0.0.7","status":"up","rtt_ms":0.045},)"
        R"({"address":"10.0.0.8","status":"timeout","reason":"no_reply"}]})"
        "\n");
}

TEST_CASE("a refused connection keeps the target as it was written") {
  CHECK(json_line(test::tcp_refused()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"db.example:5432","probe":"tcp",)"
        R"("address":"10.0.0.7","port":5432,"status":"refused","reason":"connection_refused",)"
        R"("rtt_ms":0.310})"
        "\n");
}

TEST_CASE("a name that does not resolve has no address") {
  probe_result result = test::tcp_refused();
  result.has_address = false;
  result.rtt = -1ns;
  result.status = status::name_error;
  result.reason = reason::name_not_found;
  CHECK(json_line(std::move(result)) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"db.example:5432","probe":"tcp",)"
        R"("port":5432,"status":"name_error","reason":"name_not_found"})"
        "\n");
}

TEST_CASE("an HTTP result carries everything that is known of the response") {
  CHECK(json_line(test::http_maximal()) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"http://127.0.0.1:8080/",)"
        R"("probe":"http","address":"127.0.0.1","port":8080,"status":"mismatch",)"
        R"("reason":"bad_redirect","rtt_ms":1.204,"url":"http://127.0.0.1:8080/",)"
        R"("version":"1.1","status_code":200,"redirects":[301,302],"title":"Welcome to nginx!",)"
        R"("server":"nginx/1.22.1","content_type":"text/html","content_length":612,)"
        R"("location":"/elsewhere","body_bytes":612,"body_truncated":true,"resolve_ms":0.000,)"
        R"("connect_ms":0.100,"first_byte_ms":0.700,"transfer_ms":0.300,"bad_header_lines":2,)"
        R"("connection_reused":true})"
        "\n");
}

TEST_CASE("an HTTP result without a response says only what it knows") {
  probe_result result = test::http_up();
  result.status = status::timeout;
  result.reason = reason::first_byte_timeout;
  result.rtt = -1ns;
  result.details.emplace<http_details>();
  test::http_of(result).connect = 100us;
  CHECK(json_line(std::move(result)) ==
        R"({"time":"2026-01-31T08:15:00.123456Z","target":"http://127.0.0.1:8080/",)"
        R"("probe":"http","address":"127.0.0.1","port":8080,"status":"timeout",)"
        R"("reason":"first_byte_timeout","connect_ms":0.100})"
        "\n");
}

TEST_CASE("the time follows the clock over seconds, backwards and before 1970") {
  const auto time_of = [](std::chrono::sys_time<std::chrono::nanoseconds> when) {
    probe_result result = test::icmp_up();
    result.finished = std::chrono::time_point_cast<std::chrono::system_clock::duration>(when);
    return result;
  };
  const std::chrono::sys_time<std::chrono::nanoseconds> epoch{};
  const std::string text = test::output_of(
      output_format::jsonl,
      list(time_of(epoch), time_of(epoch + 999'999'999ns), time_of(epoch + 1s),
           time_of(epoch - 1us), time_of(epoch + std::chrono::days{11'016} + 23h + 59min + 59s),
           time_of(epoch)));
  const std::vector<std::string> lines = test::lines_of(text);
  const std::vector<std::string> expected{
      "1970-01-01T00:00:00.000000Z", "1970-01-01T00:00:00.999999Z", "1970-01-01T00:00:01.000000Z",
      "1969-12-31T23:59:59.999999Z", "2000-02-29T23:59:59.000000Z", "1970-01-01T00:00:00.000000Z"};
  REQUIRE(lines.size() == expected.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(parsed(lines[i])["time"].GetString() == expected[i]);
  }
}

TEST_CASE("milliseconds are rounded to the nearest microsecond") {
  const auto rtt_of = [](std::chrono::nanoseconds value) {
    probe_result result = test::icmp_up();
    result.rtt = value;
    const std::string line = json_line(std::move(result));
    const std::size_t at = line.find("\"rtt_ms\":") + 9;
    return line.substr(at, line.find(',', at) - at);
  };
  CHECK(rtt_of(0ns) == "0.000");
  CHECK(rtt_of(499ns) == "0.000");
  CHECK(rtt_of(500ns) == "0.001");
  CHECK(rtt_of(999'500ns) == "1.000");
  CHECK(rtt_of(3s) == "3000.000");
  CHECK(rtt_of(std::chrono::nanoseconds::max()) == "9223372036854.776");
}

TEST_CASE("a loss says none or all only when it is none or all") {
  const auto loss_of = [](std::uint32_t sent, std::uint32_t received) {
    probe_result result = test::icmp_with_loss();
    test::icmp_of(result).sent = sent;
    test::icmp_of(result).received = received;
    return parsed(json_line(std::move(result)))["loss"].GetDouble();
  };
  CHECK(loss_of(5, 5) == 0.0);
  CHECK(loss_of(5, 0) == 1.0);
  CHECK(loss_of(3, 2) == 0.333);
  CHECK(loss_of(3, 1) == 0.667);
  CHECK(loss_of(1'000'000, 999'999) == 0.001);
  CHECK(loss_of(1'000'000, 1) == 0.999);
  CHECK(loss_of(2, 3) == 0.0);
}

TEST_CASE("every byte value in network text leaves a valid, printable JSON line") {
  for (int value = 0; value < 256; ++value) {
    const auto byte = static_cast<char>(value);
    // Alone, in the middle, after a lead byte that it may or may not complete, and cut off.
    for (const std::string& title :
         {std::string{byte}, std::string{'a', byte, 'b'}, std::string{'\xc2', byte},
          std::string{'\xe2', byte, '\x80'}, std::string{'\xf0', '\x9f', byte}}) {
      probe_result result = test::http_up();
      test::http_of(result).title = title;
      test::http_of(result).server = title;
      std::string line = json_line(std::move(result));
      CAPTURE(value, line);
      REQUIRE(line.back() == '\n');
      line.pop_back();
      CHECK_FALSE(has_raw_control(line));
      const rapidjson::Document document = parsed(line);
      CHECK(document["title"].IsString());
      if (value < 0x80 && title.size() == 1) {
        CHECK(std::string(document["title"].GetString(), document["title"].GetStringLength()) ==
              title);
      }
    }
  }
}

TEST_CASE("valid text from the network comes through unchanged") {
  const std::string title =
      "Grüße, 日本語 🦊 \"quoted\" \\ / \t\r\n\x1b[31m\x7f \xc2\x9b end";
  probe_result result = test::http_up();
  test::http_of(result).title = title;
  const rapidjson::Document document = parsed(json_line(std::move(result)));
  CHECK(document["title"].GetString() == title);
}

TEST_CASE("a target is escaped, too, and never cut at the length of a target line") {
  std::string written = "host\"\\\xff";
  written.append(8 * 1024, 'x');
  probe_result result = test::tcp_refused();
  result.subject = test::named_target(target_form::name, written, "host", 0);
  const rapidjson::Document document = parsed(json_line(std::move(result)));
  CHECK(document["target"].GetString() == "host\"\\\xef\xbf\xbd" + std::string(8 * 1024, 'x'));
}

TEST_CASE("text from the network has an upper bound") {
  probe_result result = test::http_up();
  test::http_of(result).title.assign(1'000'000, '\x01');
  const std::string line = json_line(std::move(result));
  parsed(line);
  CHECK(line.size() < 200'000);
}

TEST_CASE("a JSON string of nothing is a pair of quotes") {
  std::string out = "before:";
  append_json_string(out, "", 100);
  CHECK(out == "before:\"\"");
}

TEST_CASE("a label is the last member of a JSON line, escaped") {
  const std::string line = json_line(test::labelled(test::icmp_up(), "core \"1\"\x1b"));
  CHECK(line.ends_with(R"(,"label":"core \"1\"\u001B"})"
                       "\n"));
}

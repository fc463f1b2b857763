#include "map_samples.hpp"
#include "muster/sink.hpp"
#include "sink/page_rows.hpp"
#include "sink/page_text.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <rapidjson/document.h>

#include <unistd.h>

using namespace muster;
using namespace std::chrono_literals;
using test::ip;
using test::list;

namespace {

std::string page_of(std::vector<probe_result> results, const sweep_summary& given = {},
                    const page_options& options = {"muster sweep 'a b'", {}}) {
  const test::memory_file file;
  const auto sink =
      make_sink(output_format::html, output_file{file.descriptor(), false}, "memory", {}, options);
  sweep_summary summary = given;
  for (const probe_result& result : results) {
    sink->write(result);
    summary.totals.add(result);
  }
  sink->flush();
  CHECK(file.content().empty());
  sink->finish(summary);
  CHECK_FALSE(sink->error());
  return file.content();
}

/// The data of a page, as its script gets them.
std::string data_text(const std::string& page) {
  const std::string begin_mark = "id=\"data\">";
  const std::size_t begin = page.find(begin_mark);
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page.find("</script>", begin);
  REQUIRE(end != std::string::npos);
  return page.substr(begin + begin_mark.size(), end - begin - begin_mark.size());
}

rapidjson::Document data_of(const std::string& page) {
  rapidjson::Document data;
  data.Parse(data_text(page).c_str());
  REQUIRE(data.IsObject());
  return data;
}

std::string page_string(std::string_view text) {
  std::string out;
  append_page_string(out, text, 1000);
  return out;
}

struct temporary_directory {
  std::string path;
  temporary_directory() {
    path = (std::filesystem::temp_directory_path() / "muster-page-XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
  }
  ~temporary_directory() { std::filesystem::remove_all(path); }
  std::string file(const char* name) const { return path + "/" + name; }
  std::size_t size() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{path}, {}));
  }
};

std::string content_of(const std::string& path) {
  std::ifstream file{path};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("hostile text can't leave its string, its script element or its direction") {
  CHECK(page_string("plain") == R"("plain")");
  CHECK(page_string("</script><!--\"\\") == R"("\u003c/script>\u003c!--\"\\")");
  CHECK(page_string("a\tb\n\x1b[31m") == R"("a\\x09b\\x0a\\x1b[31m")");
  CHECK(page_string("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\xa9") == R"("\\u{202e}\\u{2028}\\u{2029}")");
  CHECK(page_string("\xff") == R"("\\xff")");
}

TEST_CASE("a hostile title, header, target and command are data in a page and nothing else") {
  const std::string hostile = "</script><script>alert(1)</script>\xe2\x80\xae\x01";
  probe_result result = test::http_up();
  test::http_of(result).title = hostile;
  test::http_of(result).server = hostile;
  result.subject = test::named_target(target_form::url, hostile, "", 80);
  const std::string page = page_of(list(std::move(result)), {}, {hostile, {}});
  CHECK(page.find("alert(1)</script>") == std::string::npos);
  CHECK(data_text(page).find('<') == std::string::npos);
  const auto data = data_of(page);
  const std::string shown = R"(</script><script>alert(1)</script>\u{202e}\x01)";
  CHECK(data["command"].GetString() == shown);
  const auto& details = data["table"]["rows"][0][7];
  CHECK(details["title"].GetString() == shown);
  CHECK(details["server"].GetString() == shown);
  CHECK(details["target"].GetString() == shown);
}

TEST_CASE("a page allows only its own script and style, and fetches nothing") {
  const std::string page = page_of({});
  CHECK_THAT(page, Catch::Matchers::ContainsSubstring("default-src 'none'; script-src 'sha256-"));
  for (const char* outside : {"src=\"http", "href=\"http", "url(http", "@import", "onclick="})
    CHECK(page.find(outside) == std::string::npos);
  CHECK(page.find("@DATA@") == std::string::npos);
  CHECK_THAT(page, Catch::Matchers::EndsWith("</html>\n"));
}

TEST_CASE("rows stand in address order, addresses as differences, what is nothing left out") {
  auto data = data_of(page_of(list(test::answer(ip("10.0.0.9"), 1ms), test::silence(ip("10.0.0.7")),
                                   test::tcp_refused(), test::answer(ip("2001:db8::1"), 2ms))));
  const auto& rows = data["table"]["rows"];
  REQUIRE(rows.Size() == 4);
  CHECK(rows[0][0].GetUint() == 0x0a000007);
  CHECK(rows[0][1].GetInt() == static_cast<int>(status::timeout));
  CHECK(rows[0][3].GetInt() == -1);
  CHECK(rows[0].Size() == 4);        // of a range
  CHECK(rows[1][0].GetUint() == 0);  // the same host's port
  CHECK(rows[1][5].GetInt() == 5432);
  CHECK(rows[1][6].GetInt() == 256);  // written down by itself, the others are of a range
  CHECK(rows[1][7]["target"].GetString() == std::string{"db.example:5432"});
  CHECK(rows[2][0].GetUint() == 2);
  CHECK(rows[2][3].GetInt() == 1000);
  CHECK(rows[2][6].GetInt() == 64);
  CHECK(rows[3][0].GetString() == std::string{"2001:db8::1"});
}

TEST_CASE("a row of a page says who sent the error") {
  const auto data = data_of(page_of(list(test::icmp_unreachable())));
  const auto& row = data["table"]["rows"][0];
  CHECK(row[7]["error_source"].GetString() == std::string{"10.0.0.1"});
}

TEST_CASE("a page says what the sweep came to, and whether it is partial") {
  sweep_summary summary;
  summary.elapsed = 1500ms;
  auto data = data_of(page_of(list(test::icmp_up(), test::icmp_with_loss()), summary));
  CHECK(data["counts"][0].GetInt() == 2);
  CHECK(data["elapsed_ms"].GetDouble() == 1500);
  CHECK(data["packets_sent"].GetInt() == 6);
  CHECK(data["rtt_count"].GetInt() == 1);  // each of several packets counts as it comes
  CHECK(data["started"].GetString() == std::string{"1970-01-01T00:00:00.000000Z"});
  CHECK_FALSE(data.HasMember("stopped_by"));
  summary.stopped_early = true;
  summary.stop_reason = reason::interrupted;
  summary.hosts_not_started = 7;
  data = data_of(page_of({}, summary));
  CHECK(data["stopped_by"][0].GetString() == std::string{"interrupted"});
  CHECK(data["not_started"].GetInt() == 7);
}

TEST_CASE("a page has its title, and says from where it was probed") {
  page_options options{"muster", {}};
  auto data = data_of(page_of({}, {}, options));
  CHECK(data["title"].GetStringLength() == 0);
  CHECK(data["machine"].GetStringLength() == 0);
  CHECK(data["addresses"].Size() == 0);
  options.title = "Lab </script> \xe2\x80\xae 7";
  options.machine = "probe.example";
  options.addresses = {"10.0.0.5", "2001:db8::5"};
  data = data_of(page_of({}, {}, options));
  CHECK(data["title"].GetString() == std::string{"Lab </script> \\u{202e} 7"});
  CHECK(data["machine"].GetString() == std::string{"probe.example"});
  REQUIRE(data["addresses"].Size() == 2);
  CHECK(data["addresses"][1].GetString() == std::string{"2001:db8::5"});
}

TEST_CASE("a page's map has a digit for each cell of each block") {
  std::vector<probe_result> results;
  for (std::uint32_t i = 0; i < 512; ++i)
    results.push_back(test::answer(ip("10.0.2.0").plus(i), 1ms));
  results.push_back(test::silence(ip("10.0.3.255"), status::refused, reason::none));
  const auto data = data_of(page_of(std::move(results)));
  REQUIRE(data["maps"].Size() == 1);
  const auto& map = data["maps"][0];
  CHECK(map["cell_bits"].GetInt() == 0);
  REQUIRE(map["parts"].Size() == 1);
  const auto& part = map["parts"][0];
  CHECK(part["base"].GetString() == std::string{"10.0.0.0"});
  CHECK(part["bits"].GetInt() == 10);
  CHECK(part["blocks"][0].GetInt() == 2);
  CHECK(part["tones"].GetStringLength() == 512);
  CHECK(std::string{part["tones"].GetString()} == std::string(512, '9'));
}

TEST_CASE("a table that is full drops silent results first and counts what it drops") {
  page_rows rows;
  for (std::uint32_t i = 0; i < page_rows::rows_max; ++i)
    rows.add(test::silence(ip_address::from_v4(i)));
  rows.add(test::silence(ip("10.0.0.1")));
  CHECK(rows.silent_left_out() == 1);
  for (std::uint32_t i = 0; i < page_rows::rows_max; ++i)
    rows.add(test::answer(ip_address::from_v4(i), 1ms));
  CHECK(rows.silent_left_out() == page_rows::rows_max + 1);
  CHECK(rows.others_left_out() == 0);
  rows.add(test::answer(ip("10.0.0.1"), 1ms));
  CHECK(rows.others_left_out() == 1);
  std::string text;
  rows.write(text, [] {});
  rapidjson::Document table;
  table.Parse(text.c_str());
  REQUIRE(table.IsObject());
  CHECK(table["rows"].Size() == page_rows::rows_max);
  CHECK(table["others_left_out"].GetInt() == 1);
}

TEST_CASE("texts that are too much in all are left out and counted, their rows stay") {
  page_rows rows;
  std::uint32_t count = 0;
  while (rows.texts_left_out() == 0 && count < page_rows::rows_max) {
    probe_result result = test::http_up();
    result.address = ip_address::from_v4(++count);
    test::http_of(result).title = test::http_of(result).server = test::http_of(result).location =
        std::string(200, '\x01');
    rows.add(result);
  }
  CHECK(rows.texts_left_out() == 1);
  CHECK(rows.others_left_out() == 0);
}

TEST_CASE("a file made aside takes its place whole, through links, and keeps nothing beside it") {
  const temporary_directory directory;
  const std::string path = directory.file("page.html");
  std::ofstream{path} << "old";
  std::filesystem::create_symlink("page.html", directory.file("link.html"));
  {
    output_file file = output_file::create_aside(directory.file("link.html"));
    file.buffer() = "new";
    file.flush();
    CHECK(content_of(path) == "old");
    file.commit();
    CHECK_FALSE(file.error());
    CHECK(content_of(path) == "new");
  }
  CHECK(content_of(path) == "new");
  CHECK(std::filesystem::is_symlink(directory.file("link.html")));
  CHECK(directory.size() == 2);
}

TEST_CASE("what a killed run left beside a file is in nobody's way") {
  const temporary_directory directory;
  const std::string left =
      directory.file((".muster-" + std::to_string(::getpid()) + "-page.html").c_str());
  std::ofstream{left} << "left";
  output_file file = output_file::create_aside(directory.file("page.html"));
  file.buffer() = "new";
  file.commit();
  CHECK_FALSE(file.error());
  CHECK(content_of(directory.file("page.html")) == "new");
  CHECK(content_of(left) == "left");
  CHECK(directory.size() == 2);
}

TEST_CASE("a file made aside that is not committed leaves what was there") {
  const temporary_directory directory;
  std::ofstream{directory.file("page.html")} << "old";
  {
    output_file file = output_file::create_aside(directory.file("page.html"));
    file.buffer() = "half a page";
    output_file moved = std::move(file);
    moved.flush();
  }
  CHECK(content_of(directory.file("page.html")) == "old");
  CHECK(directory.size() == 1);
}

TEST_CASE("what can't be replaced is told before there is anything to write") {
  const temporary_directory directory;
  CHECK_THROWS_AS(output_file::create_aside("/nonexistent/page.html"), std::system_error);
  CHECK_THROWS_WITH(output_file::create_aside(directory.path),
                    Catch::Matchers::ContainsSubstring(directory.path));
  CHECK_THROWS_AS(output_file::create_aside("/dev/null"), std::system_error);
}

TEST_CASE("a page whose directory has gone is an error that its sink reports") {
  const temporary_directory directory;
  const std::string inner = directory.file("inner");
  std::filesystem::create_directory(inner);
  const std::string path = inner + "/page.html";
  const auto sink = make_sink(output_format::html, output_file::create_aside(path), path, {});
  std::filesystem::remove_all(inner);
  sink->finish({});
  CHECK(sink->error() == std::errc::no_such_file_or_directory);
  CHECK(sink->name() == path);
}

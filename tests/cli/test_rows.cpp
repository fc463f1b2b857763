#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"
#include "support/nginx_server.hpp"

using namespace muster::test;
using namespace std::chrono_literals;

TEST_CASE("rows of CSV and JSON say port, probe and label, and the label is in every format") {
  temporary_directory directory;
  write_whole_file(directory.file("hosts.csv"),
                   "label,ip,port\n\"shop, \"\"1\"\"\",127.0.0.1,1\n,127.0.0.2,1\n");
  write_whole_file(directory.file("hosts.jsonl"), R"({"host":"127.0.0.3","port":1,"label":"two"})");
  const auto result =
      sweep({"-iL", directory.file("hosts.csv"), "-iL", directory.file("hosts.jsonl"), "--json",
             "-o", directory.file("o.csv"), "-o", directory.file("o.txt")});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"refused")") == 3);
  CHECK(lines_with(result.out, R"("label":"shop, \"1\""})") == 1);
  CHECK(lines_with(result.out, R"("label":"two"})") == 1);
  CHECK(lines_with(result.out, "\"label\"") == 2);
  CHECK(contains(read_whole_file(directory.file("o.csv")), ",\"shop, \"\"1\"\"\","));
  CHECK(contains(read_whole_file(directory.file("o.txt")), "(shop, \"1\")\n"));
}

TEST_CASE("rows from standard input are probed as they come") {
  process child{muster_command({"sweep", "--json"}), {.keep_stdin = true}};
  REQUIRE(child.write("ip,port,label\n127.0.0.1,1,first\n"));
  CHECK(child.wait_for_output("\"first\"", 10s));
  REQUIRE(child.write("127.0.0.2,1,\"sec\nond\"\n"));
  CHECK(child.wait_for_output("\"sec\\nond\"", 10s));
  child.close_stdin();
  CHECK(child.wait().exit_code == 1);
}

TEST_CASE("a row's timeout is its own") {
  const hostile_server silent{hostile_script::silent()};
  const auto result =
      sweep({"--json", "--timeout", "20s"},
            {.input = "{\"url\":\"" + silent.url() + "\",\"timeout\":\"150ms\"}\n"});
  CHECK(contains(result.out, R"("reason":"first_byte_timeout")"));
  CHECK(result.wall < 10s);
}

TEST_CASE("a row's path, method, redirects and body limit are asked for, the others' stay") {
  std::string why_not;
  if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not);
  nginx_server nginx;
  const std::string url = nginx.url();
  const std::string host = url.substr(7, url.find('/', 7) - 7);
  const auto result =
      sweep({"--json", "--input-format", "csv"},
            {.input = "target,path,method,max_redirects,max_body,label,probe\n" + host +
                      ",/missing,HEAD,,,a,\n" +                                           //
                      url + ",/redirect-twice,,5,,b,\n" + host + ",/big,,,10,c,http\n" +  //
                      url + ",,,,,d,\n" +                                                 //
                      host + ",,,,,e,\n"});
  CAPTURE(result.out, result.err);
  CHECK(nginx.was_asked("HEAD /missing 404"));
  CHECK(contains(result.out, R"("status_code":200,"redirects":[302,302])"));
  CHECK(contains(result.out, R"("body_bytes":10,"body_truncated":true)"));
  CHECK(lines_with(result.out, R"("probe":"http")") == 4);
  CHECK(lines_with(result.out, R"("probe":"tcp")") == 1);
  CHECK(lines_with(result.out, R"("status":"up")") == 4);
  CHECK(lines_with(result.out, R"("reason":"status_not_expected")") == 1);
}

TEST_CASE("a row that names its probe gets one probe of a plan of several, and the sum is right") {
  const auto result = sweep({"--tcp", "1,2,3", "--json"},
                            {.input = "ip,port,probe\n127.0.0.1,,\n127.0.0.2,4,tcp\n"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines_with(result.out, "\"127.0.0.1\"") == 3);
  CHECK(lines_with(result.out, R"("127.0.0.2:4")") == 1);
}

TEST_CASE("a row's number of echo requests is its own") {
  MUSTER_NEED_ICMP();
  const auto result =
      sweep({"--json"}, {.input = "ip,count,interval\n127.0.0.1,3,1ms\n127.0.0.2,,\n"});
  CHECK(lines_with(result.out, R"("sent":3,"received":3)") == 1);
  CHECK(lines_with(result.out, "\"sent\"") == 1);
}

TEST_CASE("a bad row is told with file, line, column and reason, counted, and stops nothing else") {
  temporary_directory directory;
  const std::string path = directory.file("hosts.csv");
  write_whole_file(path,
                   "ip,port,timeout,rack\n127.0.0.1,1,,\n127.0.0.2,1,soon,7\n127.0.0.3,1,,\n");
  const auto result = sweep({"-iL", path, "--json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, "\"target\"") == 2);
  CHECK(
      contains(result.err, path + ":3: 127.0.0.2,1,soon,7: timeout: 'soon' is no length of time"));
  CHECK(lines_with(result.err, "'rack'") == 1);
  CHECK(contains(result.err, "1 line was not a target"));

  const auto strict = sweep({"-iL", path, "--json", "--strict"});
  CHECK(strict.exit_code == 2);
  CHECK(strict.out.empty());
  CHECK(contains(strict.err, "nothing was probed"));
}

TEST_CASE("a row with an address and a host connects to the one and asks for the other") {
  std::string why_not;
  if (!nginx_server::available(why_not)) MUSTER_SKIP(why_not);
  nginx_server nginx;
  const std::string port = std::to_string(nginx.port());
  const auto header_bytes = [](const std::string& header) {
    return "\"content_length\":" + std::to_string(header.size()) + ",";
  };
  const process_options csv{.input = "ip,host,port,path\n127.0.0.1,Shop.example," + port +
                                     ",/host\n127.0.0.1,a.example:99," + port +
                                     ",/host\n127.0.0.1,127.0.0.7," + port + ",/host\n"};
  const auto rows = sweep({"--json", "--dedupe"}, csv);
  CAPTURE(rows.out, rows.err);
  CHECK(rows.exit_code == 0);
  CHECK(lines_with(rows.out, R"("address":"127.0.0.1")") == 3);
  CHECK(lines_with(rows.out, header_bytes("shop.example:" + port)) == 1);
  CHECK(lines_with(rows.out, header_bytes("a.example:99")) == 1);
  CHECK(lines_with(rows.out, header_bytes("127.0.0.1:" + port)) == 1);
  CHECK(lines_with(rows.err, "stdin:4: host is ignored where ip names the target") == 1);

  // The host's own redirects, whole URLs here, lead to where the row says that it is.
  const auto moved = sweep({"--json", "--max-redirects", "5", "--resolver", "127.0.0.1:9"},
                           {.input = R"({"url":"http://127.0.0.1:)" + port +
                                     R"(/redirect-twice","host":"shop.example"})"
                                     "\n"});
  CAPTURE(moved.out);
  CHECK(contains(moved.out, R"("status":"up")"));
  CHECK(contains(moved.out, R"("redirects":[302,302])"));
  CHECK(contains(moved.out, R"("title":"A muster of nginx")"));
}

TEST_CASE("lists as scanners write them are probed at the ports they name, and nobody else is") {
  temporary_directory directory;
  write_whole_file(directory.file("plain"), "127.0.0.1,1\n127.0.0.2,2\n");
  write_whole_file(directory.file("zmap.csv"),
                   "saddr,sport,daddr,dport\n127.0.0.3,3,127.0.0.99,45000\n");
  write_whole_file(directory.file("masscan"), "#masscan\nopen tcp 4 127.0.0.4 1390380064\n# end\n");
  write_whole_file(directory.file("addresses"), "saddr\n127.0.0.5:5\n");
  const auto result =
      sweep({"-iL", directory.file("plain"), "-iL", directory.file("zmap.csv"), "-iL",
             directory.file("masscan"), "-iL", directory.file("addresses"), "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "\"target\"") == 5);
  for (int i = 1; i <= 5; ++i) {
    const std::string one = std::to_string(i);
    CHECK(lines_with(result.out, R"("target":"127.0.0.)" + one + ":" + one + "\"") == 1);
  }
  CHECK_FALSE(contains(result.err, "ignored"));

  write_whole_file(directory.file("unclear"), "127.0.0.1,1,2\n");
  const auto unclear = sweep({"-iL", directory.file("unclear"), "--json"});
  CHECK(unclear.exit_code == 2);
  CHECK(unclear.out.empty());
  CHECK(contains(unclear.err, "127.0.0.1:1, a line for each port, or 127.0.0.1-1,1,2"));

  const auto excluded = sweep({"127.0.0.1:1", "--exclude-file", directory.file("plain"), "--json"});
  CHECK(excluded.exit_code == 2);
  CHECK(contains(excluded.err, "plain:1: 127.0.0.1,1: a port can't be excluded"));
}

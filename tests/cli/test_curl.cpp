// Strategy: a server for each odd response, one sweep that asks them all, and one curl for each.
// What curl reads, muster has to read as well: the same status code and as many bytes of body. What
// curl refuses is muster's own affair, and pinned here, too, as releases of curl differ.
#include "cli/odd_responses.hpp"
#include "cli/sweep.hpp"
#include "support/hostile_server.hpp"

#include <cstdlib>
#include <memory>

using namespace muster::test;

namespace {

bool has_curl() { return std::system("curl --version >/dev/null 2>&1") == 0; }

/// What stands after `"name":` in a record, up to the next comma, without quotes.
std::string field_of(std::string_view record, std::string_view name) {
  const std::string key = "\"" + std::string{name} + "\":";
  const auto at = record.find(key);
  if (at == record.npos) return {};
  std::string_view value = record.substr(at + key.size());
  value = value.substr(0, value.find_first_of(",}"));
  if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
  return std::string{value};
}

std::string outcome_of(std::string_view records, const hostile_server& server) {
  const auto at = records.find("\"url\":\"" + server.url() + "\"");
  if (at == records.npos) return "no record";
  const auto begin = records.rfind('\n', at) + 1;  // 0 for the first line
  const auto record = records.substr(begin, records.find('\n', at) - begin);
  if (field_of(record, "status") != "up") return field_of(record, "reason");
  return field_of(record, "status_code") + ' ' + field_of(record, "body_bytes");
}

/// Status code and bytes of body; empty when curl takes it for no answer.
std::string read_by_curl(const hostile_server& server) {
  const auto result = run({"curl", "-sS", "--max-time", "30", "-o", "/dev/null", "-w",
                           "%{http_code} %{size_download}", server.url()});
  return result.exit_code == 0 ? result.out : "";
}

}  // namespace

TEST_CASE("what curl reads of odd responses, muster reads") {
  const auto responses = odd_responses();
  REQUIRE(responses.size() >= 60);
  std::vector<std::unique_ptr<hostile_server>> servers;
  std::vector<std::string> arguments;
  for (const odd_response& each : responses) {
    servers.push_back(std::make_unique<hostile_server>(hostile_script{.head = each.bytes}));
    arguments.push_back(servers.back()->url());
  }
  arguments.insert(arguments.end(), {"--json", "--expect-status", "any", "--timeout", "30s"});
  const auto swept = sweep(arguments);
  const bool compared = has_curl();
  for (std::size_t i = 0; i < responses.size(); ++i) {
    const odd_response& odd = responses[i];
    CAPTURE(odd.bytes);
    CHECK(outcome_of(swept.out, *servers[i]) == odd.says);
    if (!compared || !odd.but.empty()) continue;
    const std::string read = read_by_curl(*servers[i]);
    if (!read.empty()) CHECK(read == odd.says);
  }
  if (!compared) MUSTER_SKIP("curl is not installed");
}

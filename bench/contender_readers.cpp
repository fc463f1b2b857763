// What each contender's output says of each target.
#include "contender_commands.hpp"

#include <charconv>

namespace muster::bench {
namespace {

/// What stands between `before` and the next `after`; empty if nothing does.
std::string_view between(std::string_view line, std::string_view before, std::string_view after) {
  const auto begin = line.find(before);
  if (begin == line.npos) return {};
  line.remove_prefix(begin + before.size());
  return line.substr(0, line.find(after));
}

std::uint64_t number_in(std::string_view text) {
  const auto begin = text.find_first_of("0123456789");
  std::uint64_t out = 0;
  if (begin != text.npos) std::from_chars(text.data() + begin, text.data() + text.size(), out);
  return out;
}

}  // namespace

void read_own_lines(const work&, const std::string_view* line, tally& results) {
  if (!line) return;
  if (line->starts_with("done ")) return results.add_counted(number_in(*line));
  const auto space = line->find(' ');
  if (space == line->npos) return;
  const auto status = line->substr(space + 1);
  results.add(line->substr(0, space), status.substr(0, status.find(' ')));
}

void read_json_lines(const work& wanted, const std::string_view* line, tally& results) {
  if (!line) return;
  if (wanted.probe.kind == probe_kind::task) return read_own_lines(wanted, line, results);
  const std::string_view status = between(*line, "\"status\":\"", "\"");
  if (wanted.probe.kept) return results.add_counted(status == "up" ? 1 : 0, status == "up" ? 0 : 1);
  results.add(between(*line, "\"target\":\"", "\""), status);
}

// It counts the answers only: accepted connections, or refusals if it was sent for those.
void read_loop(const work& wanted, const std::string_view* line, tally& results) {
  if (!line) return;
  if (wanted.probe.kind == probe_kind::task) return read_own_lines(wanted, line, results);
  const auto sent = number_in(between(*line, "sent ", " "));
  const auto received = number_in(between(*line, "received ", " "));
  const bool all_refused = wanted.live == 0 && wanted.rest == "refused";
  const std::uint64_t answers = all_refused ? wanted.targets.size() : wanted.live;
  const std::uint64_t wrong = received > answers ? received - answers : answers - received;
  results.add_counted(sent > wrong ? sent - wrong : 0, 0);
}

void read_alive(const work&, const std::string_view* line, tally& results) {
  if (!line) return results.rest_is_down();
  results.add(line->substr(0, line->find(' ')), "up");
}

void read_grepable(const work& wanted, const std::string_view* line, tally& results) {
  if (!line) return results.rest_is_down();
  const auto host = between(*line, "Host: ", " ");
  if (host.empty()) return;
  if (wanted.probe.kind == probe_kind::icmp) {
    if (line->ends_with("Status: Up")) results.add(host, "up");
    return;
  }
  const auto ports = between(*line, "Ports: ", "\t");
  const auto word = between(ports, "/", "/");
  if (word == "open") results.add(host, "up");
  if (word == "closed") results.add(host, "refused");
}

void read_ping_or_curl(const work& wanted, const std::string_view* line, tally& results) {
  if (wanted.probe.kind == probe_kind::task || wanted.probe.kind == probe_kind::program) {
    // `true` says nothing; what failed shows in the exit code.
    if (!line) results.add_counted(wanted.targets.size());
    return;
  }
  if (!line) {
    if (!wanted.probe.kept) results.rest_is_down();
    return;
  }
  if (wanted.probe.kind == probe_kind::icmp) {
    // "64 bytes from 127.0.0.1: icmp_seq=1"
    if (line->find(" bytes from ") != line->npos) {
      results.add(between(*line, " bytes from ", ": "), "up");
    }
  } else if (wanted.probe.kept) {
    results.add_counted(line->ends_with(" 200") ? 1 : 0, line->ends_with(" 200") ? 0 : 1);
  } else if (line->ends_with(" 200")) {
    results.add(line->substr(0, line->find(' ')), "up");
  }
}

void read_wrk(const work&, const std::string_view* line, tally& results) {
  if (!line) return;
  if (line->find(" requests in ") != line->npos) results.add_counted(number_in(*line));
  if (line->find("Non-2xx") != line->npos) {
    results.add_counted(0, number_in(between(*line, "responses: ", " ")));
  }
}

void read_openssl_handshakes(const work&, const std::string_view* line, tally& results) {
  if (line && line->find(" real seconds") != line->npos) results.add_counted(number_in(*line));
}

void read_hey(const work&, const std::string_view* line, tally& results) {
  if (!line || line->find(" responses") == line->npos) return;
  const auto code = between(*line, "[", "]");
  const auto count = number_in(between(*line, "]", " responses"));
  if (code == "200") {
    results.add_counted(count);
  } else {
    results.add_counted(0, count);
  }
}

}  // namespace muster::bench

#include "samples.hpp"

#include <stdexcept>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster::test {

using namespace std::chrono_literals;

namespace {

/// 2026-01-31 08:15:00.123456 UTC.
constexpr std::chrono::system_clock::time_point sample_time =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 8h + 15min + 123456us;

}  // namespace

ip_address ip(std::string_view text) {
  const auto address = ip_address::parse(text);
  if (!address) throw std::invalid_argument{std::string{text}};
  return *address;
}

target named_target(target_form form, std::string written, std::string host, std::uint16_t port) {
  target_text text;
  text.text = std::move(written);
  text.host = std::move(host);
  return target{form, ip_address{}, port, std::move(text)};
}

probe_result icmp_up() {
  probe_result result;
  result.subject = target{ip("192.168.0.1"), true};
  result.finished = sample_time;
  result.address = ip("192.168.0.1");
  result.has_address = true;
  result.rtt = 45us;
  result.status = status::up;
  icmp_of(result).sent = 1;
  icmp_of(result).received = 1;
  icmp_of(result).rtt_min = icmp_of(result).rtt_max = icmp_of(result).rtt_sum = 45us;
  icmp_of(result).bytes = 64;
  icmp_of(result).ttl = 64;
  return result;
}

probe_result icmp_with_loss() {
  probe_result result = icmp_up();
  result.subject = target{ip("10.0.0.8")};
  result.address = ip("10.0.0.8");
  result.rtt = 200us;
  icmp_of(result).sent = 5;
  icmp_of(result).received = 3;
  icmp_of(result).rtt_min = 100us;
  icmp_of(result).rtt_max = 300us;
  icmp_of(result).rtt_sum = 600us;
  icmp_of(result).jitter = 50us;
  return result;
}

probe_result icmp_unreachable() {
  probe_result result;
  result.subject = target{ip("10.0.0.9")};
  result.finished = sample_time;
  result.address = ip("10.0.0.9");
  result.has_address = true;
  result.status = status::unreachable;
  result.reason = reason::icmp_host_unreachable;
  icmp_of(result).sent = 1;
  result.error_source = ip("10.0.0.1");
  return result;
}

probe_result icmp_retried() {
  probe_result result = icmp_up();
  result.subject = target{ip("10.0.0.8")};
  result.address = ip("10.0.0.8");
  result.attempts = std::make_unique<std::vector<probe_attempt>>();
  result.attempts->push_back({status::timeout, reason::no_reply, -1ns});
  result.attempts->push_back({status::up, reason::none, 45us});
  return result;
}

probe_result tcp_refused() {
  probe_result result;
  result.subject = named_target(target_form::host_port, "db.example:5432", "db.example", 5432);
  result.finished = sample_time;
  result.address = ip("10.0.0.7");
  result.has_address = true;
  result.port = 5432;
  result.kind = probe_kind::tcp;
  result.rtt = 310us;
  result.status = status::refused;
  result.reason = reason::connection_refused;
  return result;
}

probe_result http_up() {
  probe_result result;
  result.subject = named_target(target_form::url, "http://127.0.0.1:8080/", "", 8080);
  result.finished = sample_time;
  result.address = ip("127.0.0.1");
  result.has_address = true;
  result.port = 8080;
  result.kind = probe_kind::http;
  result.rtt = 1204us;
  result.status = status::up;
  result.details.emplace<http_details>();
  http_of(result).url = "http://127.0.0.1:8080/";
  http_of(result).version = "1.1";
  http_of(result).status_code = 200;
  http_of(result).title = "Welcome to nginx!";
  http_of(result).server = "nginx/1.22.1";
  http_of(result).content_type = "text/html";
  http_of(result).content_length = 612;
  http_of(result).body_bytes = 612;
  return result;
}

probe_result https_maximal() {
  probe_result result = http_up();
  const certificate_details one{.subject = "CN=a\x1b",
                                .issuer = "CN=b",
                                .serial = "01",
                                .not_before = result.finished - 24h,
                                .not_after = result.finished + 48h};
  auto tls = std::make_unique<tls_details>();
  tls->version = "TLSv1.3";
  tls->cipher = "TLS_AES_256_GCM_SHA384";
  tls->alpn = "http/1.1";
  tls->server_name = "a.example";
  tls->problems = {reason::hostname_mismatch, reason::unknown_ca};
  tls->chain = {one, one};
  tls->names = {"a.example", "10.0.0.1"};
  tls->names_in_all = 200;
  tls->key = "EC 256";
  tls->fingerprint = "00ff";
  tls->days_left = -2;
  tls->ocsp = "good";
  tls->error = "wrong version number";
  http_of(result).tls = std::move(tls);
  http_of(result).handshake = 200us;
  http_of(result).content_encoding = "gzip";
  http_of(result).decoded_bytes = 1024;
  http_of(result).failed_check = "--expect-body a";
  return result;
}

probe_result http_maximal() {
  probe_result result = http_up();
  result.status = status::mismatch;
  result.reason = reason::bad_redirect;
  http_of(result).redirects = {301, 302};
  http_of(result).location = "/elsewhere";
  http_of(result).body_truncated = true;
  http_of(result).bad_header_lines = 2;
  http_of(result).connection_reused = true;
  http_of(result).resolve = 0ns;
  http_of(result).connect = 100us;
  http_of(result).first_byte = 700us;
  http_of(result).transfer = 300us;
  return result;
}

probe_result exec_up() {
  probe_result result;
  result.subject = target{ip("192.168.0.1")};
  result.finished = sample_time;
  result.address = ip("192.168.0.1");
  result.has_address = true;
  result.kind = probe_kind::exec;
  result.rtt = 14863us;
  result.status = status::up;
  result.details.emplace<exec_details>();
  exec_of(result).command = "check_http -H {}";
  exec_of(result).exit_code = 0;
  exec_of(result).said.line = "HTTP OK: HTTP/1.1 200 OK - 1100 bytes in 0.003 second response time";
  exec_of(result).said.performance = {{"time", 0.003145, "s", "5:10", "@20", 0, 10},
                                      {"a 'size'", std::nullopt, "", "", "", 0, std::nullopt}};
  return result;
}

probe_result exec_killed() {
  probe_result result = exec_up();
  result.status = status::local_error;
  result.reason = reason::killed_by_signal;
  result.rtt = -1ns;
  exec_of(result).exit_code = -1;
  exec_of(result).signal = 11;
  exec_of(result).said = {};
  exec_of(result).said.performance_dropped = 2;
  return result;
}

probe_result udp_up() {
  probe_result result;
  result.subject = target{ip("10.0.0.53")};
  result.finished = sample_time;
  result.address = ip("10.0.0.53");
  result.has_address = true;
  result.port = 53;
  result.kind = probe_kind::udp;
  result.rtt = 310us;
  result.status = status::up;
  auto& udp = result.details.emplace<udp_details>();
  udp.answer = "\x12\x34ok";
  udp.answer_bytes = 400;
  return result;
}

probe_result dns_up() {
  probe_result result = udp_up();
  result.kind = probe_kind::dns;
  auto& dns = result.details.emplace<dns_details>();
  dns.name = "www.lab.test";
  dns.type = 1;
  dns.answered = dns.authoritative = dns.recursion_desired = true;
  dns.answers = {{"www.lab.test.", 5, 60, "a.lab.test."}, {"a.lab.test.", 1, 60, "10.0.0.1"}};
  dns.answer_count = 60;
  dns.authority = {{"lab.test.", 2, 60, "ns.lab.test."}};
  dns.additional = {{"ns.lab.test.", 1, 60, "10.0.0.53"}};
  dns.authority_count = 1;
  dns.serial = 2'026'013'107;
  dns.answer_bytes = 1019;
  return result;
}

probe_result dns_of_chaos() {
  probe_result result = udp_up();
  result.kind = probe_kind::dns;
  result.status = status::mismatch;
  result.reason = reason::answer_not_expected;
  auto& dns = result.details.emplace<dns_details>();
  dns.name = "version.bind";
  dns.type = 16;
  dns.record_class = 3;
  dns.answered = true;
  dns.answers = {{"version.bind.", 16, 0, "\"1.0\"", 3}};
  dns.answer_count = 1;
  dns.failed_check = "--dns-no-answer 1.0";
  return result;
}

probe_result websocket_failed() {
  probe_result result = udp_up();
  result.subject = target{ip("10.0.0.80")};
  result.address = ip("10.0.0.80");
  result.port = 443;
  result.kind = probe_kind::websocket;
  result.status = status::reset;
  result.reason = reason::closed_early;
  auto& websocket = result.details.emplace<websocket_details>();
  websocket.url = "wss://10.0.0.80/chat";
  websocket.status_code = 101;
  websocket.server = "here";
  websocket.location = "/else";
  websocket.protocol = "mqtt";
  websocket.error = "a reserved opcode";
  websocket.banner = "hello \x1b";
  websocket.step = 2;
  websocket.step_text = "expect x";
  websocket.answer = "what?";
  websocket.close_code = 4001;
  websocket.close_reason = "enough";
  websocket.connect = 100us;
  websocket.handshake = 200us;
  websocket.upgrade = 300us;
  return result;
}

probe_result talk_failed() {
  probe_result result = udp_up();
  result.subject = target{ip("10.0.0.25")};
  result.address = ip("10.0.0.25");
  result.port = 25;
  result.kind = probe_kind::talk;
  result.status = status::mismatch;
  result.reason = reason::answer_not_expected;
  auto& talk = result.details.emplace<talk_details>();
  talk.name = "smtp+starttls";
  talk.banner = "220 \x1b mail";
  talk.step = 6;
  talk.step_text = "expect ^220( |$)";
  talk.answer = "502 what?";
  talk.connect = 100us;
  return result;
}

probe_result ntp_up() {
  probe_result result = udp_up();
  result.subject = target{ip("10.0.0.123")};
  result.address = ip("10.0.0.123");
  result.port = 123;
  result.kind = probe_kind::ntp;
  auto& ntp = result.details.emplace<ntp_details>();
  ntp.version = 4;
  ntp.stratum = 1;
  ntp.poll = 6;
  ntp.precision = -24;
  ntp.reference = "G\x1bS";
  ntp.offset = -1'500us;
  ntp.delay = 300us;
  ntp.root_dispersion = 15us;
  ntp.reference_age = 16s;
  return result;
}

probe_result grpc_failed() {
  probe_result result = talk_failed();
  result.port = 50051;
  result.kind = probe_kind::grpc;
  result.reason = reason::rpc_failed;
  auto& grpc = result.details.emplace<grpc_details>();
  grpc.service = "shop.Orders";
  grpc.status_code = 200;
  grpc.status = 14;
  grpc.message = "no \x1b backend";
  grpc.serving = 2;
  grpc.http2_error = "CANCEL";
  grpc.connect = 100us;
  return result;
}

probe_result exec_without_value() {
  probe_result result = exec_up();
  result.status = status::skipped;
  result.reason = reason::no_value;
  result.rtt = -1ns;
  result.details.emplace<exec_details>();
  exec_of(result).command = "check_http -H {} -u {page}";
  exec_of(result).detail = "page";
  return result;
}

probe_result labelled(probe_result result, std::string label) {
  target_parameters parameters;
  parameters.label = std::move(label);
  result.subject =
      result.subject.with(std::make_shared<const target_parameters>(std::move(parameters)));
  return result;
}

std::string output_of(output_format format, std::vector<probe_result> results,
                      const text_options& options) {
  const memory_file file;
  const auto sink = make_sink(format, output_file{file.descriptor(), false}, "memory", options);
  for (const probe_result& result : results)
    sink->write(result);
  sink->flush();
  return file.content();
}

memory_file::memory_file() : descriptor_{::memfd_create("muster-test", MFD_CLOEXEC)} {
  if (descriptor_ < 0) throw std::runtime_error{"memfd_create"};
}

memory_file::~memory_file() { ::close(descriptor_); }

std::string memory_file::content() const {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0) throw std::runtime_error{"fstat"};
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  if (::pread(descriptor_, text.data(), text.size(), 0) != about.st_size) {
    throw std::runtime_error{"pread"};
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace muster::test

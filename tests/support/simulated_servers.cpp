#include "support/simulated_servers.hpp"

#include "codec/websocket_upgrade.hpp"
#include "support/http2_frames.hpp"
#include "support/simulated_world.hpp"

#include <fmt/format.h>

namespace muster::test {
namespace {

/// What an NTP server of stratum 1 says, for which it is always the same time.
std::string tell_time(std::string_view question) {
  constexpr std::size_t random_at = 40;
  constexpr std::size_t random_bytes = 8;
  std::string answer(question.size(), '\1');
  answer.front() = '\x24';
  return answer.replace(24, random_bytes, question.substr(random_at, random_bytes));
}

/// What a server says that goes over to WebSocket, and talks there where it is asked to.
simulated_answer upgrade(std::string_view request) {
  constexpr std::string_view name = "Sec-WebSocket-Key: ";
  const auto at = request.find(name) + name.size();
  const std::string_view key = request.substr(at, request.find('\r', at) - at);
  return simulated_answer{
      fmt::format(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: {}\r\n\r\n",
          codec::websocket_accept(key)),
      !request.starts_with("GET /talk ")};
}

/// What it says to a message, all of which are short: a ping, and the same again.
std::optional<simulated_answer> say_websocket(std::string_view frames) {
  constexpr std::size_t head_bytes = 6;
  while (frames.size() >= head_bytes) {
    const auto size = static_cast<std::size_t>(frames[1] & 0x7f);
    if (frames.size() < head_bytes + size) break;
    if (frames[0] == '\x81') {
      std::string answer{"\x89\4ping\x81"};
      answer += static_cast<char>(size);
      for (std::size_t i = 0; i < size; ++i)
        answer += static_cast<char>(frames[head_bytes + i] ^ frames[2 + i % 4]);
      return answer;
    }
    frames.remove_prefix(head_bytes + size);
  }
  return {};
}

/// Whether it is a question to a name server, behind its length (RFC 1035, 4.2.2).
bool is_dns_question(std::string_view request) {
  constexpr std::size_t header_bytes = 12;
  if (request.size() <= 2 + header_bytes || request[0] != '\0') return false;
  return request.size() - 2 == static_cast<unsigned char>(request[1]);
}

/// The same question, with no answer to it.
std::string answer_dns(std::string_view request) {
  constexpr std::size_t flags_at = 4;
  std::string answer{request};
  answer[flags_at] = static_cast<char>(answer[flags_at] | '\x80');
  return answer;
}

/// What a mail server says, which goes over to TLS when it is told to.
std::optional<simulated_answer> say_smtp(std::string_view line) {
  if (line.starts_with("EHLO ")) return simulated_answer{"250-here\r\n250 STARTTLS\r\n", false};
  if (line == "QUIT\r\n") return "221 \r\n";
  if (line != "STARTTLS\r\n") return {};
  simulated_answer answer{"220 \r\n", false};
  answer.begins_tls = true;
  return answer;
}

/// Whether a request over HTTP/2 ends here: nothing is said to the acknowledgements after it.
bool ends_http2_request(std::string_view frames) {
  constexpr std::size_t frame_header_bytes = 9;
  bool is_last = false;
  while (frames.size() >= frame_header_bytes) {
    const auto byte = [frames](std::size_t at) -> std::size_t {
      return static_cast<unsigned char>(frames[at]);
    };
    const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
    const bool is_of_request = byte(3) == http2::headers_type || byte(3) == http2::data_type;
    is_last = is_of_request && (byte(4) & http2::end_stream) != 0;
    if (frames.size() - frame_header_bytes < size) return false;
    frames.remove_prefix(frame_header_bytes + size);
  }
  return is_last && frames.empty();
}

/// A page over HTTP/2, or a call's answer, with frames in between that are of the connection.
std::optional<simulated_answer> say_http2(simulated_world& network, std::string_view request) {
  constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  if (request.size() < preface.size()) return {};
  if (!ends_http2_request(request.substr(preface.size()))) return {};
  std::string text = http2::settings() + http2::headers({{":status", "200"}});
  const bool is_call = request.find("a.Service") != request.npos;
  if (is_call) text += http2::content(std::string_view{"\0\0\0\0\2\x08\1", 7});
  for (auto frames = is_call ? 0 : network.random() % 5; frames > 0; --frames) {
    text += http2::content(std::string(network.random() % 700, 'x'));
    if (network.random() % 2 == 0) text += http2::ping();
  }
  return text + http2::headers({{"grpc-status", "0"}}, http2::end_headers | http2::end_stream);
}

}  // namespace

std::optional<simulated_answer> serve(simulated_world& network, std::string_view request) {
  if (request == "question") return "answer";
  if (request.starts_with('\x23')) return tell_time(request);
  if (request.starts_with("PRI ")) return say_http2(network, request);
  if (is_dns_question(request)) return answer_dns(request);
  const bool has_frames = !request.empty() && static_cast<unsigned char>(request[0]) >= 0x80;
  if (has_frames) return say_websocket(request);
  if (!request.ends_with("\r\n\r\n"))
    return request.ends_with("\r\n") ? say_smtp(request) : std::nullopt;
  if (request.find("\r\nUpgrade: websocket\r\n") != request.npos) return upgrade(request);
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (auto lines = network.random() % 4; lines > 0; --lines)
    head += fmt::format("X-{}: {}\r\n", lines, network.random());
  const std::string body(network.random() % 3'000, 'x');
  if (network.random() % 2 == 0) {
    return fmt::format("{}Content-Length: {}\r\n\r\n{}", head, body.size(), body);
  }
  std::string text = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 700) {
    const std::string_view piece = std::string_view{body}.substr(at, 700);
    text += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  return text + "0\r\n\r\n";
}

}  // namespace muster::test

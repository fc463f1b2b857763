// The bad manners themselves, each as a script.
#include "support/hostile_server.hpp"

namespace muster::test {
namespace {

constexpr const char* start_of_page =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/html\r\n";

std::string page(const std::string& text) {
  return start_of_page + ("Content-Length: " + std::to_string(text.size())) + "\r\n\r\n" + text;
}

}  // namespace

hostile_script hostile_script::silent() {
  return {.wait_for_request = false, .then = ending::hold};
}

hostile_script hostile_script::closes_at_once() { return {.wait_for_request = false}; }

hostile_script hostile_script::resets_at_once() {
  return {.wait_for_request = false, .then = ending::reset};
}

hostile_script hostile_script::endless_headers() {
  return {.head = start_of_page, .body = "X-More: of the same\r\n", .body_times = endless};
}

hostile_script hostile_script::endless_body() {
  return {.head = std::string{start_of_page} + "\r\n",
          .body = std::string(1024, 'm'),
          .body_times = endless};
}

hostile_script hostile_script::endless_chunks() {
  return {.head = std::string{start_of_page} + "Transfer-Encoding: chunked\r\n\r\n",
          .body = "100\r\n" + std::string(0x100, 'm') + "\r\n",
          .body_times = endless};
}

hostile_script hostile_script::slow_bytes() {
  return {.head = page("<title>slow</title>"), .pace = std::chrono::milliseconds{100}};
}

hostile_script hostile_script::garbage() {
  using namespace std::string_literals;
  return {.wait_for_request = false, .head = "\0\x1b[2J\xff\xfe\x80 220 HTTP? \r\n\r\n\x07"s};
}

hostile_script hostile_script::truncated_body() {
  return {.head = std::string{start_of_page} + "Content-Length: 1000\r\n\r\n0123456789"};
}

hostile_script hostile_script::resets_in_body() {
  auto out = truncated_body();
  out.then = ending::reset;
  return out;
}

hostile_script hostile_script::control_title() {
  return {.head = page("<title>\x1b]0;owned\x07\x1b[31mred\r\n\tand\x7f \xc2\x9b more</title>")};
}

hostile_script hostile_script::redirect_to_self() { return redirect_to("/"); }

hostile_script hostile_script::redirect_to(std::string location) {
  return {.head = "HTTP/1.1 302 Found\r\nLocation: " + location +
                  "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
}

hostile_script hostile_script::huge_length() {
  return {.head = std::string{start_of_page} + "Content-Length: 9223372036854775807\r\n\r\n",
          .then = ending::hold};
}

hostile_script hostile_script::urgent_in_body() {
  return {.head = std::string{start_of_page} + "Content-Length: 40\r\n\r\n<title>Now",
          .body = " and then</title>and then some",
          .body_times = 1,
          .urgent = true,
          .then = ending::hold};
}

hostile_script hostile_script::head_then_silence() {
  return {.head = start_of_page, .then = ending::hold};
}

}  // namespace muster::test

#include "support/nginx_server.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace muster::test {
namespace {

constexpr auto wait_time_max = std::chrono::seconds{10};
constexpr auto poll_time = std::chrono::milliseconds{10};
constexpr int ports_tried_max = 20;

// One process and no daemon: a master would want to change to another user for its workers, which a
// user namespace with one user doesn't allow.
constexpr std::string_view configuration = R"(
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 1024; }
http {
  log_format short '$request_method $request_uri $status "$http_user_agent"';
  access_log access.log short;
  client_body_temp_path temporary;
  proxy_temp_path temporary;
  fastcgi_temp_path temporary;
  uwsgi_temp_path temporary;
  scgi_temp_path temporary;
  types { text/html html; text/plain txt; }
  server {
    listen 127.0.0.1:PORT TLS backlog=1024;
    MORE
    root pages;
    location = /redirect { return 302 /; }
    location = /redirect-loop { return 302 /redirect-loop; }
    location = /redirect-twice { return 302 /redirect; }
    location = /unavailable { return 503; }
    location = /big { default_type text/plain; alias pages/big.txt; }
    location = /host { default_type text/plain; return 200 "$http_host"; }
  }
}
)";

}  // namespace

bool nginx_server::available(std::string& why_not) {
  if (has_program("nginx")) return true;
  why_not = "nginx is not installed";
  return false;
}

void nginx_server::write_files() {
  std::filesystem::create_directories(directory_.path() / "pages");
  const std::string name{title};
  write_whole_file(directory_.file("pages/index.html"), "<!DOCTYPE html>\n<html><head><title>" +
                                                            name + "</title></head>\n<body><p>" +
                                                            "Present.</p></body></html>\n");
  write_whole_file(directory_.file("pages/big.txt"), std::string(big_bytes, 'b'));
  std::string text{configuration};
  text.replace(text.find("PORT"), 4, std::to_string(port_));
  text.replace(text.find("TLS"), 3, certificate_pem_.empty() ? "" : tls_);
  std::string more = more_;
  if (!certificate_pem_.empty()) {
    write_whole_file(directory_.file("own.pem"), certificate_pem_);
    more += "ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate own.pem; ssl_certificate_key own.pem;";
  }
  text.replace(text.find("MORE"), 4, more);
  // nginx takes the paths of pages as relative to its prefix, but aliases must be whole.
  text.replace(text.find("alias "), 6, "alias " + directory_.path().string() + "/");
  write_whole_file(directory_.file("nginx.conf"), text);
}

nginx_server::nginx_server(std::string certificate_pem, std::string more, std::string tls)
    : certificate_pem_{std::move(certificate_pem)}, more_{std::move(more)}, tls_{std::move(tls)} {
  for (int tried = 0; tried < ports_tried_max; ++tried) {
    port_ = free_port();
    if (start()) return;
    if (log().find("Address already in use") == std::string::npos) break;
  }
  throw std::runtime_error{"nginx didn't start: " + log()};
}

bool nginx_server::start() {
  write_files();
  const auto prefix = directory_.path().string();
  nginx_.emplace(std::vector<std::string>{"nginx", "-p", prefix, "-e", prefix + "/error.log", "-c",
                                          prefix + "/nginx.conf"});
  const auto until = std::chrono::steady_clock::now() + wait_time_max;
  // It writes its number down when the port is its own: whoever accepts then is no other server.
  while (read_whole_file(directory_.file("nginx.pid")).empty() ||
         !exchange(port_, {}, std::chrono::milliseconds{0}).connected) {
    if (!nginx_->running() || std::chrono::steady_clock::now() > until) return false;
    nginx_->wait_for_output("\n", poll_time);  // a pause that ends early if nginx ends
  }
  return true;
}

std::string nginx_server::url(std::string_view path) const {
  return (certificate_pem_.empty() ? "http://127.0.0.1:" : "https://127.0.0.1:") +
         std::to_string(port_) + std::string{path};
}

bool nginx_server::was_asked(std::string_view request) const {
  const auto until = std::chrono::steady_clock::now() + wait_time_max;
  while (read_whole_file(directory_.file("access.log")).find(request) == std::string::npos) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(poll_time);
  }
  return true;
}

}  // namespace muster::test

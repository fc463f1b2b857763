#include "core/ascii.hpp"
#include "core/byte_count.hpp"
#include "core/status_code_list.hpp"
#include "muster/printable.hpp"
#include "muster/probe/http.hpp"
#include "probe/http/http_check_options.hpp"
#include "probe/http/http_probe.hpp"
#include "probe/http/http_request_options.hpp"
#include "probe/kind.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"
#include "probe/url_template.hpp"
#include "record/words.hpp"
#include "targets/url.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr field url{"url", 3};
constexpr field http_version{"version", 3};
constexpr field status_code{"status_code", 3};
constexpr field redirects{"redirects", 3};
constexpr field title{"title", 3};
constexpr field server{"server", 3};
constexpr field content_type{"content_type", 3};
constexpr field content_length{"content_length", 3};
constexpr field location{"location", 3};
constexpr field body_bytes{"body_bytes", 3};
constexpr field body_truncated{"body_truncated", 3};
constexpr field resolve{"resolve_ms", 3};
constexpr field connect{"connect_ms", 3};
constexpr field first_byte{"first_byte_ms", 3};
constexpr field transfer{"transfer_ms", 3};
constexpr field handshake{"tls_ms", 9};
constexpr field content_encoding{"content_encoding", 10};
constexpr field decoded_bytes{"decoded_bytes", 10};
constexpr field failed_check{"failed_check", 10};
constexpr field http2_error{"http2_error", 16};
constexpr field connection_reused{"connection_reused", 17};
constexpr field bad_header_lines{"bad_header_lines", 7};

constexpr std::size_t url_bytes_max = 256;
constexpr std::size_t title_bytes_max = 40;
constexpr std::size_t header_bytes_max = 24;
constexpr std::size_t check_bytes_max = 60;

/// A path alone is of the target, in this scheme.
std::string read_url(std::string_view scheme, http_spec& spec, const std::string& text) {
  std::string form = text.starts_with("/") ? fmt::format("{}://{{}}{}", scheme, text) : text;
  const auto filled = parse_url(fill_url_template(form, target{ip_address::from_v4(0x7f000001)}));
  if (!filled) return filled.error().message;
  spec.urls.push_back(std::move(form));
  return {};
}

std::string read_body_bytes(http_spec& spec, const std::string& text) {
  const auto size = parse_bytes(text);
  if (!size) return size.error().message;
  if (*size > http_options::body_bytes_limit) {
    return fmt::format("'{}' is too much; the most is {} bytes", excerpt(text),
                       http_options::body_bytes_limit);
  }
  spec.body_bytes_max = *size;
  return {};
}

std::string read_expected(http_spec& spec, const std::string& text) {
  auto codes = parse_status_codes(text);
  if (!codes) return codes.error().message;
  spec.expected = std::move(*codes);
  return {};
}

std::string read_versions(http_spec& spec, const std::string& text) {
  http_versions versions{.http1 = false, .http2 = false};
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view one = trim(std::string_view{text}.substr(at, comma - at));
    if (one != "1.1" && one != "2") {
      return fmt::format("'{}' is no version that can be offered: write 1.1, 2 or 1.1,2",
                         excerpt(one));
    }
    (one == "2" ? versions.http2 : versions.http1) = true;
    at = comma + 1;
  }
  spec.versions = versions;
  return {};
}

class http_runner final : public probe_runner {
 public:
  explicit http_runner(prober& owner) : shared_{owner} {}
  void start(probe_request&& request) override {
    http_probe(shared_.owner.jobs(), shared_, std::move(request));
  }
  void give_back() override { shared_.connections.close_all(); }
  void rest() override { shared_.connections.close_all(); }

 private:
  http_shared shared_;
};

class http_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<http_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    shared.prepare_tls(static_cast<const http_spec&>(spec).tls);
    return std::make_unique<http_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{
        {.names = "--http",
         .form = "/PATH|URL",
         .help = "GET http://TARGET/, or a path of it, or a URL where {} is the target",
         .read = reading<http_spec>(
             [](http_spec& spec, const std::string& text) { return read_url("http", spec, text); }),
         .asks = true,
         .repeats = true,
         .bare = "/"},
        {.names = "--https",
         .form = "/PATH|URL",
         .help = "The same with https://TARGET/",
         .read = reading<http_spec>([](http_spec& spec, const std::string& text) {
           return read_url("https", spec, text);
         }),
         .asks = true,
         .repeats = true,
         .bare = "/"},
    };
    const std::vector<spec_option> answers{
        {.names = "--max-redirects",
         .form = "N",
         .help = "Follow up to N redirects; 0 reports the redirect itself (0)",
         .read = reading_number<http_spec>(&http_spec::redirects_max, 0U,
                                           http_options::redirects_limit),
         .column = "max_redirects"},
        {.names = "--max-body",
         .form = "BYTES",
         .help = "Bytes of body to read (1MiB)",
         .read = reading<http_spec>(read_body_bytes),
         .column = "max_body"},
        {.names = "--expect-status",
         .form = "CODES",
         .help = "Which status codes are up, such as 200,204,3xx, or any\n(200-399)",
         .read = reading<http_spec>(read_expected),
         .column = "expect_status"},
        {.names = "--http-versions",
         .form = "VERSIONS",
         .help = "What https:// servers may choose from: 1.1, 2 or both; 2 alone is\n"
                 "spoken at once, and to http:// servers, too (1.1,2)",
         .read = reading<http_spec>(read_versions)},
    };
    for (auto&& more :
         {http_request_options(), answers, http_check_options(), tls_spec_options<http_spec>()}) {
      all.insert(all.end(), more.begin(), more.end());
    }
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{
        &url,         &http_version,     &status_code,    &redirects,
        &title,       &server,           &content_type,   &content_length,
        &location,    &body_bytes,       &body_truncated, &resolve,
        &connect,     &first_byte,       &transfer,       &bad_header_lines,
        &handshake,   &content_encoding, &decoded_bytes,  &failed_check,
        &http2_error, &connection_reused};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    return all;
  }

  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const http = result.details.get<http_details>();
    if (!http) return;
    const auto text = [&visitor](const field& name, std::string_view value) {
      if (!value.empty()) visitor.text(name, value);
    };
    const auto phase = [&visitor](const field& name, std::chrono::nanoseconds value) {
      if (value.count() >= 0) visitor.milliseconds(name, value);
    };
    text(url, http->url);
    text(http_version, http->version);
    if (http->status_code > 0) visitor.integer(status_code, http->status_code);
    if (!http->redirects.empty()) visitor.integers(redirects, http->redirects);
    text(title, http->title);
    text(server, http->server);
    text(content_type, http->content_type);
    if (http->content_length >= 0) visitor.integer(content_length, http->content_length);
    text(location, http->location);
    if (http->status_code > 0) visitor.integer(body_bytes, http->body_bytes);
    if (http->body_truncated) visitor.yes(body_truncated);
    phase(resolve, http->resolve);
    phase(connect, http->connect);
    phase(handshake, http->handshake);
    phase(first_byte, http->first_byte);
    phase(transfer, http->transfer);
    if (http->bad_header_lines > 0) visitor.integer(bad_header_lines, http->bad_header_lines);
    text(content_encoding, http->content_encoding);
    if (!http->content_encoding.empty()) visitor.integer(decoded_bytes, http->decoded_bytes);
    text(failed_check, http->failed_check);
    text(http2_error, http->http2_error);
    if (http->connection_reused) visitor.yes(connection_reused);
    if (http->tls) show_tls(*http->tls, visitor);
  }

  // Where redirects led is no more than a detail.
  std::string label(const probe_result& result) const override {
    const auto* const http = result.details.get<http_details>();
    const bool is_own = result.subject.form() == target_form::url;
    std::string out;
    if (!is_own && http && !http->url.empty() && http->redirects.empty()) {
      append_printable(out, http->url, label_bytes_max);
    } else {
      append_printable(out, result.subject.to_string(), label_bytes_max);
    }
    return out;
  }

  // The URL tells.
  bool names_itself(const probe_result&) const override { return false; }
  bool shows_address(const probe_result& result) const override {
    return result.status != status::up && result.status != status::mismatch;
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const http = result.details.get<http_details>();
    if (!http) return;
    append_bracketed(out, http->failed_check, check_bytes_max);
    append_bracketed(out, http->http2_error, check_bytes_max);
    if (http->status_code > 0) append_response(out, *http);
    if (http->tls) append_tls(out, *http->tls, result.reason);
  }

 private:
  static void append_response(std::string& out, const http_details& http) {
    append_word(out, std::to_string(http.status_code));
    if (http.status_code >= 300 && http.status_code < 400 && !http.location.empty()) {
      append_word(out, "to");
      append_untrusted(out, http.location, url_bytes_max);
    }
    append_quoted(out, http.title, title_bytes_max);
    append_untrusted(out, http.server, header_bytes_max);
    append_word(out, fmt::format("{}{} B", http.body_bytes, http.body_truncated ? "+" : ""));
    append_untrusted(out, http.content_type, header_bytes_max);
    if (!http.redirects.empty()) {
      const std::size_t count = http.redirects.size();
      append_word(out, fmt::format("after {} redirect{}:", count, count == 1 ? "" : "s"));
      append_untrusted(out, http.url, url_bytes_max);
    }
  }
};

constexpr http_kind description;

}  // namespace

std::uint16_t http_spec::port(const target& subject, std::uint32_t index) const {
  return index == own ? subject.port() : std::uint16_t{0};
}

bool http_spec::takes_open_ports(std::uint32_t index) const {
  return index != own && leaves_port_open(urls[index]);
}

option_values http_spec::asked() const {
  option_values all;
  for (const std::string& form : urls)
    all.emplace_back("--http", form);
  return all;
}

const kind_description& http_description = description;

}  // namespace muster

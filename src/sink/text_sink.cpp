// Strategy: a line is what was asked about, what became of it, how long it took, and then whatever
// helps a person to see why. The first three stand in columns; the details are words, most telling
// first. What would drown the lines that matter is only counted (silence.cpp).
#include "muster/printable.hpp"
#include "sink/colour.hpp"
#include "sink/formats.hpp"
#include "sink/numbers.hpp"
#include "sink/silence.hpp"
#include "sink/summary_parts.hpp"
#include "sink/text_line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {

namespace {

constexpr std::size_t label_columns = 26;   // room for "255.255.255.255:65535"
constexpr std::size_t result_columns = 21;  // room for "unreachable 12.345 ms"
constexpr std::size_t label_bytes_max = 256;
constexpr std::size_t url_bytes_max = 256;
constexpr std::size_t title_bytes_max = 40;
constexpr std::size_t header_bytes_max = 24;
constexpr std::size_t own_label_bytes_max = 64;
constexpr std::size_t program_bytes_max = 64;
constexpr std::size_t plugin_line_bytes_max = 120;

/// Columns that `text`, which is valid UTF-8, takes on a terminal, one a code point.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void append_word(std::string& out, std::string_view word) {
  if (!out.empty()) out += ' ';
  out += word;
}

void append_untrusted(std::string& out, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return;
  if (!out.empty()) out += ' ';
  append_printable(out, text, bytes_max);
}

/// What the line is about: as the user wrote it, with the port or the URL if that is not in it yet.
/// Where redirects led is no more than a detail.
std::string label_of(const probe_result& result) {
  const target& subject = result.subject;
  std::string label;
  const bool is_http = result.kind == probe_kind::http;
  if (is_http && subject.form() != target_form::url && result.http && !result.http->url.empty() &&
      result.http->redirects.empty()) {
    append_printable(label, result.http->url, label_bytes_max);
    return label;
  }
  const bool adds_port = !is_http && result.port != 0 && result.port != subject.port();
  if (adds_port && subject.port() != 0) {
    label = subject.needs_lookup() ? subject.host() : subject.address().to_string();
  } else {
    append_printable(label, subject.to_string(), label_bytes_max);
  }
  if (!adds_port) return label;
  if (label.find(':') != std::string::npos) label = fmt::format("[{}]", label);
  return fmt::format("{}:{}", label, result.port);
}

/// True when the reason says more than the status word and the kind of the probe do.
bool is_telling(reason value) {
  return value != reason::none && value != reason::no_reply &&
         value != reason::connection_refused && value != reason::connection_reset &&
         value != reason::status_not_expected;
}

void append_reason(std::string& out, const probe_result& result) {
  if (is_telling(result.reason)) append_word(out, to_string(result.reason));
  if (result.error_source != ip_address{}) {
    append_word(out, "from ");
    out += result.error_source.to_string();
  }
}

void append_icmp_details(std::string& out, const icmp_details& icmp) {
  if (icmp.sent <= 1) {
    if (icmp.received > 0 && icmp.ttl > 0) append_word(out, fmt::format("ttl={}", icmp.ttl));
    return;
  }
  const std::uint64_t loss = loss_thousandths(icmp.sent, icmp.received);
  append_word(out, fmt::format("{}/{} received, {:g}% loss", icmp.received, icmp.sent,
                               static_cast<double>(loss) / 10));
  if (icmp.received == 0) return;
  out += ", min/avg/max ";
  append_milliseconds(out, icmp.rtt_min);
  out += '/';
  append_milliseconds(out, icmp.rtt_sum / icmp.received);
  out += '/';
  append_milliseconds(out, icmp.rtt_max);
  out += " ms";
  if (icmp.received < 2) return;
  out += ", jitter ";
  append_milliseconds(out, icmp.jitter);
  out += " ms";
}

void append_http_details(std::string& out, const http_details& http) {
  if (http.status_code == 0) return;
  append_word(out, std::to_string(http.status_code));
  if (http.status_code >= 300 && http.status_code < 400 && !http.location.empty()) {
    append_word(out, "to");
    append_untrusted(out, http.location, url_bytes_max);
  }
  if (!http.title.empty()) {
    append_word(out, "\"");
    append_printable(out, http.title, title_bytes_max);
    out += '"';
  }
  append_untrusted(out, http.server, header_bytes_max);
  append_word(out, fmt::format("{}{} B", http.body_bytes, http.body_truncated ? "+" : ""));
  append_untrusted(out, http.content_type, header_bytes_max);
  if (!http.redirects.empty()) {
    const std::size_t count = http.redirects.size();
    append_word(out, fmt::format("after {} redirect{}:", count, count == 1 ? "" : "s"));
    append_untrusted(out, http.url, url_bytes_max);
  }
}

/// The program of a command, without its directory.
std::string_view program_of(std::string_view command) {
  command = command.substr(0, command.find(' '));
  const std::size_t slash = command.rfind('/');
  return slash == command.npos ? command : command.substr(slash + 1);
}

/// A plugin's line mostly begins with its state.
void append_exec_details(std::string& out, const exec_details& exec, reason why) {
  append_untrusted(out, program_of(exec.command), program_bytes_max);
  if (why == reason::no_value) {
    append_untrusted(out, '{' + exec.detail + '}', program_bytes_max);
  } else {
    append_untrusted(out, exec.detail, label_bytes_max);
  }
  if (exec.signal != 0) append_word(out, fmt::format("signal {}", exec.signal));
  const std::string_view state = plugin_state(exec.exit_code);
  if (exec.exit_code > 0 && state.empty()) {
    append_word(out, fmt::format("exit code {}", exec.exit_code));
  }
  if (exec.said.line.empty()) {
    if (!state.empty()) append_word(out, state);
    return;
  }
  out += ": ";
  append_printable(out, exec.said.line, plugin_line_bytes_max);
}

std::string details_of(const probe_result& result) {
  std::string details;
  const bool up = result.status == status::up;
  // "icmp icmp_host_unreachable" says it twice, and an HTTP line is told by its URL.
  const bool names_kind =
      result.kind == probe_kind::tcp || (result.kind == probe_kind::exec && !result.exec) ||
      (result.kind == probe_kind::icmp && !to_string(result.reason).starts_with("icmp"));
  if (names_kind) details += to_string(result.kind);
  const bool http_answered =
      result.kind == probe_kind::http && (up || result.reason == reason::status_not_expected);
  if (result.has_address && result.subject.needs_lookup() && !http_answered) {
    append_word(details, result.address.to_string());
  }
  if (!up || result.reason != reason::none) append_reason(details, result);
  if (result.kind == probe_kind::icmp) append_icmp_details(details, result.icmp);
  if (result.http) append_http_details(details, *result.http);
  if (result.exec) append_exec_details(details, *result.exec, result.reason);
  if (const target_parameters* own = result.subject.parameters(); own && !own->label.empty()) {
    append_word(details, "(");
    append_printable(details, own->label, own_label_bytes_max);
    details += ')';
  }
  if (result.attempts) append_word(details, fmt::format("attempts={}", result.attempts->size()));
  return details;
}

/// The columns `LABEL  status  rtt`; no padding after the last one that has something in it.
void append_columns(std::string& out, const probe_result& result, std::string_view details,
                    bool colour) {
  const std::string label = label_of(result);
  const std::size_t columns = columns_of(label);
  out += label;
  out.append(columns < label_columns ? label_columns - columns + 1 : 1, ' ');
  const std::string_view word = to_string(result.status);
  append_coloured(out, word, result.status, colour);
  std::string rtt;
  if (result.rtt.count() >= 0) {
    append_milliseconds(rtt, result.rtt);
    rtt += " ms";
  }
  if (rtt.empty() && details.empty()) return;
  // A long status word may use the room that a short time leaves, but a space stays between them.
  const std::size_t used = word.size() + rtt.size();
  out.append(used < result_columns ? result_columns - used : 1, ' ');
  out += rtt;
  if (!details.empty()) out += "  ";
}

class text_sink final : public file_sink {
 public:
  text_sink(output_file file, std::string name, text_options options)
      : file_sink{std::move(file), std::move(name)}, options_{std::move(options)} {}

  void write(const probe_result& result) override {
    if (!options_.show_all && is_only_counted(result, options_.swept_ports)) {
      hidden_.add(result.status, result.reason);
      return;
    }
    append_text_line(file_.buffer(), result, options_.colour);
    file_.written();
  }

  void finish(const sweep_summary&) override {
    if (!options_.count_hidden) return;
    append_not_shown(file_.buffer(), hidden_);
    file_.flush();
  }

  const outcome_counts* hidden() const override { return &hidden_; }

 private:
  text_options options_;
  outcome_counts hidden_;
};

}  // namespace

void append_text_line(std::string& out, const probe_result& result, bool colour) {
  const std::string details = details_of(result);
  append_columns(out, result, details, colour);
  out += details;
  out += '\n';
}

std::unique_ptr<sink> make_text_sink(output_file file, std::string name,
                                     const text_options& options) {
  return std::make_unique<text_sink>(std::move(file), std::move(name), options);
}

}  // namespace muster

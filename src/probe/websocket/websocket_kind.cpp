#include "codec/websocket_upgrade.hpp"
#include "core/ascii.hpp"
#include "muster/printable.hpp"
#include "muster/probe/websocket.hpp"
#include "probe/http_header_options.hpp"
#include "probe/kind.hpp"
#include "probe/talk/talk_script.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"
#include "probe/url_template.hpp"
#include "probe/websocket/websocket_probe.hpp"
#include "probe/websocket/websocket_url.hpp"
#include "record/words.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster {
namespace {

// What HTTP has, too, is called as there.
constexpr field url{"url", 3};
constexpr field status_code{"status_code", 3};
constexpr field server{"server", 3};
constexpr field location{"location", 3};
constexpr field connect{"connect_ms", 3};
constexpr field handshake{"tls_ms", 9};
constexpr field websocket{"websocket", 14};
constexpr field protocol{"websocket.protocol", 14};
constexpr field upgrade{"websocket.upgrade_ms", 14};
constexpr field error{"websocket.error", 14};
constexpr field banner{"websocket.banner", 14};
constexpr field step{"websocket.step", 14};
constexpr field step_text{"websocket.step_text", 14};
constexpr field answer{"websocket.answer", 14};
constexpr field close_code{"websocket.close_code", 14};
constexpr field close_reason{"websocket.close_reason", 14};

constexpr std::size_t shown_bytes_max = 60;
constexpr std::size_t url_bytes_max = 256;

/// A path alone is of the target.
std::string read_url(websocket_spec& spec, const std::string& text) {
  std::string form = text.starts_with("/") ? "ws://{}" + text : text;
  const auto filled =
      parse_websocket_url(fill_url_template(form, target{ip_address::from_v4(0x7f000001)}));
  if (!filled) return filled.error().message;
  spec.urls.push_back(std::move(form));
  return {};
}

std::string read_protocols(websocket_spec& spec, const std::string& text) {
  spec.protocols.clear();
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view one = trim(std::string_view{text}.substr(at, comma - at));
    const bool is_new = std::ranges::find(spec.protocols, one) == spec.protocols.end();
    if (!codec::is_websocket_protocol(one) || !is_new) {
      return fmt::format(
          "'{}' is no name of a subprotocol, or the same again: write mqtt, or "
          "several between commas",
          excerpt(one));
    }
    if (spec.protocols.size() == websocket_spec::protocols_max) {
      return fmt::format("more than {} subprotocols", websocket_spec::protocols_max);
    }
    spec.protocols.emplace_back(one);
    at = comma + 1;
  }
  return {};
}

std::string read_steps(websocket_spec& spec, const std::string& text) {
  auto steps = read_talk_script(text, talk_medium::messages);
  if (!steps) return steps.error().message;
  spec.steps = std::move(*steps);
  return {};
}

/// The header of the user's own that is a part of the handshake; empty if none is.
std::string_view own_header(const websocket_spec& spec) {
  constexpr std::string_view ours = "sec-websocket-";
  for (const std::string_view line : spec.headers) {
    const std::string_view name = line.substr(0, line.find(':'));
    const bool is_ours = equal_ignoring_case(name.substr(0, ours.size()), ours) ||
                         equal_ignoring_case(name, "upgrade");
    if (is_ours) return name;
  }
  return {};
}

void show_members(const websocket_details& details, field_visitor& visitor) {
  const auto text = [&visitor](const field& named, std::string_view value) {
    if (!value.empty()) visitor.text(named, value);
  };
  text(protocol, details.protocol);
  if (details.upgrade.count() >= 0) visitor.milliseconds(upgrade, details.upgrade);
  text(error, details.error);
  text(banner, details.banner);
  if (details.step > 0) visitor.integer(step, details.step);
  text(step_text, details.step_text);
  text(answer, details.answer);
  if (details.close_code > 0) visitor.integer(close_code, details.close_code);
  text(close_reason, details.close_reason);
}

void append_talk(std::string& out, const websocket_details& details) {
  if (!details.error.empty()) append_word(out, fmt::format("({})", details.error));
  if (details.step > 0) {
    append_word(out, fmt::format("step {},", details.step));
    append_untrusted(out, details.step_text, shown_bytes_max);
    if (!details.answer.empty()) append_word(out, "got");
  }
  const std::string& said = details.answer.empty() ? details.banner : details.answer;
  append_quoted(out, said, shown_bytes_max);
  if (details.close_code > 0) append_word(out, fmt::format("closed {}", details.close_code));
  append_quoted(out, details.close_reason, shown_bytes_max);
}

class websocket_runner final : public probe_runner {
 public:
  explicit websocket_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    websocket_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

class websocket_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override {
    return std::make_unique<websocket_spec>();
  }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    const auto& asked = static_cast<const websocket_spec&>(spec);
    if (const auto name = own_header(asked); asked.size() > 0 && !name.empty()) {
      throw std::invalid_argument{
          fmt::format("{} is muster's own, of WebSocket's handshake", excerpt(name))};
    }
    shared.prepare_tls(asked.tls);
    return std::make_unique<websocket_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{
        {.names = "--websocket",
         .form = "/PATH|URL",
         .help = "Open a WebSocket at ws://TARGET/, or a path of it, or a URL, ws:// or\n"
                 "wss://, where {} is the target",
         .read = reading<websocket_spec>(read_url),
         .asks = true,
         .repeats = true,
         .bare = "/"},
        {.names = "--websocket-steps",
         .form = "STEPS|@FILE",
         .help = "What to say once it is open, as in 'send ping; expect ^pong'",
         .read = reading<websocket_spec>(read_steps)},
        {.names = "--websocket-protocol",
         .form = "NAMES",
         .help = "The subprotocols to offer, one of which has to be taken: mqtt",
         .read = reading<websocket_spec>(read_protocols)},
    };
    for (spec_option& one : http_header_options<websocket_spec>())
      all.push_back(std::move(one));
    for (spec_option& one : tls_spec_options<websocket_spec>())
      all.push_back(std::move(one));
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{&url, &status_code, &server, &location, &connect, &handshake};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    all.insert(all.end(), {&protocol, &upgrade, &error, &banner, &step, &step_text, &answer,
                           &close_code, &close_reason});
    return all;
  }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<websocket_details>();
    if (!own) return;
    if (!own->url.empty()) visitor.text(url, own->url);
    if (own->status_code > 0) visitor.integer(status_code, own->status_code);
    if (!own->server.empty()) visitor.text(server, own->server);
    if (!own->location.empty()) visitor.text(location, own->location);
    if (own->connect.count() >= 0) visitor.milliseconds(connect, own->connect);
    if (own->handshake.count() >= 0) visitor.milliseconds(handshake, own->handshake);
    if (own->tls) show_tls(*own->tls, visitor);
    if (own->status_code == 0) return;
    visitor.object(websocket, [own](field_visitor& members) { show_members(*own, members); });
  }

  std::string label(const probe_result& result) const override {
    const auto* const own = result.details.get<websocket_details>();
    if (!own || own->url.empty()) return kind_description::label(result);
    std::string out;
    append_printable(out, own->url, label_bytes_max);
    return out;
  }
  // The URL tells.
  bool names_itself(const probe_result&) const override { return false; }
  bool shows_address(const probe_result& result) const override {
    return result.status != status::up && result.status != status::mismatch;
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<websocket_details>();
    if (!own) return;
    if (own->status_code > 0) append_word(out, std::to_string(own->status_code));
    if (!own->location.empty()) {
      append_word(out, "to");
      append_untrusted(out, own->location, url_bytes_max);
    }
    append_untrusted(out, own->server, shown_bytes_max);
    append_untrusted(out, own->protocol, shown_bytes_max);
    append_talk(out, *own);
    if (own->tls) append_tls(out, *own->tls, result.reason);
  }
};

constexpr websocket_kind description;

}  // namespace

bool websocket_spec::takes_open_ports(std::uint32_t index) const {
  return index != own && leaves_port_open(urls[index]);
}

option_values websocket_spec::asked() const {
  option_values all;
  if (urls.empty()) return all;
  for (const std::string& form : urls)
    all.emplace_back("--websocket", form);
  if (!steps.empty()) all.emplace_back("--websocket-steps", talk_script_text(steps));
  if (!protocols.empty()) {
    all.emplace_back("--websocket-protocol", fmt::format("{}", fmt::join(protocols, ",")));
  }
  return all;
}

const kind_description& websocket_description = description;

}  // namespace muster

#include "codec/grpc_health.hpp"
#include "core/ascii.hpp"
#include "core/parsed.hpp"
#include "core/utf8.hpp"
#include "core/whole_number.hpp"
#include "muster/printable.hpp"
#include "muster/probe/grpc.hpp"
#include "probe/grpc/grpc_probe.hpp"
#include "probe/kind.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"
#include "record/words.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

// The phases and what is of HTTP are called as those of HTTP are.
constexpr field status_code{"status_code", 3};
constexpr field connect{"connect_ms", 3};
constexpr field handshake{"tls_ms", 9};
constexpr field http2_error{"http2_error", 16};
constexpr field grpc{"grpc", 16};
constexpr field service{"grpc.service", 16};
constexpr field call_status{"grpc.status", 16};
constexpr field message{"grpc.message", 16};
constexpr field serving{"grpc.serving", 16};

constexpr std::size_t shown_bytes_max = 60;

/// `PORT`, or `PORT/SERVICE`.
std::string read_check(grpc_spec& spec, const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  grpc_spec::check one;
  if (!read_whole(std::string_view{text}.substr(0, slash), one.port) || one.port == 0) {
    return fmt::format("'{}' does not begin with a port: write 50051, or 50051/SERVICE",
                       excerpt(text));
  }
  if (slash < text.size()) one.service = text.substr(slash + 1);
  if (one.service.size() > grpc_spec::service_bytes_max) {
    return fmt::format("the name of a service has at most {} bytes", grpc_spec::service_bytes_max);
  }
  if (std::ranges::any_of(one.service, is_control) || !is_utf8(one.service)) {
    return fmt::format("'{}' is no name of a service", excerpt(one.service));
  }
  spec.checks.push_back(std::move(one));
  return {};
}

void show_members(const grpc_details& details, field_visitor& visitor) {
  if (!details.service.empty()) visitor.text(service, details.service);
  if (details.status) visitor.word(call_status, codec::grpc_status_text(*details.status));
  if (!details.message.empty()) visitor.text(message, details.message);
  if (details.serving) visitor.word(serving, codec::grpc_serving_text(*details.serving));
}

class grpc_runner final : public probe_runner {
 public:
  explicit grpc_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    grpc_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

class grpc_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<grpc_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    shared.prepare_tls(static_cast<const grpc_spec&>(spec).tls);
    return std::make_unique<grpc_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{
        {.names = "--grpc",
         .form = "PORT[/SERVICE]",
         .help = "Ask a gRPC server for its health, or for that of one service\n"
                 "(grpc.health.v1); repeatable",
         .read = reading<grpc_spec>(read_check),
         .asks = true,
         .repeats = true},
        {.names = "--grpc-tls",
         .help = "Ask them over TLS",
         .read = setting<grpc_spec>([](grpc_spec& spec) { spec.over_tls = true; })}};
    for (spec_option& one : tls_spec_options<grpc_spec>())
      all.push_back(std::move(one));
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{&status_code, &connect, &handshake};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    all.insert(all.end(), {&http2_error, &service, &call_status, &message, &serving});
    return all;
  }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<grpc_details>();
    if (!own) return;
    if (own->status_code > 0) visitor.integer(status_code, own->status_code);
    if (own->connect.count() >= 0) visitor.milliseconds(connect, own->connect);
    if (own->handshake.count() >= 0) visitor.milliseconds(handshake, own->handshake);
    if (own->tls) show_tls(*own->tls, visitor);
    if (!own->http2_error.empty()) visitor.text(http2_error, own->http2_error);
    const bool has_any = !own->service.empty() || own->status || !own->message.empty();
    if (!has_any) return;
    visitor.object(grpc, [own](field_visitor& members) { show_members(*own, members); });
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<grpc_details>();
    if (!own) return;
    append_untrusted(out, own->service, shown_bytes_max);
    if (own->serving) append_word(out, codec::grpc_serving_text(*own->serving));
    if (own->status && *own->status != 0) append_word(out, codec::grpc_status_text(*own->status));
    if (own->status_code > 0 && own->status_code != 200) {
      append_word(out, fmt::format("HTTP {}", own->status_code));
    }
    append_bracketed(out, own->message, shown_bytes_max);
    append_bracketed(out, own->http2_error, shown_bytes_max);
    if (own->tls) append_tls(out, *own->tls, result.reason);
  }
};

constexpr grpc_kind description;

}  // namespace

std::uint16_t grpc_spec::port(const target&, std::uint32_t index) const {
  return checks[index].port;
}

option_values grpc_spec::asked() const {
  option_values all;
  for (const check& one : checks) {
    all.emplace_back("--grpc", one.service.empty() ? fmt::format("{}", one.port)
                                                   : fmt::format("{}/{}", one.port, one.service));
  }
  if (!all.empty() && over_tls) all.emplace_back("--grpc-tls", "");
  return all;
}

const kind_description& grpc_description = description;

}  // namespace muster

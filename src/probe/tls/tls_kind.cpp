#include "muster/probe/tls.hpp"
#include "probe/kind.hpp"
#include "probe/ports_option.hpp"
#include "probe/tls/tls_probe.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster {
namespace {

// The phases are called as those of HTTP are.
constexpr field connect{"connect_ms", 3};
constexpr field handshake{"tls_ms", 9};

std::string read_tls_ports(tls_spec& spec, const std::string& text) {
  if (text != "open") return reading_ports<tls_spec>()(spec, text);
  spec.open_ports = true;
  return {};
}

class tls_runner final : public probe_runner {
 public:
  explicit tls_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    tls_probe(shared_.jobs(), shared_, std::move(request));
  }
  // Of ports that are swept most are closed, and the kernel stamps no refusal.
  bool times_by_loop() const override { return true; }

 private:
  prober& shared_;
};

class tls_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<tls_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    shared.prepare_tls(static_cast<const tls_spec&>(spec).tls);
    return std::make_unique<tls_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{{.names = "--tls",
                                  .form = "PORTS|open",
                                  .help = "Shake hands with TLS at these ports, and look at the\n"
                                          "certificate: 443,993,8443-8450; or, after --then, at\n"
                                          "those found open",
                                  .read = reading<tls_spec>(read_tls_ports),
                                  .asks = true}};
    for (spec_option& one : tls_spec_options<tls_spec>())
      all.push_back(std::move(one));
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{&connect, &handshake};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    return all;
  }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<tls_probe_details>();
    if (!own) return;
    if (own->connect.count() >= 0) visitor.milliseconds(connect, own->connect);
    if (own->handshake.count() >= 0) visitor.milliseconds(handshake, own->handshake);
    if (own->tls) show_tls(*own->tls, visitor);
  }
  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<tls_probe_details>();
    if (own && own->tls) append_tls(out, *own->tls, result.reason);
  }
};

constexpr tls_kind description;

}  // namespace

std::uint16_t tls_spec::port(const target&, std::uint32_t index) const {
  return index < ports.size() ? ports[index] : std::uint16_t{0};
}

bool tls_spec::is_swept(std::uint32_t index) const {
  return index < ports.size() && std::ranges::binary_search(swept_ports, ports[index]);
}

option_values tls_spec::asked() const {
  option_values all;
  if (!ports.empty()) all.emplace_back("--tls", fmt::format("{}", fmt::join(ports, ",")));
  if (open_ports) all.emplace_back("--tls", "open");
  return all;
}

const kind_description& tls_description = description;

}  // namespace muster

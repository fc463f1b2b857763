#include "muster/probe/tcp.hpp"
#include "probe/kind.hpp"
#include "probe/ports_option.hpp"
#include "probe/tcp/tcp_probe.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace muster {
namespace {

class tcp_runner final : public probe_runner {
 public:
  explicit tcp_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    tcp_probe(shared_.jobs(), shared_, std::move(request));
  }
  // The kernel stamps no refusal.
  bool times_by_loop() const override { return true; }

 private:
  prober& shared_;
};

class tcp_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<tcp_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec&) const override {
    return std::make_unique<tcp_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    return {{.names = "--tcp,--ports",
             .form = "PORTS",
             .help = "Connect to these ports: 22,80,8000-8010",
             .read = reading_ports<tcp_spec>(),
             .asks = true}};
  }
};

constexpr tcp_kind description;

}  // namespace

std::uint16_t tcp_spec::port(const target& subject, std::uint32_t index) const {
  return index == own ? subject.port() : ports[index];
}

bool tcp_spec::is_swept(std::uint32_t index) const {
  return index != own && std::ranges::binary_search(swept_ports, ports[index]);
}

option_values tcp_spec::asked() const {
  if (ports.empty()) return {};
  return {{"--tcp", fmt::format("{}", fmt::join(ports, ","))}};
}

const kind_description& tcp_description = description;

}  // namespace muster

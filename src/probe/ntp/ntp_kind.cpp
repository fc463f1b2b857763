#include "core/duration_text.hpp"
#include "core/whole_number.hpp"
#include "muster/probe/ntp.hpp"
#include "probe/kind.hpp"
#include "probe/ntp/ntp_probe.hpp"
#include "record/numbers.hpp"
#include "record/words.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr field ntp{"ntp", 13};
constexpr field version{"ntp.version", 13};
constexpr field stratum{"ntp.stratum", 13};
constexpr field leap{"ntp.leap", 13};
constexpr field reference{"ntp.reference", 13};
constexpr field offset{"ntp.offset_ms", 13};
constexpr field delay{"ntp.delay_ms", 13};
constexpr field root_delay{"ntp.root_delay_ms", 13};
constexpr field root_dispersion{"ntp.root_dispersion_ms", 13};
constexpr field precision{"ntp.precision", 13};
constexpr field poll{"ntp.poll", 13};
constexpr field reference_age{"ntp.reference_age_ms", 13};

constexpr std::size_t reference_bytes_max = 40;

/// By the leap indicator.
constexpr std::array<std::string_view, 4> leap_words{"none", "insert", "delete", "unsynchronized"};

std::string read_port(ntp_spec& spec, const std::string& text) {
  if (!read_whole(text, spec.server_port) || spec.server_port == 0) {
    return fmt::format("'{}' is no port, which is 1 to 65535", excerpt(text));
  }
  spec.is_asked = true;
  return {};
}

std::string read_offset(ntp_spec& spec, const std::string& text) {
  const auto most = parse_duration(text);
  if (!most) return most.error().message;
  spec.offset_max = *most;
  return {};
}

void show_members(const ntp_details& details, field_visitor& visitor) {
  visitor.integer(version, details.version);
  visitor.integer(stratum, details.stratum);
  visitor.word(leap, leap_words[details.leap % leap_words.size()]);
  if (!details.reference.empty()) visitor.text(reference, details.reference);
  if (details.offset) visitor.milliseconds(offset, *details.offset);
  if (details.delay) visitor.milliseconds(delay, *details.delay);
  visitor.milliseconds(root_delay, details.root_delay);
  visitor.milliseconds(root_dispersion, details.root_dispersion);
  visitor.real(precision, details.precision);
  visitor.real(poll, details.poll);
  if (details.reference_age) visitor.milliseconds(reference_age, *details.reference_age);
}

class ntp_runner final : public probe_runner {
 public:
  explicit ntp_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    ntp_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

class ntp_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  address_use use_of_addresses(const target&, const probe_spec&) const override {
    return address_use::in_turn;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<ntp_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec&) const override {
    return std::make_unique<ntp_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    return {{.names = "--ntp",
             .form = "PORT",
             .help = "Ask each target, an NTP server, for the time; PORT is of targets\n"
                     "that name none (123)",
             .read = reading<ntp_spec>(read_port),
             .asks = true,
             .bare = "123"},
            {.names = "--ntp-offset",
             .form = "TIME",
             .help = "How far a server's clock may be from this machine's",
             .read = reading<ntp_spec>(read_offset),
             .column = "ntp_offset"},
            {.names = "--ntp-stratum",
             .form = "N",
             .help = "How many steps a server may be from a reference clock (15)",
             .read = reading_number<ntp_spec>(&ntp_spec::stratum_max, std::uint8_t{1},
                                              std::uint8_t{15}),
             .column = "ntp_stratum"}};
  }

  std::vector<const field*> fields() const override {
    return {&version,    &stratum,         &leap,      &reference, &offset,       &delay,
            &root_delay, &root_dispersion, &precision, &poll,      &reference_age};
  }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<ntp_details>();
    if (!own) return;
    visitor.object(ntp, [own](field_visitor& members) { show_members(*own, members); });
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<ntp_details>();
    if (!own) return;
    append_word(out, fmt::format("stratum {}", own->stratum));
    append_untrusted(out, own->reference, reference_bytes_max);
    if (!own->offset) return;
    append_word(out, own->offset->count() > 0 ? "offset +" : "offset ");
    append_milliseconds(out, *own->offset);
    out += " ms";
  }
};

constexpr ntp_kind description;

}  // namespace

std::uint16_t ntp_spec::port(const target& subject, std::uint32_t) const {
  return subject.form() == target_form::host_port ? subject.port() : server_port;
}

option_values ntp_spec::asked() const {
  option_values all;
  if (!is_asked) return all;
  all.emplace_back("--ntp", std::to_string(server_port));
  if (offset_max) all.emplace_back("--ntp-offset", fmt::format("{}ns", offset_max->count()));
  if (stratum_max != ntp_spec{}.stratum_max) {
    all.emplace_back("--ntp-stratum", std::to_string(stratum_max));
  }
  return all;
}

const kind_description& ntp_description = description;

}  // namespace muster

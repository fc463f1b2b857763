#include "muster/printable.hpp"
#include "muster/probe/own.hpp"
#include "probe/kind.hpp"
#include "probe/own/own_runner.hpp"
#include "record/words.hpp"

namespace muster {
namespace {

// What a plugin has: what was asked, and what it said.
constexpr field command{"command", 6};
constexpr field output{"output", 6};

constexpr std::size_t text_bytes_max = 120;

class own_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  address_use use_of_addresses(const target&, const probe_spec&) const override {
    return address_use::first;
  }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<own_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    return std::make_unique<own_runner>(shared, static_cast<const own_spec&>(spec));
  }

  std::vector<const field*> fields() const override { return {&command, &output}; }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<own_details>();
    if (!own) return;
    visitor.text(command, own->name);
    if (!own->text.empty()) visitor.text(output, own->text);
  }

  bool names_itself(const probe_result& result) const override { return result.details.empty(); }
  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<own_details>();
    if (!own) return;
    append_untrusted(out, own->name, label_bytes_max);
    if (own->text.empty()) return;
    out += ": ";
    append_printable(out, own->text, text_bytes_max);
  }
  bool explains_local_errors() const override { return true; }
};

constexpr own_kind description;

}  // namespace

const kind_description& own_description = description;

}  // namespace muster

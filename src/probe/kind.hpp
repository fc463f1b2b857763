#pragma once

#include "muster/probe_plan.hpp"
#include "muster/result.hpp"
#include "probe/probe_runner.hpp"
#include "probe/spec_option.hpp"
#include "record/field_visitor.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace muster {

class prober;

/// What a probe needs a right to besides that to be in flight.
enum class scarce_need : std::uint8_t {
  nothing,     ///< It shares a socket with others.
  descriptor,  ///< A file descriptor of its own.
  process,     ///< A process.
};

/// What a kind does where any of a name's addresses will do.
enum class address_use : std::uint8_t {
  raced,    ///< A probe connects to the one that is connected first.
  in_turn,  ///< It asks one; when that does not answer, the next one is asked.
  first,    ///< What runs is given the first.
};

/// Packets of one probe.
struct packet_counts {
  std::uint32_t sent = 0;
  std::uint32_t received = 0;  ///< Of these, how many were answered in time.
};

/// All that the rest of muster knows of a kind of probe. Each kind describes itself, in its folder.
class kind_description {
 public:
  virtual scarce_need need() const = 0;
  virtual address_use use_of_addresses(const target&, const probe_spec&) const {
    return address_use::raced;
  }
  /// Whether a probe with a port that is up has found that it takes connections over TCP.
  virtual bool finds_open_ports() const { return false; }
  virtual std::unique_ptr<probe_spec> make_spec() const = 0;
  /// What people may write in a spec.
  virtual std::vector<spec_option> options() const { return {}; }
  /// Both outlive the runner. Throws std::invalid_argument when what the spec asks for can't be
  /// done here, std::system_error when this machine has nothing left.
  virtual std::unique_ptr<probe_runner> make_runner(prober& shared,
                                                    const probe_spec& spec) const = 0;

  /// The fields that records of this kind may have besides those that all have.
  virtual std::vector<const field*> fields() const { return {}; }
  /// Shows those of them that are known.
  virtual void show(const probe_result&, field_visitor&) const {}
  /// Whether a page has to keep them; it has the TTL in any case.
  virtual bool has_details(const probe_result& result) const { return !result.details.empty(); }
  /// TTL or hop limit of the answer; 0 if there is none.
  virtual std::uint8_t ttl(const probe_result&) const { return 0; }
  /// Whether a probe consists of packets that are counted one by one; how many, then, came of one
  /// probe, and how many each is to have.
  virtual bool counts_packets() const { return false; }
  virtual packet_counts packets(const probe_result&) const { return {}; }
  virtual std::uint32_t packets_of_each(const probe_spec&) const { return 1; }

  // The text for people.

  /// What a line is about: as the user wrote it, with the port if that is not in it yet.
  virtual std::string label(const probe_result& result) const;
  /// Whether the name of the kind tells something that neither label nor reason says.
  virtual bool names_itself(const probe_result&) const { return true; }
  /// Whether the address that a name has tells something.
  virtual bool shows_address(const probe_result&) const { return true; }
  /// Appends the words that say more about the outcome, most telling first.
  virtual void append_details(std::string&, const probe_result&) const {}
  /// Whether a `local_error` says why in words of its own, which are worth a line for each.
  virtual bool explains_local_errors() const { return false; }

 protected:
  ~kind_description() = default;
};

/// The description of a kind, from its folder.
const kind_description& description_of(probe_kind kind);

/// Whether any of the plan's probes needs that, those of later stages included.
bool needs(const probe_plan& plan, scarce_need need);
/// Asks for one probe of a kind, for each target, as its own option without a value does.
void ask_for(probe_plan& plan, probe_kind kind);

/// Every field that a probe's record can have, as tables order them; those of one name once.
const std::vector<const field*>& result_fields();
/// Shows all that is known of a result.
void show_result(const probe_result& result, field_visitor& visitor);
/// Shows what is known of a result beyond what, where, when and how it ended.
void show_details(const probe_result& result, field_visitor& visitor);

/// The longest label in a text for people.
inline constexpr std::size_t label_bytes_max = 256;

}  // namespace muster

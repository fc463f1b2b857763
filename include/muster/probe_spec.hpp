#pragma once

#include "muster/probe_kind.hpp"
#include "muster/target.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace muster {

/// Options of the command, and their values.
using option_values = std::vector<std::pair<std::string, std::string>>;

/// What probes of one kind ask of each target, and how: the kinds have their own, in
/// `muster/probe/`. While a sweep runs it does not change, and all probes of the kind share it.
class probe_spec {
 public:
  virtual ~probe_spec() = default;

  virtual probe_kind kind() const = 0;
  /// How many probes each target gets by it. None where it only says how those are made that a
  /// target asks for by its form or in its row.
  virtual std::size_t size() const = 0;
  /// The number of a probe that is none of these, but what the target itself asks for.
  static constexpr std::uint32_t own = 0xffff'ffff;
  /// The port that number `index` of them goes to, if that is known before it is made; else 0.
  virtual std::uint16_t port(const target& subject, std::uint32_t index) const {
    static_cast<void>(subject);
    static_cast<void>(index);
    return 0;
  }
  /// Whether that port was named in a range, by somebody who asks which are open.
  virtual bool is_swept(std::uint32_t index) const {
    static_cast<void>(index);
    return false;
  }
  /// Whether that is made once for each port that an earlier stage found open, if one looks for
  /// some.
  virtual bool takes_open_ports(std::uint32_t index) const {
    static_cast<void>(index);
    return false;
  }
  /// Whether it goes to such ports only.
  virtual bool needs_open_ports(std::uint32_t index) const {
    static_cast<void>(index);
    return false;
  }
  /// How long a probe takes when nothing answers it.
  virtual std::chrono::nanoseconds silent_time(std::chrono::nanoseconds timeout) const {
    return timeout;
  }
  /// The columns of targets' rows that the probes are made of.
  virtual std::vector<std::string> columns() const { return {}; }
  /// What it asks, as options of the command and their values.
  virtual option_values asked() const = 0;
  virtual std::unique_ptr<probe_spec> clone() const = 0;

 protected:
  probe_spec() = default;
  probe_spec(const probe_spec&) = default;
  probe_spec& operator=(const probe_spec&) = default;
};

/// What the specs of all kinds have in common.
template <class Spec, probe_kind Kind>
class spec_of_kind : public probe_spec {
 public:
  static constexpr probe_kind own_kind = Kind;
  probe_kind kind() const final { return Kind; }
  std::unique_ptr<probe_spec> clone() const final {
    return std::make_unique<Spec>(static_cast<const Spec&>(*this));
  }
};

}  // namespace muster

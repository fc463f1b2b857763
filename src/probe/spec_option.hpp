#pragma once

#include "core/duration_text.hpp"
#include "core/parsed.hpp"
#include "core/whole_number.hpp"
#include "muster/probe_spec.hpp"

#include <chrono>
#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace muster {

/// An option that probes of one kind have, wherever it is written.
struct spec_option {
  std::string names = {};  ///< On a command line: "--tcp,--ports"; empty for a mere column.
  std::string form = {};   ///< Of its value, for people: "PORTS"; empty for a flag.
  std::string help = {};
  /// Takes a value, which is empty for a flag; says what is wrong with it, and nothing when nothing
  /// is.
  std::function<std::string(probe_spec&, const std::string& text)> read = {};
  /// Its name as a column of a list, whose cells hold for one target; empty when it has none.
  std::string column = {};
  /// One socket serves all targets: a column of that name can only be refused.
  bool is_of_socket = false;
  /// It asks for probes, rather than saying how they are made.
  bool asks = false;
  /// May be given several times.
  bool repeats = false;
  /// What it stands for when it is given without a value, which it needs not have then; empty where
  /// it needs one.
  std::string bare = {};
  /// The group that it has in the help, where several kinds have the same option, which is one
  /// then; empty for the kind's own.
  std::string group = {};
};

/// Reads into a spec of a certain type.
template <class Spec, typename Read>
auto reading(Read read) {
  return [read = std::move(read)](probe_spec& spec, const std::string& text) -> std::string {
    return read(static_cast<Spec&>(spec), text);
  };
}

/// The same for a flag, which is never wrong.
template <class Spec, typename Set>
auto setting(Set set) {
  return reading<Spec>([set = std::move(set)](Spec& spec, const std::string&) {
    set(spec);
    return std::string{};
  });
}

/// A whole number in a range, into a member.
template <class Spec, class Owner, std::integral Number>
auto reading_number(Number Owner::*member, Number least, Number most) {
  return reading<Spec>([=](Spec& spec, const std::string& text) -> std::string {
    Number value{};
    if (!read_whole(text, value) || value < least || value > most) {
      return fmt::format("'{}' is not a whole number from {} to {}", excerpt(text), least, most);
    }
    spec.*member = value;
    return {};
  });
}

/// A time of at least `least`, into a member.
template <class Spec, class Owner>
auto reading_time(std::chrono::nanoseconds Owner::*member, std::chrono::nanoseconds least) {
  return reading<Spec>([=](Spec& spec, const std::string& text) -> std::string {
    const auto value = parse_duration(text);
    if (!value) return value.error().message;
    if (*value < least) return fmt::format("'{}' is too short", excerpt(text));
    spec.*member = *value;
    return {};
  });
}

}  // namespace muster

#pragma once

#include "muster/target.hpp"

#include <string>

namespace muster {

// The parts of a target as texts, for commands and for people.

/// What it is called everywhere.
std::string text_of(const target& subject);
/// Its host alone: of a URL, without its port; the whole line of a target that is one.
std::string host_of(const target& subject);
/// Its address with its zone, without which nobody could reach it. The host is no name.
std::string address_of(const target& subject);

}  // namespace muster

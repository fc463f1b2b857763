#pragma once

#include "result_printer.hpp"
#include "work.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::bench {

/// One probe as a thread or a process of its own does it: ordinary sockets, waited for with poll,
/// and its own clock before and after. The status word is the one that muster has for the outcome.
probe_outcome probe_once(const work& wanted, std::uint32_t index);

/// The whole answer to `GET path` on a connection of its own; none without one. Takes at most
/// `timeout`.
std::optional<std::string> http_answer(std::uint32_t address, std::uint16_t port,
                                       std::string_view path, std::chrono::milliseconds timeout);

}  // namespace muster::bench

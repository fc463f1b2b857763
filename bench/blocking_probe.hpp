#pragma once

#include "work.hpp"

#include <cstdint>
#include <string_view>

namespace muster::bench {

/// One probe as a thread or a process of its own does it: ordinary sockets, waited for with poll.
/// Returns the status word that muster has for the outcome.
std::string_view probe_once(const work& wanted, std::uint32_t index);

/// `GET path` on a connection of its own; the answer's body holds `text`. Takes at most `timeout`.
bool http_answer_has(std::uint32_t address, std::uint16_t port, std::string_view path,
                     std::string_view text, std::chrono::milliseconds timeout);

}  // namespace muster::bench

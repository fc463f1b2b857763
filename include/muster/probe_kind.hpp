#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

/// What kind of question is asked.
enum class probe_kind : std::uint8_t { icmp, tcp, http, exec };
std::string_view to_string(probe_kind value);

}  // namespace muster

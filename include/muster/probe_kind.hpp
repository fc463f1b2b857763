#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace muster {

/// What kind of question is asked.
enum class probe_kind : std::uint8_t { icmp, tcp, http, exec };
std::string_view to_string(probe_kind value);

/// Every kind, in declaration order.
inline constexpr std::array all_probe_kinds{probe_kind::icmp, probe_kind::tcp, probe_kind::http,
                                            probe_kind::exec};

}  // namespace muster

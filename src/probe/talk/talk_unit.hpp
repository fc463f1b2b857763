#pragma once

#include "muster/probe/talk.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// Where the next thing ends that an expectation is held against.
struct talk_unit {
  enum class state : std::uint8_t {
    need_more,
    whole,
    broken,  ///< What has come can't be the beginning of one.
  };
  state is = state::need_more;
  /// Of all of it; where more is needed, the fewest that it may come to.
  std::size_t bytes = 0;
  /// What the expectation is held against: the line without its end, the payload of a packet.
  std::string_view content;
};

/// A message of WebSocket, as `next_unit` finds it for `expect_message`: frames are taken apart by
/// whoever has the connection.
std::string message_unit(std::string_view message);

/// Looks for it at the beginning of `unread`, of which the first `scanned` bytes are known to have
/// no line's end in them.
talk_unit next_unit(const talk_step& step, std::string_view unread, std::size_t scanned);

}  // namespace muster

#pragma once

#include "core/parsed.hpp"
#include "muster/probe/talk.hpp"

#include <string>
#include <string_view>

namespace muster {

/// Reads a dialogue as people ask for it: `PORT=STEPS`, `PORT=@FILE`, or a ready one by its name,
/// `NAME[+starttls|+tls][:PORT]`.
parsed<talk_dialogue> parse_talk(std::string_view text);

/// Such a text for this one, with the steps that a file had.
std::string talk_text(const talk_dialogue& dialogue);

}  // namespace muster

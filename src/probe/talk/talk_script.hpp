#pragma once

#include "core/parsed.hpp"
#include "muster/probe/talk.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// What ends a step of a dialogue.
enum class step_end : std::uint8_t {
  line,       ///< A line's end alone, as in a file.
  semicolon,  ///< A semicolon, too, unless there is a backslash before it.
};

/// What a dialogue is made of.
enum class talk_medium : std::uint8_t {
  stream,    ///< Bytes, lines for the most part.
  messages,  ///< Those of WebSocket.
};

/// Reads the steps of a dialogue:
///
///     expect REGEX          a line that matches somewhere (RE2, on bytes); others are passed over
///     expect-bytes N REGEX  the next N bytes
///     expect-ber REGEX      the next element of BER (X.690)
///     expect-mysql REGEX    the payload of the next packet of MySQL's protocol
///     fail REGEX            what matches this from here on, and is not expected, is a failure
///     send TEXT             sends it as a line, with CR and LF
///     write TEXT            sends just its bytes
///     starttls              TLS begins
///
/// Of messages there are but three, where `expect` waits for a message that matches, and `send`
/// sends one: `expect`, `fail` and `send`.
///
/// In what is sent, `\xHH`, `\r`, `\n`, `\t`, `\0`, `\\`, `\;` and `\$` are bytes, and `${N}` is
/// what group N (0 to 9) of the latest expectation captured; in clear text that is forgotten when
/// TLS begins. Blanks around a step are not a part of it; empty steps, and those that begin with
/// `#`, are none.
parsed<std::vector<talk_step>> parse_talk_script(std::string_view text, step_end end,
                                                 talk_medium medium = talk_medium::stream);

/// The same of an option's value: steps with semicolons between, or `@FILE` for those that a
/// regular file has, one on each line.
parsed<std::vector<talk_step>> read_talk_script(std::string_view text,
                                                talk_medium medium = talk_medium::stream);

/// The steps as one text, which is read with `step_end::semicolon` as the same ones.
std::string talk_script_text(const std::vector<talk_step>& steps);

}  // namespace muster

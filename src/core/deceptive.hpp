#pragma once

namespace muster {

/// True for what must not reach a terminal as it is, beyond the controls of ASCII: C1 controls, and
/// the characters with which text can look like other text, as they are invisible or turn the
/// direction of writing. The one table for all formats.
bool is_deceptive(char32_t code_point);

}  // namespace muster

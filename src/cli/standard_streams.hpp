#pragma once

namespace muster {

/// Makes sure that descriptors 0 to 2 are taken, so that no socket or file that is opened later is
/// mistaken for a standard stream. A closed input reads as empty, a closed output can't be written
/// to (EBADF). Call it before anything is opened.
void claim_standard_streams();

}  // namespace muster

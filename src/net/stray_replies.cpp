#include "muster/stray_replies.hpp"

namespace muster {

stray_replies& stray_replies::operator+=(const stray_replies& other) {
  duplicate += other.duplicate;
  late += other.late;
  foreign += other.foreign;
  corrupt += other.corrupt;
  dropped += other.dropped;
  asked_again += other.asked_again;
  send_waits += other.send_waits;
  return *this;
}

}  // namespace muster

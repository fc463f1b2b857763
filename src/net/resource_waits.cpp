#include "muster/resource_waits.hpp"

namespace muster {

resource_waits& resource_waits::operator+=(const resource_waits& other) {
  descriptors += other.descriptors;
  ports += other.ports;
  memory += other.memory;
  processes += other.processes;
  return *this;
}

}  // namespace muster

#pragma once

namespace muster::test {

/// While it lives, the kernel stamps what arrives when it does. It begins to do so a moment after
/// the first socket of the machine has asked for it; what comes before has the time at which it is
/// read. Returns from its constructor once it does; throws std::runtime_error where it never does.
class stamping_kernel {
 public:
  stamping_kernel();
  stamping_kernel(const stamping_kernel&) = delete;
  stamping_kernel& operator=(const stamping_kernel&) = delete;
  ~stamping_kernel();

 private:
  int socket_ = -1;
};

}  // namespace muster::test

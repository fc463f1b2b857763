#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace muster::test {

/// A network of the test's own, where silence, errors and strangers can be arranged without a
/// packet leaving the machine. Ranges are written as nft takes them: `10.0.0.1`, `10.0.0.0/24`,
/// `10.0.0.17-10.0.0.255`, or the same in IPv6. Every method throws std::runtime_error with the
/// command and its output when the kernel refuses.
class lab {
 public:
  /// Moves this process, which must have one thread, into a fresh network namespace with nothing
  /// but a loopback device. Takes root or unprivileged user namespaces, `ip` and `nft`; without
  /// them it returns false and says what is missing. Calling it again gives another fresh one.
  static bool enter(std::string& why_not);

  /// Makes every address of the block this machine's own, so that it answers.
  static void route_local(std::string_view block);
  /// Makes the kernel refuse the block at once: `kind` is unreachable, prohibit or blackhole.
  static void route_refused(std::string_view kind, std::string_view block);

  /// No echo request reaches these addresses.
  static void drop_echo_requests(std::string_view range);
  /// No connection attempt reaches these addresses.
  static void drop_syns(std::string_view range);
  /// Whatever is sent to these addresses is answered by an ICMP error; `type` as nft names it, such
  /// as host-unreachable, port-unreachable, admin-prohibited; in IPv6 no-route, addr-unreachable.
  static void reject(std::string_view range, std::string_view type);
  /// Connection attempts to these addresses are answered with a reset.
  static void reset(std::string_view range);
  /// What this machine sends to these addresses is thrown away before it leaves: sending fails with
  /// EPERM.
  static void forbid_sending(std::string_view range);
  /// The same, and this machine also writes itself an ICMP error about it.
  static void reject_sending(std::string_view range);
  /// The echo replies of these IPv6 addresses arrive with a wrong checksum.
  static void spoil_echo_replies(std::string_view range);

  /// Which groups may open unprivileged ICMP sockets; nobody may in a fresh lab. Both must exist in
  /// the user namespace: 0, the test's own group there, always does.
  static void allow_ping_sockets(int first_group, int last_group);
  static void set_system_control(std::string_view name, std::string_view value);
};

/// A second machine behind a cable, which forwards: a network namespace at the other end of a
/// veth pair. It knows the hardware address of the near end from the start, as the kernel's table
/// of neighbours, one for all namespaces, may have no room for it when it is to answer. It ends
/// with this object.
class neighbour {
 public:
  /// `near` and `far` are the two ends with their prefix length, as in `192.0.2.1/24`. Needs
  /// lab::enter to have succeeded.
  neighbour(std::string_view near, std::string_view far);
  /// A third machine: the cable goes to `router`, and no packet of more than `mtu` bytes fits
  /// through it. What it knows no other way to, it sends there.
  neighbour(const neighbour& router, std::string_view near, std::string_view far, int mtu);
  neighbour(const neighbour&) = delete;
  neighbour& operator=(const neighbour&) = delete;
  ~neighbour();

  /// The words that run a command there.
  std::vector<std::string> words_there(std::vector<std::string> command) const;
  /// Runs a command there, such as `ip route add blackhole 198.51.100.0/24`.
  void run(std::string_view command_line) const;
  void set_system_control(std::string_view name, std::string_view value) const;
  /// Sends traffic for `block` there; `via` is the far end's address.
  static void route_via(std::string_view block, std::string_view via);

 private:
  void hold_namespace();
  void connect_to(std::string_view near, std::string_view far) const;
  void run_words(std::vector<std::string> command) const;

  pid_t holder_ = -1;  // Does nothing but keep the namespace alive.
};

}  // namespace muster::test

// Strategy: a datagram socket first, as it needs no privilege, unless it is too small for the
// probes in flight: the kernel gives it one id, and so 65,536 sequence numbers. A raw socket has a
// block of ids of its own choosing, aligned so that the kernel's packet filter can tell them with
// one mask.
#include "net/icmp_open.hpp"

#include "net/privileges.hpp"
#include "net/socket_address.hpp"

#include <bit>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster {
namespace {

using family = codec::ip_family;

constexpr std::size_t sequences = 65'536;
constexpr std::size_t ids_max = 64;
constexpr std::size_t headers_bytes = 20 + codec::icmp_header_bytes;
// The least MTU of any link in use (RFC 1191, 7.1), which is more than RFC 791 asks of one.
constexpr std::size_t datagram_bytes_safe = 296;

/// Closes the descriptor unless it is released.
class descriptor_guard {
 public:
  explicit descriptor_guard(int descriptor) : descriptor_{descriptor} {}
  descriptor_guard(const descriptor_guard&) = delete;
  descriptor_guard& operator=(const descriptor_guard&) = delete;
  ~descriptor_guard() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error{error, std::generic_category(), what};
}

void set(int descriptor, int level, int name, int value, const char* what) {
  if (::setsockopt(descriptor, level, name, &value, sizeof value) != 0) fail(errno, what);
}

int open_type(family which, int type) {
  const int domain = which == family::v4 ? AF_INET : AF_INET6;
  const int protocol = which == family::v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
  return ::socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

void set_receive_options(int descriptor, family which, icmp_socket_mode mode, int bytes) {
  // The kernel doubles this, and caps it at rmem_max for those without CAP_NET_ADMIN.
  if (::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0) {
    set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes, "SO_RCVBUF");
  }
  set(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
  if (which == family::v6) {
    set(descriptor, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT");
  } else if (mode == icmp_socket_mode::datagram) {
    set(descriptor, IPPROTO_IP, IP_RECVTTL, 1, "IP_RECVTTL");  // raw: it stands in the header
  }
}

/// Without it, the kernel forbids fragments on IPv4, to learn how much fits, and fails the request
/// that is too big. On IPv6, where it's the sender who makes them, it has to learn that.
void allow_fragments(int descriptor, family which) {
  if (which == family::v4) {
    set(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT, "fragmentation");
  } else {
    set(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_WANT, "fragmentation");
  }
}

void forbid_fragments(int descriptor, family which) {
  if (which == family::v4) {
    set(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, "don't fragment");
  } else {
    set(descriptor, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO, "don't fragment");
    set(descriptor, IPPROTO_IPV6, IPV6_DONTFRAG, 1, "don't fragment");
  }
}

void set_send_options(int descriptor, family which, const icmp_options& options) {
  const bool v4 = which == family::v4;
  const int level = v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6};
  if (options.ttl > 0) {
    set(descriptor, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, options.ttl, "time to live");
    set(descriptor, level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, options.ttl,
        "time to live");
  }
  if (options.tos >= 0) {
    set(descriptor, level, v4 ? IP_TOS : IPV6_TCLASS, options.tos, "type of service");
  }
  // A datagram that every IPv4 path takes whole needs no identification either (RFC 6864), and
  // finding a fresh one is the most expensive single thing the kernel does for a small datagram.
  const bool never_fragmented = v4 && options.payload_bytes + headers_bytes <= datagram_bytes_safe;
  if (options.dont_fragment || never_fragmented) {
    forbid_fragments(descriptor, which);
  } else {
    allow_fragments(descriptor, which);
  }
}

void bind_source(int descriptor, family which, const echo_options& options) {
  const bool given = options.source && options.source->is_v4() == (which == family::v4);
  const ip_address any = which == family::v4 ? ip_address::from_v4(0) : ip_address{};
  const ip_address source = given ? *options.source : any;
  const socket_address local{source, 0, given ? options.source_scope : 0};
  if (::bind(descriptor, &local.base, local.size) != 0) {
    fail(errno, "can't send from " + source.to_string());
  }
}

std::uint16_t bound_id(int descriptor) {
  socket_address local;
  local.size = sizeof local.v6;
  if (::getsockname(descriptor, &local.base, &local.size) != 0) fail(errno, "getsockname");
  return ntohs(local.base.sa_family == AF_INET ? local.v4.sin_port : local.v6.sin6_port);
}

void set_type_filter(int descriptor, family which) {
  if (which == family::v4) {
    icmp_filter filter{};
    filter.data = ~(1U << ICMP_ECHOREPLY | 1U << ICMP_DEST_UNREACH | 1U << ICMP_TIME_EXCEEDED |
                    1U << ICMP_PARAMETERPROB);
    if (::setsockopt(descriptor, SOL_RAW, ICMP_FILTER, &filter, sizeof filter) != 0) {
      fail(errno, "ICMP_FILTER");
    }
    return;
  }
  icmp6_filter filter;
  ICMP6_FILTER_SETBLOCKALL(&filter);
  for (int type : {ICMP6_ECHO_REPLY, ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG, ICMP6_TIME_EXCEEDED,
                   ICMP6_PARAM_PROB}) {
    ICMP6_FILTER_SETPASS(type, &filter);
  }
  if (::setsockopt(descriptor, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof filter) != 0) {
    fail(errno, "ICMP6_FILTER");
  }
}

// Passes ICMP errors, and echo replies whose id is in the block; drops everybody else's replies
// before they cost a wake-up.
void set_id_filter(int descriptor, family which, std::uint16_t first_id, std::size_t ids) {
  const std::uint32_t reply = which == family::v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY;
  const auto mask = static_cast<std::uint32_t>(~(ids - 1) & 0xffff);
  sock_filter code[] = {
      which == family::v4 ? sock_filter BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0)
                          : sock_filter BPF_STMT(BPF_LDX | BPF_IMM, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, reply, 0, 3),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first_id, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  if (::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0) {
    fail(errno, "SO_ATTACH_FILTER");
  }
}

[[noreturn]] void fail_open(icmp_socket_mode wanted, int datagram_error, int raw_error) {
  const int error = raw_error ? raw_error : datagram_error;
  if (error != EPERM && error != EACCES) fail(error, "can't open an ICMP socket");
  constexpr std::string_view all = "  sudo sysctl -w net.ipv4.ping_group_range='0 2147483647'\n";
  const std::string own = fmt::format("  sudo setcap cap_net_raw+ep {}\n", own_program());
  std::string remedy;
  if (wanted == icmp_socket_mode::datagram) {
    remedy = fmt::format("Allow it to every program with\n{}", all);
  } else if (wanted == icmp_socket_mode::raw) {
    remedy = fmt::format("Allow it to this program with\n{}", own);
  } else {
    remedy =
        fmt::format("Either allow it to every program with\n{}or to this one with\n{}", all, own);
  }
  fail(error, fmt::format("no permission to send ICMP echo requests. {}can't open an ICMP socket",
                          remedy));
}

}  // namespace

// A few more pairs than probes in flight, so that a free one is soon found.
icmp_opener::icmp_opener(family which, const echo_options& options)
    : family_{which},
      options_{options},
      ids_{std::min(
          std::bit_ceil(std::max(options.in_flight_max + options.in_flight_max / 32, sequences)) /
              sequences,
          ids_max)} {}

opened_icmp_socket icmp_opener::open(std::uint16_t random_id) const {
  const auto wanted = options_.mode;
  const bool raw_allowed = wanted != icmp_socket_mode::datagram;
  const bool datagram_allowed = wanted != icmp_socket_mode::raw;
  int datagram_error = 0;
  int raw_error = 0;
  int descriptor = -1;
  auto mode = icmp_socket_mode::datagram;
  const auto try_datagram = [&] {
    mode = icmp_socket_mode::datagram;
    descriptor = open_type(family_, SOCK_DGRAM);
    if (descriptor < 0) datagram_error = errno;
  };
  if (datagram_allowed && (!raw_allowed || ids_ == 1)) try_datagram();
  if (descriptor < 0 && raw_allowed) {
    mode = icmp_socket_mode::raw;
    descriptor = open_type(family_, SOCK_RAW);
    if (descriptor < 0) raw_error = errno;
  }
  if (descriptor < 0 && datagram_allowed && datagram_error == 0) try_datagram();
  if (descriptor < 0) fail_open(wanted, datagram_error, raw_error);
  return configure(descriptor, mode, random_id);
}

opened_icmp_socket icmp_opener::open_another() const {
  const int descriptor = open_type(family_, SOCK_DGRAM);
  if (descriptor < 0) fail_open(icmp_socket_mode::datagram, errno, 0);
  return configure(descriptor, icmp_socket_mode::datagram, 0);
}

opened_icmp_socket icmp_opener::configure(int descriptor, icmp_socket_mode mode,
                                          std::uint16_t random_id) const {
  descriptor_guard guard{descriptor};
  set_receive_options(descriptor, family_, mode, options_.receive_buffer_bytes);
  set_send_options(descriptor, family_, options_);
  bind_source(descriptor, family_, options_);
  // A datagram socket has ICMP errors no other way. A raw one also receives them, but without this
  // it is not told when a request could not leave for want of room (ENOBUFS).
  set(descriptor, family_ == family::v4 ? int{IPPROTO_IP} : int{IPPROTO_IPV6},
      family_ == family::v4 ? IP_RECVERR : IPV6_RECVERR, 1, "RECVERR");
  opened_icmp_socket opened{descriptor, mode, 0, 1};
  if (mode == icmp_socket_mode::datagram) {
    opened.first_id = bound_id(descriptor);
  } else {
    // Requests too small for a cookie need their sequence numbers to rest, and so more of them.
    opened.ids = options_.payload_bytes < codec::cookie_bytes ? ids_max : ids_;
    opened.first_id = static_cast<std::uint16_t>(random_id & ~(opened.ids - 1));
    set_type_filter(descriptor, family_);
    set_id_filter(descriptor, family_, opened.first_id, opened.ids);
  }
  guard.release();
  return opened;
}

}  // namespace muster

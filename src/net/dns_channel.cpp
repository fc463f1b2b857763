// Strategy: c-ares owns the sockets and tells, through its socket state callback, which of them it
// wants to read or write. Each has a `watch`: an Asio descriptor over the same file descriptor,
// which waits and never reads. c-ares closes a socket only after telling that it wants nothing of
// it any more; the watch lets go of the descriptor then, so it is never closed twice or waited for
// dead.
//
// Timeouts: asking c-ares for the earliest one walks all its queries, so that is done only when the
// timer fires, not at each packet. The timer is never set further off than half a second, so that a
// standstill of this process shows; no query that starts later can then expire much before it
// fires.
//
// Truncated answers: c-ares would ask again over TCP, and when that can't be reached it gives up
// the server's UDP socket too and moves every query of that server on; one long answer would fail
// thousands of short ones. So it is told to take truncated answers as they are, and what they are
// about is asked again over TCP on a channel of its own.
#include "net/dns_channel.hpp"

#include "core/zone.hpp"
#include "net/deadline_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <utility>

#include <ares.h>
#include <asio/posix/stream_descriptor.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace muster {

namespace {

// Queries that expire within this time of each other share one wake-up.
constexpr std::chrono::milliseconds timer_quantum{5};
constexpr std::size_t remarks_max = 10'000;
constexpr std::uint16_t type_a = 1;      // RFC 1035, 3.2.2
constexpr std::uint16_t type_aaaa = 28;  // RFC 3596, 2.1

int set_servers(ares_channeldata* ares, const std::vector<dns_server_address>& servers) {
  std::string list;
  for (const auto& server : servers) {
    const std::string address = server.address.to_string();
    if (!list.empty()) list += ',';
    list += server.address.is_v4() ? address : '[' + address + ']';
    list += ':' + std::to_string(server.port);
#if ARES_VERSION >= 0x012200
    // 1.34 leaves out a link-local server that has no zone; 1.18 can't read one that has.
    if (server.scope != 0) list += '%' + zone_name(server.scope);
#endif
  }
  return ares_set_servers_ports_csv(ares, list.c_str());
}

/// Where newer releases of c-ares have ways of their own: sets what makes them do as 1.18 does, and
/// returns the options it set. 1.34 keeps answers, which the resolver's own cache does, and asks a
/// server that failed again by a tenth of all questions.
int settle([[maybe_unused]] ares_options& settings) {
#if ARES_VERSION >= 0x012200
  settings.qcache_max_ttl = 0;
  settings.server_failover_opts.retry_chance = 0;
  settings.maxtimeout = settings.timeout << (settings.tries - 1);
  return ARES_OPT_QUERY_CACHE | ARES_OPT_SERVER_FAILOVER | ARES_OPT_MAXTIMEOUTMS;
#else
  return 0;
#endif
}

}  // namespace

bool descriptors_exhausted() {
  const int probe = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (probe < 0) return errno == EMFILE || errno == ENFILE;
  ::close(probe);
  return false;
}

struct dns_channel::watch {
  watch(asio::io_context& context, int descriptor_to_watch)
      : descriptor{context}, number{descriptor_to_watch} {}

  asio::posix::stream_descriptor descriptor;
  int number;
  bool read_wanted = false;
  bool write_wanted = false;
  bool reading = false;
  bool writing = false;
  bool closed = false;
};

dns_channel::dns_channel(asio::io_context& context, const dns_channel_options& options)
    : context_{context},
      options_{options},
      timer_{std::make_shared<asio::steady_timer>(context)},
      hooks_{[this](codec::dns_remark remark) { keep(std::move(remark)); },
             [this](auto when) { arrived_ = when; }, [this] { ++failures_; },
             [this](const ip_address& server) { return zone_of(server); }} {
  ares_options settings{};
  // Where names are looked for, and what is added to them, is muster's to say: c-ares is to read no
  // file of this machine. It would read the hosts file for each name.
  char lookups[] = "b";
  char no_file[] = "/dev/null";
  settings.lookups = lookups;
  settings.resolvconf_path = no_file;
  settings.flags = ARES_FLAG_NOALIASES | ARES_FLAG_NOSEARCH |
                   (options.over_tcp ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC);
  settings.timeout = static_cast<int>(options.query_timeout.count());
  settings.tries = options.tries;
  settings.sock_state_cb = &dns_channel::on_socket_state;
  settings.sock_state_cb_data = this;
  const int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB |
                    ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_DOMAINS | ARES_OPT_NDOTS |
                    (options.rotate ? ARES_OPT_ROTATE : ARES_OPT_NOROTATE) | settle(settings);
  int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status == ARES_SUCCESS) {
    status = ares_init_options(&ares_, &settings, given);
    if (status == ARES_SUCCESS) {
      status = set_servers(ares_, options.servers);
      if (status != ARES_SUCCESS) ares_destroy(ares_);
    }
    if (status != ARES_SUCCESS) ares_library_cleanup();
  }
  if (status != ARES_SUCCESS) {
    throw std::runtime_error{std::string{"c-ares can't start: "} + ares_strerror(status)};
  }
  use_dns_sockets(ares_, hooks_);
}

dns_channel::~dns_channel() {
  closing_ = true;
  ares_destroy(ares_);
  ares_library_cleanup();
}

std::uint32_t dns_channel::zone_of(const ip_address& server) const {
  const auto place = std::ranges::find(options_.servers, server, &dns_server_address::address);
  return place == options_.servers.end() ? 0 : place->scope;
}

void dns_channel::start(const std::string& name, dns_family family, dns_query& query) {
  query.channel_ = this;
  query.arrivals_before_ = arrivals_;
  query.failures_before_ = failures_;
  query.name_ = name;
  query.family_ = family;
  catch_up();
  query.lost_when_started_ = lost_;
  query.started_ = std::chrono::steady_clock::now();
  take_remark(query);  // on an answer that came too late for an earlier question
  ask(query);
}

void dns_channel::ask(dns_query& query) {
  query.lost_when_asked_ = lost_;
  query.asked_ = std::chrono::steady_clock::now();
  ares_addrinfo_hints hints{};
  // Sorting by RFC 6724 would connect a socket for each address; the caller has its own preference.
  hints.ai_flags = ARES_AI_NOSORT;
  hints.ai_family = query.family_ == dns_family::v4 ? AF_INET : AF_INET6;
  // One entry for each address, not for each socket type.
  hints.ai_socktype = SOCK_STREAM;
  ++in_flight_;
  starting_ = &query;
  const std::string absolute = query.name_ + '.';
  ares_getaddrinfo(ares_, absolute.c_str(), nullptr, &hints, &dns_channel::on_answer, &query);
  starting_ = nullptr;
  if (in_flight_ > 0 && !timer_armed_) arm_timer();
}

void dns_channel::on_answer(void* context, int status, int, ares_addrinfo* result) {
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned{result,
                                                                           &ares_freeaddrinfo};
  auto& query = *static_cast<dns_query*>(context);
  dns_channel& self = *query.channel_;
  if (self.closing_) return;
  --self.in_flight_;
  if (status == ARES_ETIMEOUT && self.has_patience(query)) return self.ask(query);
  const auto remark = self.take_remark(query);
  if (self.in_flight_ == 0) self.remarks_.clear();
  dns_reply reply = self.reply_to(query, status, result, remark ? remark->rcode : 0);
  reply.unasked = self.starting_ == &query;
  if (status != ARES_ETIMEOUT && !reply.unasked) reply.arrived = self.arrived_;
  if (remark && remark->truncated) return self.ask_over_tcp(query, std::move(reply));
  // Part of an answer is better than none of it.
  if (reply.addresses.empty() && !query.cut_short_.addresses.empty()) {
    reply = std::move(query.cut_short_);
  }
  query.replied(std::move(reply));
}

/// c-ares 1.34 waits for a server by what its answers took so far, as little as 250 ms; that can't
/// be switched off. So a question that it gives up early is asked again, as long as another round
/// of tries fits into the time that all of them were to have. So is one whose time passed while
/// this process stood still, as long as anything of that time is left.
bool dns_channel::has_patience(const dns_query& query) const {
  const auto now = std::chrono::steady_clock::now();
  const auto rounds =
      static_cast<std::int64_t>(options_.servers.size()) * ((1 << options_.tries) - 1);
  const auto whole = options_.query_timeout * rounds;
  const auto waited = now - query.started_ - (lost_ - query.lost_when_started_);
  if (lost_ > query.lost_when_asked_) return waited < whole;
  return waited + (now - query.asked_) <= whole;
}

/// What came of a question, whose last remarkable answer had this response code; 0 for none.
dns_reply dns_channel::reply_to(const dns_query& query, int status, const ares_addrinfo* result,
                                unsigned rcode) const {
  // c-ares knows five codes, and takes an answer with any other for a good one.
  const bool unknown_rcode = rcode > codec::rcode_refused;
  if (status == ARES_SUCCESS && result && !unknown_rcode)
    return dns_reply_of(*result, query.family_);
  dns_reply reply;
  if (unknown_rcode && status != ARES_ETIMEOUT) {
    reply.failure = dns_reason_of_rcode(rcode);
  } else if (status == ARES_ECONNREFUSED) {
    reply.failure = rcode == 0 || rcode == codec::rcode_no_such_name ? why_refused(query)
                                                                     : dns_reason_of_rcode(rcode);
  } else {
    reply.failure = dns_reason_of(status);
  }
  return reply;
}

void dns_channel::keep(codec::dns_remark remark) {
  if (remarks_.size() >= remarks_max) return;
  std::pair key{remark.name, remark.type};
  remarks_.insert_or_assign(std::move(key), std::move(remark));
}

/// What was last remarked on an answer to this question.
std::optional<codec::dns_remark> dns_channel::take_remark(const dns_query& query) {
  if (remarks_.empty()) return std::nullopt;
  const std::uint16_t type = query.family_ == dns_family::v4 ? type_a : type_aaaa;
  auto node = remarks_.extract(std::pair{query.name_, type});
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

void dns_channel::ask_over_tcp(dns_query& query, dns_reply reply) {
  if (!over_tcp_) {
    dns_channel_options options = options_;
    options.over_tcp = true;
    try {
      over_tcp_ = std::make_unique<dns_channel>(context_, options);
    } catch (const std::runtime_error&) {
      return query.replied(std::move(reply));
    }
  }
  query.cut_short_ = std::move(reply);
  const std::string name = std::move(query.name_);
  over_tcp_->start(name, query.family_, query);
}

// c-ares says "connection refused" for servers that can't be reached, for servers that answered
// SERVFAIL, REFUSED or NOTIMP, and when it could not open a socket. What they answered was
// remarked, but for TCP. While a query is under way, c-ares closes a socket only because of an
// error on it, so an answer that arrived without a socket that failed or was closed since the query
// began means that the servers are there, and refuse.
reason dns_channel::why_refused(const dns_query& query) const {
  if (arrivals_ > query.arrivals_before_ && failures_ == query.failures_before_) {
    return reason::name_server_failure;
  }
  return descriptors_exhausted() ? reason::too_many_open_files : reason::name_server_unreachable;
}

void dns_channel::on_socket_state(void* context, int descriptor, int readable, int writable) {
  auto& self = *static_cast<dns_channel*>(context);
  if (readable || writable) {
    self.watch_socket(descriptor, readable != 0, writable != 0);
  } else {
    self.unwatch_socket(descriptor);
  }
}

void dns_channel::watch_socket(int descriptor, bool readable, bool writable) {
  auto place = std::find_if(watches_.begin(), watches_.end(),
                            [&](const auto& socket) { return socket->number == descriptor; });
  if (place == watches_.end()) {
    auto socket = std::make_shared<watch>(context_, descriptor);
    asio::error_code error;
    socket->descriptor.assign(descriptor, error);
    // A socket that can't be waited for (epoll's limit) is left alone: its queries time out.
    if (error) return;
    place = watches_.insert(watches_.end(), std::move(socket));
  }
  (*place)->read_wanted = readable;
  (*place)->write_wanted = writable;
  wait(*place);
}

void dns_channel::unwatch_socket(int descriptor) {
  const auto place = std::find_if(watches_.begin(), watches_.end(),
                                  [&](const auto& socket) { return socket->number == descriptor; });
  if (place == watches_.end()) return;
  ++failures_;
  (*place)->closed = true;
  (*place)->descriptor.release();
  watches_.erase(place);
}

void dns_channel::wait(const std::shared_ptr<watch>& socket) {
  using descriptor = asio::posix::stream_descriptor;
  const std::weak_ptr<watch> weak{socket};
  if (socket->read_wanted && !std::exchange(socket->reading, socket->read_wanted)) {
    socket->descriptor.async_wait(descriptor::wait_read, [this, weak](asio::error_code error) {
      const auto ready = weak.lock();
      if (error || !ready) return;
      ready->reading = false;
      ++arrivals_;
      process(ready->number, ARES_SOCKET_BAD);
      if (!ready->closed) wait(ready);
    });
  }
  if (socket->write_wanted && !std::exchange(socket->writing, socket->write_wanted)) {
    socket->descriptor.async_wait(descriptor::wait_write, [this, weak](asio::error_code error) {
      const auto ready = weak.lock();
      if (error || !ready) return;
      ready->writing = false;
      if (ready->write_wanted) process(ARES_SOCKET_BAD, ready->number);
      if (!ready->closed) wait(ready);
    });
  }
}

/// Sees whether this process stood still since the timer was due: c-ares counts that as a wait.
void dns_channel::catch_up() {
  const auto now = std::chrono::steady_clock::now();
  if (!timer_armed_ || now < timer_due_ + deadline_queue::standstill_min) return;
  lost_ += now - timer_due_;
  timer_due_ = now;
}

void dns_channel::process(int readable, int writable) {
  catch_up();
  ares_process_fd(ares_, readable, writable);
  // An idle channel must not keep the io_context running.
  if (in_flight_ == 0 && timer_armed_) {
    timer_armed_ = false;
    timer_->cancel();
  }
}

void dns_channel::arm_timer() {
  const auto limit_us = std::chrono::microseconds{options_.query_timeout}.count();
  timeval limit{limit_us / 1'000'000, limit_us % 1'000'000};
  timeval left{};
  const timeval* next = ares_timeout(ares_, &limit, &left);
  const auto delay = std::chrono::seconds{next->tv_sec} + std::chrono::microseconds{next->tv_usec};
  timer_armed_ = true;
  timer_due_ =
      std::chrono::steady_clock::now() +
      std::clamp<std::chrono::microseconds>(delay, timer_quantum, deadline_queue::heartbeat);
  timer_->expires_at(timer_due_);
  timer_->async_wait([this, weak = std::weak_ptr{timer_}](asio::error_code error) {
    if (error || weak.expired()) return;
    catch_up();
    timer_armed_ = false;
    process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    if (in_flight_ > 0) arm_timer();
  });
}

}  // namespace muster

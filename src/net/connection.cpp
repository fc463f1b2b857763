// Strategy: as few system calls as a plain loop makes. A socket is made non-blocking when it is
// opened, watched once, and asked for its error only if the kernel says that there is one; one that
// is closed before anybody knew it to be connected is just closed, for there is mostly nothing to
// reset. A read of a stream that leaves room in its buffer has taken all there was, so nobody asks
// again to be told EAGAIN; of datagrams, of which a read takes one, who wants another does.
#include "net/connection.hpp"

#include <cerrno>
#include <utility>

namespace muster {

connection::progress connection::connect(const endpoint& to,
                                         const std::optional<endpoint>& source) {
  missing_ = scarce_resource::none;
  remote_ = to;
  socket_failed_ = true;
  if (const int error = prepare(to, source); error != 0) {
    return fail(error, error == EADDRINUSE ? scarce_resource::ports : shortage_of(error));
  }
  const int begun = system().connect(socket_.descriptor(), to);
  if (begun != 0 && begun != EINPROGRESS) {
    socket_failed_ = false;
    return fail(begun, missing_for_connect(begun, source));
  }
  reset_on_close_ = begun == 0 && transport_ == transport::stream;
  if (const int error = socket_.watch(); error != 0) return fail(error, shortage_of(error));
  socket_failed_ = false;
  held_ = true;
  scarce_.taken();
  return {0, 0, begun != 0};
}

int connection::prepare(const endpoint& to, const std::optional<endpoint>& source) {
  const socket_family family = to.family();
  const auto opened = system().open(family, transport_);
  if (opened.error != 0) return opened.error;
  socket_.assign(opened.descriptor);
  if (transport_ == transport::datagrams) {
    stamp_arrivals();
    system().keep_icmp_errors(opened.descriptor, family == socket_family::v4);
  }
  if (!source || source->family() != family) return 0;
  return system().bind(opened.descriptor, *source);
}

/// Whether this machine has an address to send from. EADDRNOTAVAIL from a TCP connect may mean that
/// it has none, or that no port is free; a datagram socket finds its source address in the same
/// way, and its ports are others.
bool connection::has_source_address() const {
  const auto trial = system().open(remote_.family(), transport::datagrams);
  if (trial.error != 0) return true;
  const bool none = system().connect(trial.descriptor, remote_) == EADDRNOTAVAIL;
  system().close({&trial.descriptor, 1});
  return !none;
}

scarce_resource connection::missing_for_connect(int error,
                                                const std::optional<endpoint>& source) const {
  // A Unix socket's queue is full: that is its owner's doing, and nobody tells when there is room.
  if (remote_.path && error == EAGAIN) return scarce_resource::none;
  const bool bound = source && source->family() == remote_.family();
  if (error == EADDRNOTAVAIL && (bound || has_source_address())) return scarce_resource::ports;
  return error == EADDRINUSE ? scarce_resource::ports : shortage_of(error);
}

connection::progress connection::fail(int error, scarce_resource missing) {
  missing_ = missing;
  close();
  return {0, error, false};
}

void connection::close() {
  if (socket_.descriptor() < 0) return;
  if (std::exchange(reset_on_close_, false)) system().reset_on_close(socket_.descriptor());
  socket_.close();
  if (std::exchange(held_, false)) scarce_.given_back();
}

void connection::take_over(connection& other) {
  close();
  socket_.take_over(other.socket_);
  arrived_ = other.arrived_;
  remote_ = other.remote_;
  missing_ = other.missing_;
  socket_failed_ = other.socket_failed_;
  reset_on_close_ = std::exchange(other.reset_on_close_, false);
  held_ = std::exchange(other.held_, false);
}

int connection::connected(icmp_rejection& by) {
  reset_on_close_ = true;
  if (!socket_.failed()) return 0;
  int error = system().pending_error(socket_.descriptor());
  // The kernel (Linux 5.10 and later) queues an ICMP error before it lets the connect fail. For
  // IPv6 it would have to be asked to, by a call for each connect.
  const int queued = take_icmp_error(by);
  if (error == 0) error = queued;
  // What was never connected leaves nothing to reset.
  reset_on_close_ = error == 0;
  return error;
}

bool connection::connected_to_itself() const {
  if (remote_.path || remote_.port < system().first_ephemeral_port()) return false;
  const endpoint own = system().local(socket_.descriptor());
  return own.port == remote_.port && own.address == remote_.address;
}

std::optional<std::chrono::nanoseconds> connection::handshake_rtt() const {
  return system().handshake_rtt(socket_.descriptor());
}

connection::progress connection::write(std::string_view bytes) {
  missing_ = scarce_resource::none;
  const auto sent = system().send(socket_.descriptor(), bytes);
  if (sent.error == EAGAIN) {
    socket_.used_up(writable);
    return {0, 0, true};
  }
  missing_ = shortage_of(sent.error);
  return {sent.bytes, sent.error, false};
}

/// Takes an ICMP error out of the socket's queue. Returns the errno that it stands for, 0 if there
/// is none.
int connection::take_icmp_error(icmp_rejection& by) {
  const auto queued = system().take_icmp_error(socket_.descriptor());
  if (queued.error == 0) return 0;
  by = queued.by;
  note_arrival(queued.arrived);
  return queued.error;
}

outcome connection::rejected(int error) {
  icmp_rejection by;
  if (const int queued = take_icmp_error(by); queued != 0) error = queued;
  return outcome_of_answered_connect(error, by, remote_.address);
}

void connection::note_arrival(const std::optional<clock::time_point>& stamp) {
  arrived_ = stamp ? *stamp : scarce_.now();
}

connection::progress connection::read(std::span<char> into) {
  const auto got = system().receive(socket_.descriptor(), into);
  if (got.error != 0 && got.error != EAGAIN) return {0, got.error, false};
  const bool is_stream = transport_ == transport::stream;
  if (got.error == 0 && got.bytes == into.size()) {
    socket_.tell_again();
  } else if (got.error == EAGAIN || (is_stream && !socket_.peer_done() && !socket_.urgent())) {
    // Once the peer has ended its stream, no further change will come to tell of. A byte of urgent
    // data ends a read before it, and is itself left out.
    socket_.used_up(readable);
  }
  if (got.error == EAGAIN) return {0, 0, true};
  note_arrival(got.arrived);
  return {got.bytes, 0, false};
}

}  // namespace muster

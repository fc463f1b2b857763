#include "net/kernel_icmp.hpp"

#include <algorithm>

namespace muster {

kernel_icmp::kernel_icmp(asio::io_context& context, codec::ip_family family,
                         const echo_options& options, std::uint16_t random_id) {
  const std::size_t message_bytes = codec::icmp_header_bytes + options.payload_bytes;
  icmp_opener opener{family, options};
  opened_icmp_socket opened = opener.open(random_id);
  mode_ = opened.mode;
  for (;;) {
    for (std::size_t i = 0; i < opened.ids; ++i) {
      ids_.push_back(static_cast<std::uint16_t>(opened.first_id + i));
    }
    sockets_.push_back(std::make_unique<icmp_socket>(context, family, opened, message_bytes));
    if (ids_.size() >= opener.ids_wanted()) break;
    opened = opener.open_another();
  }
}

std::optional<std::uint32_t> kernel_icmp::channel_of(std::uint16_t id) const {
  if (sockets_.size() == 1) {
    const auto offset = static_cast<std::uint16_t>(id - ids_.front());
    return offset < ids_.size() ? std::optional<std::uint32_t>{offset} : std::nullopt;
  }
  const auto found = std::find(ids_.begin(), ids_.end(), id);
  if (found == ids_.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - ids_.begin());
}

// A batch's requests are numbered one after the other, so those of one channel stand together.
send_progress kernel_icmp::send(std::span<const outgoing_echo> batch) {
  std::size_t sent = 0;
  while (sent < batch.size()) {
    std::size_t end = batch.size();
    if (sockets_.size() > 1) {
      const std::uint32_t channel = batch[sent].channel;
      end = sent + 1;
      while (end < batch.size() && batch[end].channel == channel)
        ++end;
    }
    const send_progress part = socket_of(batch[sent].channel).send(batch.subspan(sent, end - sent));
    sent += part.sent;
    if (sent == 0) return part;
    if (sent < end) return {sent, 0};
  }
  return {sent, 0};
}

// The sockets take turns, so that a busy one keeps no other waiting.
receive_progress kernel_icmp::receive(std::span<incoming_icmp> into) {
  for (std::size_t tried = 0; tried < sockets_.size(); ++tried) {
    icmp_socket& socket = *sockets_[next_to_read_];
    next_to_read_ = (next_to_read_ + 1) % sockets_.size();
    const std::size_t got = socket.receive(into);
    if (got > 0) return {got, got == into.size() || sockets_.size() > 1};
  }
  return {};
}

void kernel_icmp::on_arrival(std::function<void()> notify) {
  for (auto& socket : sockets_)
    socket->on_arrival(notify);
}

void kernel_icmp::rest() {
  for (auto& socket : sockets_)
    socket->rest();
}

icmp_losses kernel_icmp::losses() {
  icmp_losses sum;
  for (const auto& socket : sockets_) {
    const icmp_losses one = socket->losses();
    sum.unread += one.unread;
    sum.corrupt += one.corrupt;
  }
  return sum;
}

}  // namespace muster

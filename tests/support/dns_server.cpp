#include "support/dns_server.hpp"

#include "support/loopback.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

namespace muster::test {
namespace {

// RFC 1035, 4.1.
constexpr std::size_t header_bytes = 12;
constexpr std::uint16_t type_a = 1;
constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t type_aaaa = 28;

constexpr int bind_tries_max = 100;

using bytes_type = std::vector<std::uint8_t>;

void put16(bytes_type& out, unsigned value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_name(bytes_type& out, std::string_view name) {
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
    name.remove_prefix(std::min(name.size(), label.size() + 1));
  }
  out.push_back(0);
}

void put_record_head(bytes_type& out, std::size_t owner_at, std::uint16_t type,
                     std::uint32_t ttl_s) {
  put16(out, 0xc000u | static_cast<unsigned>(owner_at));
  put16(out, type);
  put16(out, 1);
  put16(out, ttl_s >> 16);
  put16(out, ttl_s & 0xffff);
}

void put_address(bytes_type& out, ip_address address, std::uint16_t type) {
  if (type == type_a) {
    put16(out, 4);
    put16(out, address.v4() >> 16);
    put16(out, address.v4() & 0xffff);
    return;
  }
  put16(out, 16);
  for (const std::uint64_t half : {address.high(), address.low()}) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(half >> shift));
    }
  }
}

struct question {
  std::string name;  // in lower case
  std::uint16_t type = 0;
  std::size_t end = 0;
};

question parse_question(const std::uint8_t* message, std::size_t bytes) {
  question asked;
  std::size_t at = header_bytes;
  while (at < bytes && message[at] != 0) {
    const std::size_t label_end = at + 1 + message[at];
    if (label_end >= bytes) return {};
    if (!asked.name.empty()) asked.name += '.';
    for (++at; at < label_end; ++at) {
      asked.name +=
          static_cast<char>(message[at] | (message[at] >= 'A' && message[at] <= 'Z' ? 32 : 0));
    }
  }
  if (at + 5 > bytes) return {};
  asked.type = static_cast<std::uint16_t>(message[at + 1] << 8 | message[at + 2]);
  asked.end = at + 5;
  return asked;
}

bool is_about(const question& asked, dns_script::family family) {
  using enum dns_script::family;
  return family == both || family == (asked.type == type_a ? v4 : v6);
}

void put_records(bytes_type& out, const question& asked, const dns_script& script) {
  unsigned count = 0;
  std::size_t owner_at = header_bytes;
  if (!script.alias_of.empty()) {
    put_record_head(out, owner_at, type_cname, script.ttl_s);
    owner_at = out.size() + 2;
    bytes_type name;
    put_name(name, script.alias_of);
    put16(out, static_cast<unsigned>(name.size()));
    out.insert(out.end(), name.begin(), name.end());
    ++count;
  }
  for (const ip_address address : script.addresses) {
    const std::uint16_t type = address.is_v4() && !script.mapped ? type_a : type_aaaa;
    if (type != asked.type && !script.all_types) continue;
    put_record_head(out, owner_at, type, script.ttl_s);
    put_address(out, address, type);
    ++count;
  }
  out[6] = static_cast<std::uint8_t>(count >> 8);
  out[7] = static_cast<std::uint8_t>(count);
}

}  // namespace

struct dns_server::tcp_peer {
  explicit tcp_peer(asio::ip::tcp::socket accepted) : socket{std::move(accepted)} {}
  asio::ip::tcp::socket socket;
  std::array<std::uint8_t, 2> length{};
  bytes_type message;
};

dns_server::dns_server(asio::io_context& context, std::uint16_t wanted_port)
    : udp_{context}, tcp_{context} {
  // Another program may take the port between its choice and its use.
  for (int tries = 1; !bind_both(wanted_port != 0 ? wanted_port : free_port()); ++tries) {
    if (tries == bind_tries_max) throw std::runtime_error{"no port for a name server"};
  }
  udp_.non_blocking(true);
  asio::error_code ignored;
  udp_.set_option(asio::socket_base::receive_buffer_size{4 * 1024 * 1024}, ignored);
  tcp_.listen();
  receive();
  accept();
}

bool dns_server::bind_both(std::uint16_t port) {
  const auto here = asio::ip::address_v4::loopback();
  asio::error_code error;
  udp_ = asio::ip::udp::socket{udp_.get_executor(), asio::ip::udp::v4()};
  tcp_ = asio::ip::tcp::acceptor{tcp_.get_executor(), asio::ip::tcp::v4()};
  tcp_.set_option(asio::socket_base::reuse_address{true});
  udp_.bind({here, port}, error);
  if (!error) tcp_.bind({here, port}, error);
  if (error && error != asio::error::address_in_use) throw std::system_error{error};
  return !error;
}

void dns_server::close() {
  udp_.close();
  tcp_.close();
}

std::size_t dns_server::questions_about(const std::string& name) const {
  const auto place = asked_.find(name);
  return place == asked_.end() ? 0 : place->second;
}

void dns_server::receive() {
  udp_.async_receive_from(
      asio::buffer(buffer_), sender_, [this](asio::error_code error, std::size_t bytes) {
        if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) return;
        if (!error) {
          const bytes_type reply = reply_to(buffer_.data(), bytes, false);
          asio::error_code ignored;  // whoever asked may be gone
          if (!reply.empty()) udp_.send_to(asio::buffer(reply), sender_, 0, ignored);
        }
        receive();
      });
}

void dns_server::accept() {
  tcp_.async_accept([this](asio::error_code error, asio::ip::tcp::socket socket) {
    if (error) return;
    read(std::make_shared<tcp_peer>(std::move(socket)));
    accept();
  });
}

void dns_server::read(std::shared_ptr<tcp_peer> peer) {
  auto& to_read = *peer;
  asio::async_read(
      to_read.socket, asio::buffer(to_read.length),
      [this, peer = std::move(peer)](asio::error_code error, std::size_t) mutable {
        if (error) return;
        peer->message.resize(static_cast<std::size_t>(peer->length[0] << 8 | peer->length[1]));
        auto& body = *peer;
        asio::async_read(
            body.socket, asio::buffer(body.message),
            [this, peer = std::move(peer)](asio::error_code body_error, std::size_t bytes) mutable {
              if (body_error) return;
              const bytes_type reply = reply_to(peer->message.data(), bytes, true);
              bytes_type framed;
              put16(framed, static_cast<unsigned>(reply.size()));
              framed.insert(framed.end(), reply.begin(), reply.end());
              asio::error_code write_error;
              if (!reply.empty()) asio::write(peer->socket, asio::buffer(framed), write_error);
              read(std::move(peer));
            });
      });
}

std::vector<std::uint8_t> dns_server::reply_to(const std::uint8_t* message, std::size_t bytes,
                                               bool over_tcp) {
  using action = dns_script::action;
  const question asked = bytes > header_bytes ? parse_question(message, bytes) : question{};
  if (asked.end == 0) return {};
  ++questions_;
  ++asked_[asked.name];
  if (over_tcp) ++tcp_questions_;
  const auto place = scripts_.find(asked.name);
  const dns_script& script = place == scripts_.end() ? otherwise_ : place->second;
  if (script.what == action::silence || is_about(asked, script.silent_about)) return {};
  if (script.what == action::noise) return bytes_type(77, 0xff);

  bytes_type out{message, message + asked.end};
  out[2] = 0x81;  // a response, recursion desired
  out[3] = static_cast<std::uint8_t>(0x80 | (is_about(asked, script.rcode_for) ? script.rcode : 0));
  out[10] = out[11] = 0;  // no additional records
  if (script.what == action::truncated && !over_tcp) {
    out[2] |= 0x02;
    return out;
  }
  if (script.what == action::partial && !over_tcp) out[2] |= 0x02;
  if (script.what == action::foreign) out[header_bytes + 1] ^= 1;
  put_records(out, asked, script);
  if (script.what == action::broken) {
    out.resize(asked.end + 5);
    out[7] = 1;
  }
  return out;
}

}  // namespace muster::test

#include "probe/icmp/icmp_runner.hpp"

#include "probe/icmp/icmp_probe.hpp"
#include "probe/target_spec.hpp"

#include <system_error>
#include <utility>

namespace muster {

void icmp_runner::start(probe_request&& request) {
  const target& subject = request.subject;
  const target_spec<icmp_spec> own{subject, spec_};
  const bool is_series = own->count > 1 || own->is_bounded() || shared_.target_limit();
  if (subject.needs_lookup() || is_series) {
    icmp_probe(shared_.jobs(), *this, std::move(request));
  } else if (exchange_for(subject.address()) != nullptr) {
    echo_once(*this, {subject, request.sequence, std::move(request.permit)});
  } else {
    shared_.deliver(request, refusal(subject.address()));
  }
}

void icmp_runner::receive() {
  for (side& one : sides_) {
    if (one.exchange) one.exchange->receive();
  }
}

void icmp_runner::stop(reason) {
  for (side& one : sides_) {
    if (one.exchange) one.exchange->cancel_unsent();
  }
}

void icmp_runner::rest() {
  for (side& one : sides_) {
    if (one.exchange) one.exchange->rest();
  }
}

void icmp_runner::open() {
  open(codec::ip_family::v4);
  open(codec::ip_family::v6);
}

void icmp_runner::open(codec::ip_family family) {
  side& one = side_of(family);
  if (one.exchange || one.failure) return;
  const probe_options& probe = shared_.options();
  echo_options options;
  static_cast<icmp_options&>(options) = static_cast<const icmp_options&>(spec_);
  options.timeout = probe.timeout;
  options.source = probe.source;
  options.source_scope = probe.source_scope;
  options.in_flight_max = probe.in_flight_max;
  try {
    one.exchange = std::make_unique<echo_exchange>(shared_.context(), shared_.world(),
                                                   shared_.deadlines(), family, options);
  } catch (const std::system_error& error) {
    one.failure = outcome_of_socket_error(error.code().value());
    one.failure_text = error.what();
  }
}

echo_exchange* icmp_runner::exchange_for(const ip_address& address) {
  const codec::ip_family family = family_of(address);
  side& one = side_of(family);
  one.is_used = true;
  open(family);
  if (!one.exchange) problem_ = one.failure_text;
  return one.exchange.get();
}

outcome icmp_runner::refusal(const ip_address& address) const {
  return *side_of(family_of(address)).failure;
}

std::string icmp_runner::note() const {
  std::string text;
  for (const auto family : {codec::ip_family::v4, codec::ip_family::v6}) {
    const side& one = side_of(family);
    if (!one.exchange || !one.is_used) continue;
    text += text.empty() ? "" : ", ";
    text += family == codec::ip_family::v4 ? "ICMP: " : "ICMPv6: ";
    text += one.exchange->mode() == icmp_socket_mode::raw ? "raw socket" : "datagram socket";
  }
  return text;
}

stray_replies icmp_runner::strays() const {
  stray_replies sum;
  for (const side& one : sides_) {
    if (one.exchange) sum += one.exchange->strays();
  }
  return sum;
}

}  // namespace muster

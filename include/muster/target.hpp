#pragma once

#include "muster/address.hpp"
#include "muster/target_parameters.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

/// What a target looked like when it was written down; it decides the probe when none is named.
enum class target_form : std::uint8_t {
  address,    ///< An address alone, or one member of a range: ICMP.
  name,       ///< A host name alone: ICMP.
  host_port,  ///< `host:port` or `[v6]:port`: TCP.
  url,        ///< `http://…`, `https://…`: HTTP.
  line,       ///< Any text at all, for a command to make something of; nothing to probe.
};

/// The parts of a target that a bare address does not have. Shared by copies of a target.
struct target_text {
  std::string text;       ///< As it was written, for the reports; made up for a range's member.
  std::string host;       ///< The host name in lower case; empty when the host is an address.
  std::string authority;  ///< URL only: `host` or `host:port` as it belongs in a Host header.
  std::string path;       ///< URL only: path and query, at least "/".
  std::string scheme;     ///< URL only: in lower case.
  /// What its row says about this target alone; null for most.
  std::shared_ptr<const target_parameters> parameters;
  /// Those of the host that are meant, in the order in which they are to be tried; empty for most.
  std::vector<ip_address> addresses = {};
  std::uint32_t references = 0;  ///< How many targets share this.
};

/// One thing to probe. Cheap to copy: 32 bytes and a count.
class target {
 public:
  target() = default;
  /// A bare address, such as one member of a range.
  explicit target(ip_address address, bool of_range = false)
      : address_{address}, of_range_{of_range} {}
  target(target_form form, ip_address address, std::uint16_t port, target_text text,
         bool of_range = false)
      : address_{address},
        text_{new target_text{std::move(text)}},
        port_{port},
        form_{form},
        of_range_{of_range} {
    text_->references = 1;
  }
  target(const target& other)
      : address_{other.address_},
        text_{other.text_},
        scope_{other.scope_},
        port_{other.port_},
        form_{other.form_},
        of_range_{other.of_range_},
        is_pinned_{other.is_pinned_} {
    if (text_) ++text_->references;
  }
  target(target&& other) noexcept
      : address_{other.address_},
        text_{std::exchange(other.text_, nullptr)},
        scope_{other.scope_},
        port_{other.port_},
        form_{other.form_},
        of_range_{other.of_range_},
        is_pinned_{other.is_pinned_} {}
  target& operator=(target other) noexcept {
    std::swap(address_, other.address_);
    std::swap(text_, other.text_);
    scope_ = other.scope_;
    port_ = other.port_;
    form_ = other.form_;
    of_range_ = other.of_range_;
    is_pinned_ = other.is_pinned_;
    return *this;
  }
  ~target() {
    if (text_ && --text_->references == 0) delete text_;
  }

  target_form form() const { return form_; }
  /// True when this came out of a CIDR block or a range rather than being written down itself.
  bool of_range() const { return of_range_; }
  /// True when the host is a name that has to be resolved before `address()` means anything.
  bool needs_lookup() const { return has_name() && !is_pinned_; }
  /// True when the host is a name, whether or not one of its addresses is meant.
  bool has_name() const { return text_ && !text_->host.empty(); }
  /// It has a name, and of its addresses this one is meant.
  void pin(ip_address address) {
    address_ = address;
    is_pinned_ = true;
  }
  bool is_pinned() const { return is_pinned_; }
  /// The same target, with a name of which all these addresses are meant; at the first of them.
  target at(std::vector<ip_address> addresses) const {
    target out = copy(text_ ? *text_ : target_text{});
    out.pin(addresses.front());
    out.text_->addresses = std::move(addresses);
    return out;
  }
  /// Those addresses; empty for most.
  std::span<const ip_address> addresses() const {
    return text_ ? std::span<const ip_address>{text_->addresses} : std::span<const ip_address>{};
  }
  const ip_address& address() const { return address_; }
  /// The IPv6 zone as an interface index (RFC 4007), 0 for none.
  std::uint32_t scope() const { return scope_; }
  void set_scope(std::uint32_t scope) { scope_ = scope; }
  /// The port of `host:port` or of the URL (80 or 443 when it names none); 0 when there is none.
  std::uint16_t port() const { return port_; }
  /// The host name to resolve; empty when the host is an address.
  std::string_view host() const {
    return text_ ? std::string_view{text_->host} : std::string_view{};
  }
  /// URL only.
  std::string_view authority() const {
    return text_ ? std::string_view{text_->authority} : std::string_view{};
  }
  /// URL only: in lower case.
  std::string_view scheme() const {
    return text_ ? std::string_view{text_->scheme} : std::string_view{};
  }
  /// URL only: path and query.
  std::string_view path() const {
    return text_ ? std::string_view{text_->path} : std::string_view{};
  }
  /// The target as its user wrote it; empty for a bare address, whose text is the address.
  std::string_view written() const {
    return text_ ? std::string_view{text_->text} : std::string_view{};
  }
  /// What its row says about this target alone; null when there is nothing.
  const target_parameters* parameters() const { return text_ ? text_->parameters.get() : nullptr; }
  /// The same target with parameters of its own.
  target with(std::shared_ptr<const target_parameters> parameters) const {
    target_text text = text_ ? *text_ : target_text{};
    if (!text_) text.text = address_.to_string();
    text.parameters = std::move(parameters);
    return copy(std::move(text));
  }
  /// `written()`, or the address as text.
  std::string to_string() const { return text_ ? std::string{text_->text} : address_.to_string(); }

 private:
  target copy(target_text text) const {
    target out{form_, address_, port_, std::move(text), of_range_};
    out.scope_ = scope_;
    out.is_pinned_ = is_pinned_;
    return out;
  }

  ip_address address_;
  target_text* text_ = nullptr;
  std::uint32_t scope_ = 0;
  std::uint16_t port_ = 0;
  target_form form_ = target_form::address;
  bool of_range_ : 1 = false;
  bool is_pinned_ : 1 = false;
};
static_assert(sizeof(target) == 32);

}  // namespace muster

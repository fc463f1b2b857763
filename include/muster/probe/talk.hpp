#pragma once

#include "muster/probe_spec.hpp"
#include "muster/tls_details.hpp"
#include "muster/tls_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace muster {

/// One step of a dialogue with a server.
struct talk_step {
  enum class action : std::uint8_t {
    expect_line,   ///< Wait for a line, up to LF, that matches; others are passed over.
    expect_bytes,  ///< Wait for so many bytes, which have to match.
    expect_ber,    ///< Wait for an element of BER (X.690), as LDAP's messages are; it has to match.
    expect_mysql,  ///< Wait for a packet of MySQL, whose payload has to match.
    /// Wait for a message of WebSocket that matches; others are passed over.
    expect_message,
    fail,  ///< From here on, what matches this and is not expected ends the dialogue.
    send,
    starttls,  ///< TLS begins here.
  };
  /// A part of what is sent.
  struct piece {
    std::string bytes;
    int group = -1;  ///< Instead: what this group of the latest expectation captured.
  };

  action what = action::send;
  std::string text;                         ///< The step as it is written.
  std::shared_ptr<const re2::RE2> pattern;  ///< What is expected, or failed for; null for nothing.
  int banner_group = -1;                    ///< The group that captures the banner; -1 for none.
  std::size_t bytes = 0;                    ///< How many, of `expect_bytes`.
  std::vector<piece> pieces;                ///< What is sent.

  static constexpr std::size_t bytes_max = 4096;
  static constexpr std::size_t text_bytes_max = 4096;
};

/// A dialogue with whoever listens at a port.
struct talk_dialogue {
  /// Of a ready one, `smtp+starttls`; of one from a file, `@FILE`; else empty.
  std::string name;
  std::uint16_t port = 0;
  std::vector<talk_step> steps;  ///< At least one, and at most `steps_max`.

  static constexpr std::size_t steps_max = 100;
  static constexpr std::size_t file_bytes_max = std::size_t{64} * 1024;
};

/// Dialogues over TCP, one with each of some ports.
struct talk_spec final : spec_of_kind<talk_spec, probe_kind::talk> {
  std::vector<talk_dialogue> dialogues;
  /// Of those that speak TLS.
  tls_options tls;

  /// Adds one, as `--talk` takes it: `smtp+starttls`, `22=expect ^SSH-`. Throws
  /// std::invalid_argument, with words for people, when it is none.
  void add(std::string_view text);

  std::size_t size() const override { return dialogues.size(); }
  std::uint16_t port(const target& subject, std::uint32_t index) const override;
  option_values asked() const override;
};

/// What only dialogues have, once they are connected.
struct talk_details {
  std::string name;    ///< Of the dialogue; empty for one without.
  std::string banner;  ///< The first line that came, or what `(?P<banner>…)` captured; raw bytes.
  std::size_t step = 0;  ///< The number, from 1, of the step that was not done; 0 if all were.
  std::string step_text;
  std::string answer;  ///< What came last instead of what that step expected; raw bytes.
  std::unique_ptr<tls_details> tls;  ///< Null where no TLS was begun, or nothing came back.
  // Negative when the phase was not reached, or did not end.
  std::chrono::nanoseconds connect{-1};
  std::chrono::nanoseconds handshake{-1};

  static constexpr std::size_t text_bytes_kept = 256;  ///< Of banner and answer.

  std::size_t text_bytes() const {
    return name.size() + banner.size() + step_text.size() + answer.size() +
           (tls ? tls->text_bytes() : 0);
  }
};

}  // namespace muster

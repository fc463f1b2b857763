#pragma once

#include "muster/probe/talk.hpp"
#include "probe/talk/talk_unit.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// How far a dialogue has come, without its I/O: whoever has it does what `need` says, and tells of
/// it.
class dialogue {
 public:
  enum class need : std::uint8_t {
    send,     ///< Send all of `output`, then call `sent`.
    receive,  ///< Feed what comes.
    secure,   ///< Begin TLS, then call `secured`.
    done,
    failed,  ///< See `why`.
  };
  /// What kept it from being done.
  enum class flaw : std::uint8_t {
    none,
    not_expected,  ///< What came, or too much of it, is not what was expected.
    closed_early,  ///< The peer ended the stream before.
    injected,      ///< More came in the clear than the go-ahead for TLS.
  };

  /// The steps outlive it.
  explicit dialogue(const std::vector<talk_step>& steps) : steps_{steps} { go_on(); }

  need needs() const { return need_; }
  flaw why() const { return why_; }
  std::string_view output() const { return output_; }

  void sent() { step_done(); }
  void secured() { step_done(); }
  /// Bytes that came while `receive` was needed.
  void feed(std::string_view bytes);
  /// The peer has ended the stream.
  void closed();

  /// The step that is under way, or failed, from 0; their number once all are done.
  std::size_t step() const { return at_; }
  /// Whether nothing is to come any more: what is still to be sent says goodbye.
  bool expects_nothing() const;
  /// Whether anything has come.
  bool has_received() const { return has_received_; }
  /// The first line or message, or what the group `banner` captured; of either, the first bytes.
  const std::string& banner() const { return banner_; }
  /// What came last that the step under way did not expect; the first bytes of it.
  const std::string& answer() const { return answer_; }

  /// What may come during a step until what it expects is there.
  static constexpr std::size_t received_bytes_max = std::size_t{64} * 1024;
  static constexpr std::size_t sent_bytes_max = std::size_t{64} * 1024;

 private:
  void go_on();
  void step_done();
  void fail(flaw why);
  bool compose(const talk_step& step);
  bool take(const talk_step& step);
  bool hold_against(const talk_step& step, const talk_unit& unit);
  bool matches(const talk_step& step, std::string_view content);
  void note(std::string_view content);
  std::string_view unread() const { return std::string_view{received_}.substr(begin_); }

  const std::vector<talk_step>& steps_;
  std::size_t at_ = 0;
  need need_ = need::receive;
  flaw why_ = flaw::none;
  std::string received_;
  std::size_t begin_ = 0;    // of what no step has taken
  std::size_t scanned_ = 0;  // from there on, without a line's end
  std::size_t passed_over_ = 0;
  bool has_received_ = false;
  const talk_step* failure_ = nullptr;
  std::array<std::string, 10> captured_;
  std::string output_;
  std::string banner_;
  std::string answer_;
};

}  // namespace muster

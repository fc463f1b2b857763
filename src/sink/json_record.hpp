#pragma once

#include "record/field_visitor.hpp"
#include "record/numbers.hpp"
#include "sink/line_buffer.hpp"

#include <string>
#include <string_view>

namespace muster {

/// Appends each field that it is shown to a JSON object: `{"first":…,"second":…`, without its end,
/// and nothing for none.
class json_record final : public field_visitor {
 public:
  /// Appends untrusted text of at most so many bytes as a JSON string.
  using text_appender = void (*)(line_buffer& out, std::string_view text, std::size_t bytes_max);

  /// Both outlive this, which begins with `before`: the brace, or the comma of a further member.
  json_record(line_buffer& out, timestamp_writer& clock, text_appender append, char before = '{')
      : out_{out}, clock_{clock}, append_{append}, before_{before} {}

  void time(const field& name, std::chrono::system_clock::time_point value) override;
  void word(const field& name, std::string_view value) override;
  void text(const field& name, std::string_view value) override;
  void lines(const field& name, std::string_view value) override;
  void texts(const field& name, const std::vector<std::string>& values) override;
  void words(const field& name, const std::vector<std::string>& values) override;
  void integers(const field& name, const std::vector<int>& values) override;
  void real(const field& name, double value) override;
  void milliseconds(const field& name, std::chrono::nanoseconds value) override;
  void thousandths(const field& name, std::uint64_t value) override;
  void yes(const field& name) override;
  void object(const field& name, const std::function<void(field_visitor&)>& show) override;
  void objects(const field& name, std::size_t count, std::string_view plain,
               const members& show) override;
  void data(const field& name, const field& otherwise, const field& wrong,
            std::string_view value) override;

 private:
  void number(const field& name, std::uint64_t value) override;
  void key(const field& name);
  void append_whole(std::string_view value);

  line_buffer& out_;
  timestamp_writer& clock_;
  text_appender append_;
  char before_;
};

/// The usual one: JSON as RFC 8259 has it, for programs and terminals.
void append_json_text(line_buffer& out, std::string_view text, std::size_t bytes_max);

}  // namespace muster

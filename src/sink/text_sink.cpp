// Strategy: a line is what was asked about, what became of it, how long it took, and then whatever
// helps a person to see why. The first three stand in columns; the details are words, most telling
// first. What would drown the lines that matter is only counted (silence.cpp).
#include "muster/printable.hpp"
#include "muster/target_parameters.hpp"
#include "probe/kind.hpp"
#include "record/numbers.hpp"
#include "record/words.hpp"
#include "sink/colour.hpp"
#include "sink/formats.hpp"
#include "sink/silence.hpp"
#include "sink/summary_parts.hpp"
#include "sink/text_line.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {

namespace {

constexpr std::size_t label_columns = 26;   // room for "255.255.255.255:65535"
constexpr std::size_t result_columns = 21;  // room for "unreachable 12.345 ms"
constexpr std::size_t own_label_bytes_max = 64;

/// Columns that `text`, which is valid UTF-8, takes on a terminal, one a code point.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

/// True when the reason says more than the status word and the kind of the probe do.
bool is_telling(reason value) {
  return value != reason::none && value != reason::no_reply &&
         value != reason::connection_refused && value != reason::connection_reset &&
         value != reason::status_not_expected;
}

void append_reason(std::string& out, const probe_result& result) {
  if (is_telling(result.reason)) append_word(out, to_string(result.reason));
  if (result.error_source != ip_address{}) {
    append_word(out, "from ");
    out += result.error_source.to_string();
  }
}

std::string details_of(const probe_result& result) {
  const kind_description& kind = description_of(result.kind);
  std::string details;
  if (kind.names_itself(result)) details += to_string(result.kind);
  if (result.has_address && result.subject.has_name() && kind.shows_address(result)) {
    append_word(details, result.address.to_string());
  }
  if (result.status != status::up || result.reason != reason::none) append_reason(details, result);
  kind.append_details(details, result);
  if (const target_parameters* own = result.subject.parameters()) {
    append_bracketed(details, own->label, own_label_bytes_max);
  }
  if (result.attempts) append_word(details, fmt::format("attempts={}", result.attempts->size()));
  if (result.addresses) {
    const auto up = std::ranges::count(*result.addresses, status::up, &address_outcome::status);
    append_word(details, fmt::format("addresses_up={}/{}", up, result.addresses->size()));
  }
  return details;
}

/// The columns `LABEL  status  rtt`; no padding after the last one that has something in it.
void append_columns(std::string& out, const probe_result& result, std::string_view details,
                    bool colour) {
  const std::string label = description_of(result.kind).label(result);
  const std::size_t columns = columns_of(label);
  out += label;
  out.append(columns < label_columns ? label_columns - columns + 1 : 1, ' ');
  const std::string_view word = to_string(result.status);
  append_coloured(out, word, result.status, colour);
  std::string rtt;
  if (result.rtt.count() >= 0) {
    append_milliseconds(rtt, result.rtt);
    rtt += " ms";
  }
  if (rtt.empty() && details.empty()) return;
  // A long status word may use the room that a short time leaves, but a space stays between them.
  const std::size_t used = word.size() + rtt.size();
  out.append(used < result_columns ? result_columns - used : 1, ' ');
  out += rtt;
  if (!details.empty()) out += "  ";
}

class text_sink final : public file_sink {
 public:
  text_sink(output_file file, std::string name, text_options options)
      : file_sink{std::move(file), std::move(name)}, options_{options} {}

  void write(const probe_result& result) override {
    if (!options_.show_all && is_only_counted(result)) {
      hidden_.add(result.status, result.reason);
      return;
    }
    append_text_line(file_.buffer(), result, options_.colour);
    file_.written();
  }

  void finish(const sweep_summary&) override {
    if (!options_.count_hidden) return;
    append_not_shown(file_.buffer(), hidden_);
    file_.flush();
  }

  const outcome_counts* hidden() const override { return &hidden_; }

 private:
  text_options options_;
  outcome_counts hidden_;
};

}  // namespace

void append_text_line(std::string& out, const probe_result& result, bool colour) {
  const std::string details = details_of(result);
  append_columns(out, result, details, colour);
  out += details;
  out += '\n';
}

std::unique_ptr<sink> make_text_sink(output_file file, std::string name,
                                     const text_options& options) {
  return std::make_unique<text_sink>(std::move(file), std::move(name), options);
}

}  // namespace muster

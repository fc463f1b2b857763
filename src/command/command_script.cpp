// Strategy: a script is read once, as a shell reads it, which tells for each placeholder what
// quotes a reference has to bring along, or that no value can stand there. Its values get variables
// with names that are muster's own, before its first command; its own text stays as it is.
#include "command/command_template.hpp"
#include "core/parsed.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::string_view variable = "_muster_";
// Of one argument (MAX_ARG_STRLEN of Linux, with the smallest pages).
constexpr std::size_t script_bytes_max = 128 * 1024;

[[noreturn]] void reject_script(const std::string& why) {
  throw std::invalid_argument{"--shell: " + why};
}

std::string name_of(std::size_t value) { return fmt::format("{}{}", variable, value); }

}  // namespace

void command_template::build_script() {
  constexpr std::string_view special = " \t\n'\"\\`$;&|<>()";
  if (options_.syntax.target.find_first_of(special) != std::string::npos) {
    reject_script(
        fmt::format("--replace {} would mean something to the shell; take another text, "
                    "such as @@",
                    excerpt(options_.syntax.target)));
  }
  if (text_.find(variable) != text_.npos) {
    reject_script("names that begin with _muster_ are muster's own in a script; take others");
  }
  const script_form form = read_script(text_, options_.syntax);
  if (!form.wrong.empty()) {
    leave_columns();
    if (!options_.to_input || has_placeholders_) reject_script(form.wrong);
    return;
  }
  for (const script_spot& spot : form.spots)
    place(spot);
  check_last(form);
  last_spot_ = form.last;
  last_ = {{false, kind::target, {}, form.last && form.last->may_be_option}};
}

/// Takes every column for a text, and looks for other placeholders, in a script that can't be read.
void command_template::leave_columns() {
  for (piece& part : parse(text_)) {
    if (part.is_text) continue;
    const bool is_text = part.what == kind::column && !is_known_column(part.text);
    has_placeholders_ = has_placeholders_ || !is_text;
    left_alone_.push_back(std::move(part));
  }
}

void command_template::place(const script_spot& spot) {
  const command_placeholder& what = spot.placeholder;
  const bool may_be_text = what.what == kind::column && !is_known_column(what.column);
  if (may_be_text && (spot.refused || options_.batch)) {
    left_alone_.push_back({false, what.what, what.column, false});
    return;
  }
  const std::string shown = excerpt(std::string_view{text_}.substr(spot.begin, what.size));
  if (spot.refused) {
    reject_script(
        fmt::format("{} can't stand in {}; {}", shown, spot.refused->where, spot.refused->instead));
  }
  if (options_.batch && !spot.is_argument && !spot.is_quoted) {
    reject_script(
        fmt::format("{} stands for several targets with --batch, and so has to be a word "
                    "by itself; write for v in {}; do … \"$v\"; done",
                    shown, shown));
  }
  has_placeholders_ = has_placeholders_ || what.what != kind::column;
  spots_.push_back(spot);
  words_.push_back({{false, what.what, what.column, spot.may_be_option}});
}

void command_template::check_last(const script_form& form) const {
  if (options_.to_input || !words_.empty() || !left_alone_.empty()) return;
  if (!form.last) {
    reject_script(
        "there is no {} in the script, and it does not end in a command that a target "
        "could be added to; write {} where it belongs, or --stdin");
  }
  if (!form.last->refused) return;
  reject_script(fmt::format("there is no {{}} in the script, and a target can't be added to {}; {}",
                            form.last->refused->where, form.last->refused->instead));
}

/// The script for so many values. Where there are several for one place, they become several words,
/// or within quotes one.
std::string command_template::write_script(bool appended, std::size_t values) const {
  if (values == 0) return text_;
  std::string out = "unset";
  for (std::size_t i = 1; i <= values; ++i)
    out += ' ' + name_of(i);
  out += ';';
  for (std::size_t i = 1; i <= values; ++i)
    out += fmt::format(" {}=${{{}}}", name_of(i), i);
  out += "; set --; ";
  // The target that comes last has the last value, and may stand before a here-document's text.
  std::vector<const script_spot*> spots;
  for (const script_spot& one : spots_)
    spots.push_back(&one);
  if (appended) {
    const auto behind = std::ranges::find_if(
        spots_, [this](const script_spot& one) { return one.begin >= last_spot_->begin; });
    spots.insert(spots.begin() + (behind - spots_.begin()), &*last_spot_);
  }
  const std::size_t each = values / spots.size();
  std::size_t from = 0;
  std::size_t value = 0;
  for (const script_spot* const spot : spots) {
    const bool is_last = appended && spot == &*last_spot_;
    out.append(text_, from, spot->begin - from);
    from = spot->begin + spot->placeholder.size;
    out += spot->before;
    for (std::size_t i = 0; i < each; ++i) {
      if (i > 0) out += spot->is_quoted ? " " : "\" \"";
      out += fmt::format("${{{}}}", name_of(is_last ? values - each + i + 1 : ++value));
    }
    out += spot->after;
  }
  out.append(text_, from);
  return out;
}

std::size_t command_template::targets_max() const {
  if (!options_.shell) return std::numeric_limits<std::size_t>::max();
  // What the script has for each: ` _muster_12345`, ` _muster_12345=${12345}` and
  // `"${_muster_12345}" `.
  constexpr std::size_t bytes_each = 64;
  constexpr std::size_t bytes_once = 64;
  const std::size_t taken = std::min(text_.size() + bytes_once, script_bytes_max);
  return std::max<std::size_t>((script_bytes_max - taken) / bytes_each, 1);
}

}  // namespace muster

// Strategy: the format of a source is what its user says, else what its name says, else what its
// lines look like: an object in braces is JSON wherever it stands; a first line with commas, one of
// whose parts names a column of targets, is the header of CSV. All three come to ranges of targets.
#include "targets/target_reader.hpp"

#include "core/csv_formula.hpp"
#include "muster/printable.hpp"
#include "targets/json_record.hpp"
#include "targets/listed_target.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

constexpr std::size_t diagnostic_text_bytes_max = 120;
// As how many lines a chunk without an end of a line counts.
constexpr std::size_t lines_a_chunk = 128;

/// Whether the names in a record are those of our own, which begin with these two in every version.
/// Of such a record the target counts, and what was asked of it; the rest is what came of that.
bool is_own_record(std::size_t count, const auto& name_at) {
  return count > 2 && name_at(0) == "time" && name_at(1) == "target";
}

/// Which plugin was run, and what a datagram said, is an option's to say.
bool counts_in_own_record(target_column column, std::string_view text) {
  if (column == target_column::probe) {
    return std::ranges::none_of(all_probe_kinds, [text](probe_kind kind) {
      return text == to_string(kind) && !is_asked_by_targets(kind);
    });
  }
  return column == target_column::target || column == target_column::port ||
         column == target_column::label;
}

std::string_view without_space(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  return begin == line.npos ? std::string_view{} : line.substr(begin);
}

}  // namespace

target_reader::target_reader(std::unique_ptr<target_source> source, input_format format,
                             target_reader_context& context)
    : source_{std::move(source)}, context_{context}, format_{format} {}

target_reader::pull target_reader::next(item& out) {
  source_line line;
  while (context_.lines_left > 0) {
    --context_.lines_left;
    const target_source::pull pulled = source_->next(line);
    if (pulled == target_source::pull::wait) return pull::wait;
    if (pulled == target_source::pull::pause) {
      context_.lines_left -= std::min(context_.lines_left, lines_a_chunk);
      continue;
    }
    if (pulled == target_source::pull::end) {
      if (csv_.finish() == csv_record_reader::state::error) return bad(csv_.why(), out);
      return pull::end;
    }
    if (is_dead_) continue;
    if (!csv_.is_open()) {
      line_number_ = line.number;
      // Only a record that goes on needs its first line later; text and JSON never do.
      if (format_ == input_format::csv || !line.wrong.empty()) line_text_ = line.text;
    }
    if (!line.wrong.empty()) {
      csv_ = {};
      line_number_ = line.number;
      return bad(std::move(line.wrong), out);
    }
    const pull read = read_line(line, out);
    if (read != pull::wait) return read;
  }
  return pull::pause;
}

/// `wait` when the line holds nothing, or not all of a record.
target_reader::pull target_reader::read_line(const source_line& line, item& out) {
  const bool as_it_is = context_.parser.any_line && format_ == input_format::text;
  const std::string_view text = as_it_is ? line.text : without_space(line.text);
  const bool is_comment = !as_it_is && text.starts_with('#');
  if (!csv_.is_open() && (text.empty() || is_comment)) return pull::wait;
  if (format_ == input_format::automatic && std::exchange(is_first_, false) && is_header(text)) {
    format_ = input_format::csv;
    line_text_ = line.text;
  }
  switch (format_) {
    case input_format::csv:
      return read_csv(line.text, out);
    case input_format::jsonl:
      return read_json(text, out);
    case input_format::automatic:
      if (text.front() == '{') return read_json(text, out);
      break;
    case input_format::text:
      break;
  }
  return read_text(line.text, out);
}

target_reader::pull target_reader::read_text(std::string_view line, item& out) {
  const std::string_view text = context_.parser.any_line ? line : strip_line(line);
  auto range = source_->is_list() ? parse_listed_target(text, context_.parser)
                                  : parse_target(text, context_.parser);
  if (!range) line_text_ = text;
  return take(std::move(range), out);
}

target_reader::pull target_reader::read_json(std::string_view text, item& out) {
  auto members = parse_json_record(text);
  if (!members) {
    line_text_ = text;
    return bad(std::move(members.error().message), out);
  }
  record_values values;
  std::vector<std::string> unknown;
  const bool is_own = is_own_record(
      members->size(), [&](std::size_t i) -> auto& { return (*members)[i].name; });
  for (const json_member& member : *members) {
    const bool is_kept = context_.parser.keeps(member.name);
    if (is_kept && member.is_plain) values.columns.emplace_back(member.name, member.value);
    const auto column = target_column_of(member.name);
    if (is_own && !(column && counts_in_own_record(*column, member.value))) continue;
    if (!column) {
      if (!is_kept) unknown.push_back(member.name);
      continue;
    }
    if (!member.is_plain || member.is_boolean) {
      line_text_ = text;
      return bad(fmt::format("{}: write a text or a number", excerpt(member.name)), out);
    }
    values.known.push_back({*column, member.value});
  }
  warn_of_unknown(unknown, false);
  warn_of_unused(values);
  auto range = parse_target_record(std::move(values), context_.parser);
  if (!range) line_text_ = text;
  return take(std::move(range), out);
}

target_reader::pull target_reader::read_csv(std::string_view line, item& out) {
  const auto state = csv_.feed(line);
  if (state == csv_record_reader::state::need_more) return pull::wait;
  const bool has_header = !columns_.empty();
  if (state == csv_record_reader::state::error) {
    is_dead_ = !has_header;
    return bad(csv_.why(), out);
  }
  if (!has_header) return read_header(out);
  const auto& cells = csv_.cells();
  record_values values;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i >= columns_.size()) {
      if (without_space(cells[i]).empty()) continue;
      return bad(fmt::format("more cells than the {} columns of the header", columns_.size()), out);
    }
    const std::string_view cell = is_own_ ? without_formula_guard(cells[i]) : cells[i];
    if (names_[i]) values.columns.emplace_back(*names_[i], cell);
    if (!columns_[i] || (is_own_ && !counts_in_own_record(*columns_[i], cell))) continue;
    values.known.push_back({*columns_[i], cell});
  }
  warn_of_unused(values);
  return take(parse_target_record(std::move(values), context_.parser), out);
}

target_reader::pull target_reader::read_header(item& out) {
  std::vector<std::string> unknown;
  bool has_target = false;
  const auto& names = csv_.cells();
  is_own_ = is_own_record(
      names.size(), [&](std::size_t i) -> auto& { return names[i]; });
  for (const std::string& name : names) {
    const auto column = target_column_of(name);
    if (column && std::count(columns_.begin(), columns_.end(), column) > 0) {
      is_dead_ = true;
      return bad(fmt::format("the column {} is there twice", excerpt(name)), out);
    }
    const bool is_kept = context_.parser.keeps(without_space(name));
    names_.push_back(is_kept ? std::optional<std::string>{without_space(name)} : std::nullopt);
    if (!column && !is_kept && !is_own_) unknown.push_back(name);
    has_target = has_target || (column && names_target(*column));
    columns_.push_back(column);
  }
  if (!has_target) {
    is_dead_ = true;
    return bad(
        "no header row with a column target, url, address, ip, saddr or host, so nothing was read; "
        "write one, or read this as --input-format text",
        out);
  }
  warn_of_unknown(unknown, true);
  return pull::wait;
}

/// True for a line of several cells, one of which names a column of targets.
bool target_reader::is_header(std::string_view line) const {
  // zmap's, of one column; the others could as well be names of hosts.
  if (line.find(',') == line.npos) {
    return !context_.parser.any_line && strip_line(line) == "saddr";
  }
  csv_record_reader reader;
  if (reader.feed(line) != csv_record_reader::state::done) return false;
  return std::any_of(reader.cells().begin(), reader.cells().end(), [](const std::string& name) {
    const auto column = target_column_of(name);
    return column && names_target(*column);
  });
}

target_reader::pull target_reader::take(parsed<target_range> range, item& out) {
  if (!range) return bad(std::move(range.error().message), out);
  out.range = std::move(*range);
  return pull::range;
}

target_reader::pull target_reader::bad(std::string message, item& out) const {
  out.bad = {};
  out.bad.source = source_->name();
  out.bad.line = line_number_;
  append_printable(out.bad.text, strip_line(line_text_), diagnostic_text_bytes_max);
  out.bad.message = std::move(message);
  return pull::bad;
}

/// Says once of each name that it means nothing here.
void target_reader::warn_of_unknown(const std::vector<std::string>& names, bool columns) {
  std::string list;
  for (const std::string& name : names) {
    const std::string shown = excerpt(name);
    if (!columns) {
      if (context_.unknown_names.size() >= target_reader_context::unknown_names_max) return;
      if (!context_.unknown_names.insert(shown).second) continue;
    }
    list += list.empty() ? "'" : ", '";
    list += shown + '\'';
  }
  if (list.empty() || !context_.on_notice) return;
  context_.on_notice(fmt::format("{}:{}: nothing here is called {}, so it is ignored; known are {}",
                                 source_->name(), line_number_, list, known_target_columns()));
}

/// Says once of each column that names a target that rows are full of others that go before it.
void target_reader::warn_of_unused(const record_values& values) {
  if (context_.parser.keep_columns || !context_.on_notice) return;
  for (const unused_column& one : unused_columns(values)) {
    if (!context_.unused_columns.insert(one.name).second) continue;
    context_.on_notice(fmt::format("{}:{}: {} is ignored where {} names the target",
                                   source_->name(), line_number_, to_string(one.name),
                                   to_string(one.by)));
  }
}

input_format input_format_of_file(std::string_view path) {
  if (path.ends_with(".csv")) return input_format::csv;
  for (const std::string_view suffix : {".json", ".jsonl", ".ndjson"}) {
    if (path.ends_with(suffix)) return input_format::jsonl;
  }
  return input_format::automatic;
}

}  // namespace muster

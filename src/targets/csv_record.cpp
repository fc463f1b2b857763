// Strategy: cell by cell along the line. Only an open quotation is carried over to the next line;
// everything else ends with the line that it is on, so that one wrong record spoils no other.
#include "targets/csv_record.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace muster {

csv_record_reader::state csv_record_reader::fail(std::string why) {
  why_ = std::move(why);
  quoted_ = false;
  return state::error;
}

void csv_record_reader::begin() {
  cells_.assign(1, {});
  bytes_ = 0;
}

csv_record_reader::state csv_record_reader::feed(std::string_view line) {
  if (!quoted_) begin();
  bytes_ += line.size() + 1;
  if (bytes_ > record_bytes_max) {
    return fail(fmt::format("the record is longer than {} bytes: is a quotation left open?",
                            record_bytes_max));
  }
  std::size_t at = 0;
  if (quoted_) {
    cells_.back() += '\n';
  } else if (!line.empty() && line.front() == '"') {
    ++at;
    quoted_ = true;
  }
  while (true) {
    if (quoted_) {
      if (!read_quoted(line, at)) return state::need_more;
      if (at < line.size() && line[at] != ',' && line.substr(at) != "\r") {
        return fail("text after a closing quotation mark: double the marks within a cell");
      }
    } else if (!read_bare(line, at)) {
      return fail("a quotation mark in a cell that is not quoted: quote the cell, double the mark");
    }
    if (at >= line.size() || line[at] != ',') return state::done;
    if (cells_.size() == cells_max) return fail(fmt::format("more than {} cells", cells_max));
    cells_.emplace_back();
    ++at;
    quoted_ = at < line.size() && line[at] == '"';
    if (quoted_) ++at;
  }
}

/// Reads up to the comma or the end of the line; false when there is a quotation mark in it.
bool csv_record_reader::read_bare(std::string_view line, std::size_t& at) {
  const std::size_t end = std::min(line.find(',', at), line.size());
  std::string_view cell = line.substr(at, end - at);
  if (end == line.size() && cell.ends_with('\r')) cell.remove_suffix(1);
  cells_.back() = cell;
  at = end;
  return cell.find('"') == cell.npos;
}

/// Reads up to behind the closing quotation mark; false when the line ends before it.
bool csv_record_reader::read_quoted(std::string_view line, std::size_t& at) {
  while (true) {
    const std::size_t mark = line.find('"', at);
    cells_.back() += line.substr(at, mark == line.npos ? mark : mark - at);
    if (mark == line.npos) return false;
    at = mark + 1;
    if (at == line.size() || line[at] != '"') break;
    cells_.back() += '"';
    ++at;
  }
  quoted_ = false;
  return true;
}

csv_record_reader::state csv_record_reader::finish() {
  if (!quoted_) return state::done;
  return fail("the quotation that begins in this record is never closed");
}

}  // namespace muster

// Strategy: a row is an array of numbers, `[address, status, reason, rtt, probe, port, ttl, text]`,
// from which whatever is nothing at the end is left out. A target that was written down by itself
// has 256 added to its ttl: in a large sweep most are members of ranges. Rows stand in address
// order, so that an IPv4 address is the difference to the one before it, mostly 1. Status, reason
// and probe are indices into lists of words that the page has as well.
#include "sink/page_rows.hpp"

#include "probe/kind.hpp"
#include "sink/json_record.hpp"
#include "sink/page_text.hpp"
#include "sink/silence.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace muster {
namespace {

void append_text(line_buffer& out, std::string_view text, std::size_t) {
  append_page_string(out.string(), text, page_text_bytes_max);
}

std::uint32_t rtt_us(std::chrono::nanoseconds rtt) {
  if (rtt.count() < 0) return page_row::no_rtt;
  const std::int64_t us = (rtt.count() + 500) / 1000;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(us, page_row::no_rtt - 1));
}

bool has_details(const probe_result& result) {
  return description_of(result.kind).has_details(result) || result.attempts != nullptr ||
         result.error_source != ip_address{} || !result.subject.written().empty();
}

}  // namespace

void page_rows::add(const probe_result& result) {
  const bool silent = nobody_there(result);
  if (rows_.size() + silent_.size() == rows_max) {
    if (silent) {
      ++silent_left_out_;
      return;
    }
    if (silent_.empty()) {
      ++others_left_out_;
      return;
    }
    silent_.pop_back();
    ++silent_left_out_;
  }
  (silent ? silent_ : rows_).push_back(row_of(result));
}

page_row page_rows::row_of(const probe_result& result) {
  page_row row;
  row.address = result.address;
  row.has_address = result.has_address;
  row.of_range = result.subject.of_range();
  row.rtt_us = rtt_us(result.rtt);
  row.port = result.port;
  row.kind = result.kind;
  row.status = result.status;
  row.reason = result.reason;
  row.ttl = description_of(result.kind).ttl(result);
  if (has_details(result)) row.text = keep_text(result);
  return row;
}

// The members of a JSON object in the names of docs/output.md, each after a comma.
std::uint32_t page_rows::keep_text(const probe_result& result) {
  if (texts_.size() >= text_bytes_max) {
    ++texts_left_out_;
    return 0;
  }
  const auto begin = static_cast<std::uint32_t>(texts_.size());
  {
    line_buffer line{texts_};
    json_record record{line, clock_, append_text, ','};
    show_details(result, record);
  }
  texts_ += '\0';
  return begin + 1;
}

void page_rows::sort() {
  rows_.insert(rows_.end(), silent_.begin(), silent_.end());
  silent_ = {};
  std::ranges::sort(rows_, {}, [](const page_row& row) {
    return std::tuple{!row.has_address, row.address, row.kind, row.port, row.text};
  });
}

void page_rows::write_head(std::string& out) const {
  out += "{\"silent_left_out\":";
  append_integer(out, silent_left_out_);
  out += ",\"others_left_out\":";
  append_integer(out, others_left_out_);
  out += ",\"texts_left_out\":";
  append_integer(out, texts_left_out_);
  out += ",\"rows\":[";
}

void page_rows::write_row(std::string& out, std::size_t index) {
  const page_row& row = rows_[index];
  out += index == 0 ? "[" : ",\n[";
  if (!row.has_address) {
    out += "null";
  } else if (row.address.is_v4()) {
    append_integer(out, row.address.v4() - last_v4_);
    last_v4_ = row.address.v4();
  } else {
    out += '"' + row.address.to_string() + '"';
  }
  const std::array<std::int64_t, 6> numbers{
      static_cast<std::int64_t>(row.status),
      static_cast<std::int64_t>(row.reason),
      row.rtt_us == page_row::no_rtt ? -1 : std::int64_t{row.rtt_us},
      static_cast<std::int64_t>(row.kind),
      row.port,
      row.ttl + (row.of_range ? 0 : 256)};
  std::size_t used = numbers.size();
  while (row.text == 0 && used > 3 && numbers[used - 1] == 0)
    --used;
  for (std::size_t i = 0; i < used; ++i) {
    out += ',';
    append_integer(out, numbers[i]);
  }
  if (row.text > 0) {
    const std::string_view text{&texts_[row.text - 1]};
    out += ",{";
    if (!text.empty()) out += text.substr(1);
    out += '}';
  }
  out += ']';
}

}  // namespace muster

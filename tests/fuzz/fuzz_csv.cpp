// Strategy: the bytes are CSV. Through a stream they make the same targets whether they come whole
// or in small pieces; and what the record reader takes for one record, written out as RFC 4180 has
// it, is read back as the same record.
#include "stream_outcome.hpp"
#include "targets/csv_record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using muster::csv_record_reader;
using muster::fuzz::require;

std::string written(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) {
    if (!text.empty()) text += ',';
    text += '"';
    for (const char c : cell)
      text.append(c == '"' ? 2 : 1, c);
    text += '"';
  }
  return text;
}

void check_round_trip(const std::vector<std::string>& cells) {
  const std::string text = written(cells);
  if (text.size() >= csv_record_reader::record_bytes_max) return;
  csv_record_reader again;
  auto state = csv_record_reader::state::need_more;
  for (std::size_t at = 0; at <= text.size();) {
    require(state == csv_record_reader::state::need_more);
    const std::size_t end = std::min(text.find('\n', at), text.size());
    state = again.feed(std::string_view{text}.substr(at, end - at));
    at = end + 1;
  }
  require(state == csv_record_reader::state::done);
  require(again.cells() == cells);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  for (const auto format : {muster::input_format::csv, muster::input_format::automatic}) {
    require(muster::fuzz::stream_outcome(input, input.size(), format) ==
            muster::fuzz::stream_outcome(input, 7, format));
  }
  csv_record_reader reader;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    if (reader.feed(std::string_view{input}.substr(at, end - at)) ==
        csv_record_reader::state::done) {
      require(!reader.cells().empty() && reader.cells().size() <= csv_record_reader::cells_max);
      check_round_trip(reader.cells());
    }
    at = end + 1;
  }
  return 0;
}

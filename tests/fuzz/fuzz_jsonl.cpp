// Strategy: the bytes are JSON lines. Through a stream they make the same targets whether they come
// whole or in small pieces; and a line that is one record stays within the limits.
#include "stream_outcome.hpp"
#include "targets/json_record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using muster::fuzz::require;
  const std::string input(data, data + size);
  for (const auto format : {muster::input_format::jsonl, muster::input_format::automatic}) {
    require(muster::fuzz::stream_outcome(input, input.size(), format) ==
            muster::fuzz::stream_outcome(input, 7, format));
  }
  const auto members = muster::parse_json_record(input);
  if (!members) {
    require(!members.error().message.empty());
    return 0;
  }
  require(members->size() <= muster::json_members_max);
  for (const auto& member : *members)
    require(member.is_plain || member.value.empty());
  return 0;
}

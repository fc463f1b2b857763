// Strategy: the bytes are a checkpoint. What is read from them has to be written and read back as
// the same.
#include "store/checkpoint_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = muster::parse_checkpoint({reinterpret_cast<const char*>(data), size});
  if (!read) {
    require(!read.error().message.empty());
    return 0;
  }
  const auto again = muster::parse_checkpoint(muster::render_checkpoint(*read));
  require(static_cast<bool>(again));
  require(again->done.intervals() == read->done.intervals());
  require(again->up_targets.intervals() == read->up_targets.intervals());
  require(again->reported == read->reported && again->not_up == read->not_up &&
          again->alarming == read->alarming && again->finished == read->finished);
  require(again->outputs.size() == read->outputs.size());
  require(muster::command_difference(*again, *read).empty());
  return 0;
}

// Strategy: the bytes are a list as a job's database has it. What is read of it is written as a
// list that is read as the same one; and so are targets and attempts, which are such lists.
#include "store/job_record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto texts = muster::unpack(text)) {
    require(muster::unpack(muster::pack(*texts)) == texts);
    const auto targets = muster::unpack_targets(text, "label");
    require(targets.has_value() != texts->empty());
    if (targets) require(muster::pack_targets(*targets) == muster::pack(*texts));
  }
  if (const auto attempts = muster::unpack_attempts(text)) {
    const std::string packed = muster::pack_attempts(*attempts);
    const auto again = muster::unpack_attempts(packed);
    require(again && muster::pack_attempts(*again) == packed);
  }
  return 0;
}

#include "probe/kind.hpp"

namespace muster {
namespace {

class tcp_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
};

constexpr tcp_kind description;

}  // namespace

const kind_description& tcp_description = description;

}  // namespace muster

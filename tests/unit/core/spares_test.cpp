#include "core/spares.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

using namespace muster;

TEST_CASE("a spare comes back as it was left, and only once") {
  spares<std::unique_ptr<std::string>> kept;
  CHECK_FALSE(kept.take());
  kept.keep(std::make_unique<std::string>("used"));
  auto one = kept.take();
  REQUIRE(one);
  CHECK(**one == "used");
  CHECK_FALSE(kept.take());
}

TEST_CASE("no more spares are kept than will be of use") {
  spares<std::shared_ptr<int>> kept;
  const auto one = std::make_shared<int>(1);
  for (std::size_t i = 0; i < 2 * spares<std::shared_ptr<int>>::kept_max; ++i)
    kept.keep(one);
  CHECK(one.use_count() == 1 + static_cast<long>(spares<std::shared_ptr<int>>::kept_max));
}

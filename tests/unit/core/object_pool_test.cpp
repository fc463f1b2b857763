#include "core/object_pool.hpp"

#include "support/catch.hpp"

#include <memory>
#include <string>

using namespace muster;

TEST_CASE("an object comes back as it was left, and only once") {
  object_pool<std::unique_ptr<std::string>> kept;
  CHECK_FALSE(kept.take());
  kept.keep(std::make_unique<std::string>("used"));
  auto one = kept.take();
  REQUIRE(one);
  CHECK(**one == "used");
  CHECK_FALSE(kept.take());
}

TEST_CASE("no more objects are kept than will be of use") {
  object_pool<std::shared_ptr<int>> kept;
  const auto one = std::make_shared<int>(1);
  for (std::size_t i = 0; i < 2 * object_pool<std::shared_ptr<int>>::kept_max; ++i)
    kept.keep(one);
  CHECK(one.use_count() == 1 + static_cast<long>(object_pool<std::shared_ptr<int>>::kept_max));
}

#include "engine/ordered_window.hpp"

#include "muster/probe/http.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <random>
#include <vector>

using namespace muster;

namespace {

struct listener {
  std::vector<std::uint64_t> told;
  ordered_window window{[this](const probe_result& result) { told.push_back(result.sequence); }};

  void accept(std::uint64_t sequence) {
    probe_result result;
    result.sequence = sequence;
    window.accept(std::move(result));
  }
};

using sequences = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("results are handed on as soon as all before them have been") {
  listener here;
  here.accept(2);
  here.accept(1);
  CHECK(here.told.empty());
  CHECK(here.window.held() == 2);
  here.accept(0);
  CHECK(here.told == sequences{0, 1, 2});
  CHECK(here.window.held() == 0);
  CHECK(here.window.base() == 3);
  here.accept(3);
  CHECK(here.told == sequences{0, 1, 2, 3});
}

TEST_CASE("nobody waits for what will not come") {
  listener here;
  here.window.absent(0, 5);
  CHECK(here.window.base() == 5);
  here.accept(7);
  here.window.absent(6, 7);
  CHECK(here.told.empty());
  here.accept(5);
  CHECK(here.told == sequences{5, 7});
}

TEST_CASE("at the end all that is left is handed on in order, over every gap") {
  listener here;
  here.accept(9);
  here.accept(3);
  here.accept(5);
  here.window.flush();
  CHECK(here.told == sequences{3, 5, 9});
  CHECK(here.window.held() == 0);
}

TEST_CASE("whatever the order of completion, the order of results is that of their numbers") {
  std::mt19937 chance{11};
  sequences all(500);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = i;
  sequences mixed = all;
  std::shuffle(mixed.begin(), mixed.end(), chance);
  listener here;
  for (const std::uint64_t sequence : mixed)
    here.accept(sequence);
  CHECK(here.told == all);
}

TEST_CASE("the text that kept results hold is counted as long as they are kept") {
  listener here;
  probe_result result;
  result.sequence = 1;
  result.details.emplace<http_details>().title = "twelve bytes";
  here.window.accept(std::move(result));
  CHECK(here.window.held_bytes() == 12);
  here.accept(0);
  CHECK(here.window.held_bytes() == 0);
}

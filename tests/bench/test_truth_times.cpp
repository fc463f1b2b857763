#include "bench/truth_times.hpp"
#include "support/catch.hpp"

#include <stdexcept>

using namespace muster::bench;

namespace {

work three(probe_kind kind) {
  return {.probe = {kind}, .targets = targets::addresses(0x0a000001, 3)};
}

constexpr const char* held_text =
    "ready\nmost 2\n1.000000 20.000000 21.000000\n2 22 -1\n-1 -1 -1\n";

}  // namespace

TEST_CASE("quantiles are of the times in their order") {
  const auto of = time_quantiles::of({3, 1, 2, 5, 4});
  CHECK(of.p50 == 3);
  CHECK(of.p95 == 4);
  CHECK_THROWS_AS(time_quantiles::of({}), std::runtime_error);
}

TEST_CASE("what is reported is compared with what each host held back") {
  const auto held = held_times::parse(held_text);
  CHECK(held.most == 2);
  const auto wanted = three(probe_kind::icmp);
  reported_times times{wanted};
  CHECK(times.empty());
  times.add("10.0.0.1", 20.5);
  times.add("10.0.0.2", 22.5);
  times.add("10.0.0.3", 100);
  times.add("10.0.0.4", 1);
  times.add("10.0.0.1", -1);
  CHECK(times.quantiles().p50 == 22.5);
  CHECK(times.beyond(held).p50 == 0.5);
  CHECK(times.beyond(held).p95 == 0.5);
}

TEST_CASE("a request is held back twice, and a name only looked up") {
  const auto held = held_times::parse(held_text);
  const auto requests = three(probe_kind::http);
  reported_times times{requests};
  times.add("http://10.0.0.1:8080/", 42);
  times.add("http://10.0.0.2:8080/", 43);
  CHECK(times.beyond(held).p50 == 1);
  CHECK(times.beyond(held).p95 == 1);
  work names = requests;
  names.targets = targets::named(3);
  reported_times lookups{names};
  lookups.add("http://h1.bench.test:9/", 2.5);
  CHECK(lookups.beyond(held).p50 == 0.5);
}

TEST_CASE("hosts that tell nothing are an error") {
  CHECK_THROWS_AS(held_times::parse("ready\n"), std::runtime_error);
  CHECK_THROWS_AS(held_times::parse(""), std::runtime_error);
}

TEST_CASE("a number follows its key") {
  CHECK(number_after(R"({"rtt_ms":0.125,"ttl":64})", R"("rtt_ms":)") == 0.125);
  CHECK(number_after("{}", R"("rtt_ms":)") < 0);
}

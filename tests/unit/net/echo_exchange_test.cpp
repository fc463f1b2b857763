#include "net/echo_exchange.hpp"

#include "net/packed_time.hpp"
#include "support/catch.hpp"
#include "support/simulated_world.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>

using namespace muster;
using namespace std::chrono_literals;

namespace {

job ask(job_scope&, echo_exchange& exchange, ip_address host,
        std::optional<std::chrono::nanoseconds>& rtt) {
  echo_operation echo{exchange, host, 0, 10s};
  const echo_outcome& outcome = co_await echo;
  if (outcome.status == status::up) rtt = outcome.rtt;
}

/// What is measured of hosts that are asked in one batch and answer `answer_time` later each, when
/// the system needs so long to send each request.
std::vector<std::chrono::nanoseconds> rtts_of_batch(
    const std::vector<std::chrono::nanoseconds>& send_times, std::chrono::nanoseconds answer_time,
    std::chrono::nanoseconds stamps_off = 0ns) {
  asio::io_context context{1};
  test::network_weather weather;
  weather.delay_min = weather.delay_max = answer_time;
  test::simulated_world network{1, weather};
  std::size_t sent = 0;
  network.on_send = [&](ip_address) { network.time().pass(send_times.at(sent++)); };
  network.stamps_off = stamps_off;
  deadline_queue deadlines{network.time()};
  const echo_options options;
  std::vector<std::optional<std::chrono::nanoseconds>> rtts(send_times.size());
  std::vector<ip_address> hosts;
  for (std::size_t i = 0; i < rtts.size(); ++i)
    hosts.push_back(ip_address::from_v4(0x0a00'0001 + static_cast<std::uint32_t>(i)));
  echo_exchange exchange{context, network, deadlines, codec::ip_family::v4, options};
  job_scope jobs;
  for (std::size_t i = 0; i < rtts.size(); ++i)
    ask(jobs, exchange, hosts[i], rtts[i]);
  network.run(context, [&] { return jobs.empty(); });
  std::vector<std::chrono::nanoseconds> known;
  for (const auto& rtt : rtts)
    known.push_back(rtt.value_or(-1ns));
  return known;
}

using times = std::vector<std::chrono::nanoseconds>;

}  // namespace

TEST_CASE("requests of a batch that leave evenly are timed to the nanosecond") {
  CHECK(rtts_of_batch({10us, 10us, 10us, 10us}, 300us) == times{310us, 310us, 310us, 310us});
  CHECK(rtts_of_batch({10us}, 1us) == times{11us});
}

TEST_CASE("a reply from before its request's share of the batch has a round trip above 0") {
  // They leave after 1, 2, 3 and 40 us, and are taken to leave at 0, 10, 20 and 30 us.
  CHECK(rtts_of_batch({1us, 1us, 1us, 37us}, 1us) == times{2us, 1500ns, 1333ns, 11us});
  // None is less than what one request can have taken until its reply was there.
  CHECK(rtts_of_batch({1us, 1us, 1us, 1us, 95us}, 17us) ==
        times{18us, 9500ns, 6666ns, 5250ns, 36800ns});
}

TEST_CASE("a call that hangs makes no answer late") {
  // The second is taken to leave after 2.5 s, and its time to begin then.
  const auto rtts = rtts_of_batch({1us, 5s}, 100us);
  CHECK(rtts.front() == 101us);
  CHECK(rtts.back() > 2500ms);
  CHECK(rtts.back() < 2501ms);
}

TEST_CASE("an arrival that is stamped before its request left is no round trip of 0") {
  CHECK(rtts_of_batch({10us, 10us}, 50us, -1h) == times{60us, 70us});
}

TEST_CASE("a packed time is exact where it is short, and never longer than the time") {
  for (const auto time : {0ns, 1ns, 4095ns, 262'143ns}) {
    CHECK(packed_time::unpack(packed_time::pack(time)) == time);
  }
  for (const auto time : times{262'144ns, 262'145ns, 999'999'999ns, 8s + 1ns}) {
    const auto back = packed_time::unpack(packed_time::pack(time));
    CHECK(back <= time);
    CHECK(back > time - time / 131'072 - 1ns);
    CHECK(packed_time::pack(time) >> packed_time::bits == 0);
  }
  for (const auto time : times{packed_time::max, packed_time::max + 1ns, 1000h})
    CHECK(packed_time::unpack(packed_time::pack(time)) == packed_time::max);
}

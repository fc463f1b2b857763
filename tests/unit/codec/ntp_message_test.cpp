#include "codec/ntp_message.hpp"

#include "support/catch.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace muster::codec;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using wall = std::chrono::system_clock::time_point;

constexpr wall at(std::chrono::sys_days day, std::chrono::nanoseconds time) { return day + time; }
constexpr wall some_day = at(std::chrono::year{2026} / 1 / 31, 8h + 15min + 125ms);
/// The first second of the next era.
constexpr wall roll_over = at(std::chrono::year{2036} / 2 / 7, 6h + 28min + 16s);

std::optional<ntp_message> read(std::string_view text) {
  // Exactly as many bytes as there are, so that a sanitizer sees a step beyond them.
  const std::vector<char> exact(text.begin(), text.end());
  return read_ntp_message(std::as_bytes(std::span{exact}));
}

std::uint32_t id(std::string_view text) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  return value;
}

/// What an answer of a server comes to whose clock is ahead by `ahead`, and which took 3 ms, on a
/// way that takes 10 ms each way.
ntp_measurement measured(wall sent, std::chrono::nanoseconds ahead) {
  ntp_message answer;
  answer.receive = to_ntp_timestamp(sent + ahead + 10ms);
  answer.transmit = to_ntp_timestamp(sent + ahead + 13ms);
  const auto out = measure_ntp(answer, sent, sent + 23ms);
  REQUIRE(out);
  return *out;
}

bool is_about(std::chrono::nanoseconds one, std::chrono::nanoseconds other) {
  return std::chrono::abs(one - other) <= 2ns;
}

}  // namespace

TEST_CASE("a question tells of nothing but the version, the mode and a random number") {
  const std::string question = ntp_question(0x0102'0304'0506'0708);
  CHECK(question == "\x23"s + std::string(39, '\0') + "\1\2\3\4\5\6\7\x08");
}

TEST_CASE("timestamps count from 1900, with a fraction, and begin anew in 2036") {
  CHECK(to_ntp_timestamp(wall{}) == 2'208'988'800ULL << 32U);
  CHECK(to_ntp_timestamp(wall{} - 2'208'988'800s) == 0);
  CHECK(to_ntp_timestamp(wall{} + 500ms) == (2'208'988'800ULL << 32U | 0x8000'0000U));
  CHECK(to_ntp_timestamp(wall{} - 250ms) == (2'208'988'799ULL << 32U | 0xc000'0000U));
  CHECK(to_ntp_timestamp(roll_over - 1s) == 0xffff'ffffULL << 32U);
  CHECK(to_ntp_timestamp(roll_over) == 0);
  CHECK(to_ntp_timestamp(roll_over + 1s) == 1ULL << 32U);
}

TEST_CASE("an interval is the shorter way, whatever era its ends are in") {
  const auto apart = [](wall from, wall to) {
    return ntp_interval(to_ntp_timestamp(from), to_ntp_timestamp(to));
  };
  CHECK(apart(some_day, some_day) == 0ns);
  CHECK(is_about(apart(some_day, some_day + 1ms), 1ms));
  CHECK(is_about(apart(some_day, some_day - 1ms), -1ms));
  CHECK(is_about(apart(roll_over - 1ms, roll_over + 1ms), 2ms));
  CHECK(is_about(apart(roll_over + 1ms, roll_over - 1ms), -2ms));
  constexpr std::chrono::hours many{24 * 365 * 60};
  CHECK(is_about(apart(some_day, some_day + many), many));
  CHECK(is_about(apart(some_day, some_day - many), -many));
  CHECK(ntp_interval(0, 0x8000'0000'0000'0000) == -2'147'483'648s);
  CHECK(ntp_interval(0, 0x7fff'ffff'ffff'ffff) == 2'147'483'648s);
}

TEST_CASE("every field of an answer is read, and what follows it is not looked at") {
  const std::string text =
      "\x24\x02\x06\xe8"
      "\0\1\x80\0"
      "\0\0\x40\0"
      "\x0a\0\0\1"
      "\xed\0\0\0\0\0\0\0"
      "\1\2\3\4\5\6\7\x08"
      "\xed\0\0\1\x80\0\0\0"
      "\xed\0\0\2\0\0\0\0"s;
  for (const std::string& after : {""s, "\0"s, std::string(20, 'k')}) {
    const auto message = read(text + after);
    REQUIRE(message);
    CHECK(message->leap == 0);
    CHECK(message->version == 4);
    CHECK(message->mode == ntp_mode_server);
    CHECK(message->stratum == 2);
    CHECK(message->poll == 6);
    CHECK(message->precision == -24);
    CHECK(message->root_delay == 1500ms);
    CHECK(message->root_dispersion == 250ms);
    CHECK(ntp_reference_text(*message) == "10.0.0.1");
    CHECK(message->origin == 0x0102'0304'0506'0708);
    CHECK(ntp_interval(message->reference_time, message->receive) == 1500ms);
    CHECK(ntp_interval(message->receive, message->transmit) == 500ms);
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_FALSE(read(text.substr(0, size)));
}

TEST_CASE("all bits set are the largest values there are") {
  const auto message = read(std::string(48, '\xff'));
  REQUIRE(message);
  CHECK(message->leap == 3);
  CHECK(message->version == 7);
  CHECK(message->stratum == 255);
  CHECK(message->poll == -1);
  CHECK(message->root_delay > 65'535s);
  CHECK(message->root_delay < 65'536s);
}

TEST_CASE("offset and delay are what a server that is ahead, behind or in another era makes them") {
  for (const wall sent : {some_day, roll_over - 5ms, roll_over - 12ms, roll_over + 1h}) {
    constexpr std::array<std::chrono::nanoseconds, 7> all{
        0ns, 1500ns, -1500ns, 42ms, -42ms, 24h * 365 * 30, -24h * 365 * 30};
    for (const std::chrono::nanoseconds ahead : all) {
      CAPTURE(sent.time_since_epoch().count(), ahead.count());
      CHECK(is_about(measured(sent, ahead).offset, ahead));
      CHECK(is_about(measured(sent, ahead).delay, 20ms));
    }
  }
}

TEST_CASE("a server that says that it took longer than the round trip was away for no time") {
  ntp_message answer;
  answer.receive = to_ntp_timestamp(some_day);
  answer.transmit = to_ntp_timestamp(some_day + 1h);
  CHECK(measure_ntp(answer, some_day, some_day + 1ms)->delay == 0ns);
}

TEST_CASE("without its timestamps an answer says nothing of the time") {
  ntp_message answer;
  answer.receive = 1;
  CHECK_FALSE(measure_ntp(answer, some_day, some_day));
  answer.transmit = 1;
  CHECK(measure_ntp(answer, some_day, some_day));
  answer.receive = 0;
  CHECK_FALSE(measure_ntp(answer, some_day, some_day));
}

TEST_CASE("a reference is text at the first strata, and an address further on") {
  const auto text = [](unsigned stratum, std::uint32_t reference) {
    ntp_message message;
    message.stratum = stratum;
    message.reference = reference;
    return ntp_reference_text(message);
  };
  CHECK(text(1, id("GPS")) == "GPS");
  CHECK(text(1, id("PPS ")) == "PPS");
  CHECK(text(0, id("RATE")) == "RATE");
  CHECK(text(1, id("")) == "");
  CHECK(text(1, id("\x1b[2J")) == "\x1b[2J");
  CHECK(text(2, 0x7f7f'0101) == "127.127.1.1");
  CHECK(text(16, 0) == "0.0.0.0");
}

TEST_CASE("a server is synchronized, says that it is not, or asks to be left alone") {
  const auto condition = [](unsigned leap, unsigned stratum, std::string_view reference) {
    ntp_message message;
    message.leap = leap;
    message.stratum = stratum;
    message.reference = id(reference);
    return ntp_condition_of(message);
  };
  CHECK(condition(0, 1, "GPS") == ntp_condition::synchronized);
  CHECK(condition(1, 15, "") == ntp_condition::synchronized);
  CHECK(condition(3, 1, "GPS") == ntp_condition::unsynchronized);
  CHECK(condition(0, 16, "") == ntp_condition::unsynchronized);
  CHECK(condition(0, 255, "") == ntp_condition::unsynchronized);
  CHECK(condition(3, 0, "") == ntp_condition::unsynchronized);
  CHECK(condition(3, 0, "INIT") == ntp_condition::unsynchronized);
  CHECK(condition(3, 0, "STEP") == ntp_condition::unsynchronized);
  for (const char* const code : {"DENY", "RSTR", "RATE", "ACST", "NTSN", "X"})
    CHECK(condition(3, 0, code) == ntp_condition::kissed);
}

#include "codec/dns_answer.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using muster::codec::may_be_dns_answer;
using muster::codec::remark_on;

namespace {

using bytes = std::vector<std::byte>;

/// A message with these flags, one question, and the name as it stands on the wire.
bytes message(unsigned flags, std::string_view wire_name, unsigned questions = 1) {
  bytes out;
  for (const unsigned word : {0x1234u, flags, questions, 0u, 0u, 0u}) {
    out.push_back(static_cast<std::byte>(word >> 8));
    out.push_back(static_cast<std::byte>(word));
  }
  for (const char c : wire_name)
    out.push_back(static_cast<std::byte>(c));
  for (const unsigned byte : {0u, 1u, 0u, 1u})
    out.push_back(static_cast<std::byte>(byte));
  return out;
}

constexpr unsigned truncated_response = 0x8380;
using namespace std::string_view_literals;

}  // namespace

TEST_CASE("a truncated DNS answer is known by its question, in lower case") {
  const auto remark = remark_on(message(truncated_response, "\3WwW\4TEST\0"sv));
  REQUIRE(remark);
  CHECK(remark->name == "www.test");
  CHECK(remark->type == 1);
  CHECK(remark->truncated);
  CHECK(remark->rcode == 0);
  auto with_records = message(truncated_response, "\3www\4test\0"sv);
  with_records.resize(500, std::byte{0xff});
  REQUIRE(remark_on(with_records));
  CHECK(remark_on(with_records)->name == "www.test");
}

TEST_CASE("a response code that denies the answer is remarked, the others are not") {
  for (unsigned rcode = 0; rcode < 16; ++rcode) {
    CAPTURE(rcode);
    const auto remark = remark_on(message(0x8180 | rcode, "\3www\4test\0"sv));
    CHECK(remark.has_value() == (rcode != 0 && rcode != muster::codec::rcode_no_such_name));
    if (!remark) continue;
    CHECK(remark->rcode == rcode);
    CHECK_FALSE(remark->truncated);
  }
}

TEST_CASE("questions, whole answers and answers to several questions are not remarked") {
  CHECK_FALSE(remark_on(message(0x0300, "\3www\4test\0"sv)));
  CHECK_FALSE(remark_on(message(0x0102, "\3www\4test\0"sv)));
  CHECK_FALSE(remark_on(message(0x8180, "\3www\4test\0"sv)));
  CHECK_FALSE(remark_on(message(truncated_response, "\3www\4test\0"sv, 2)));
  CHECK_FALSE(remark_on(message(truncated_response, "\0"sv)));
}

TEST_CASE("a truncated DNS answer that is cut off anywhere, or has a pointer for a name, is none") {
  const auto whole = message(truncated_response, "\3www\4test\0"sv);
  for (std::size_t bytes_left = 0; bytes_left < whole.size(); ++bytes_left) {
    CAPTURE(bytes_left);
    CHECK_FALSE(remark_on({whole.data(), bytes_left}));
  }
  CHECK_FALSE(remark_on(message(truncated_response, "\xc0\x0c"sv)));
  std::string endless;
  for (int i = 0; i < 100; ++i)
    endless += "\3www"sv;
  CHECK_FALSE(remark_on(message(truncated_response, endless + '\0')));
}

TEST_CASE("what is no answer, or about several questions, is known by its header") {
  CHECK(may_be_dns_answer(message(0x8180, "\3www\4test\0"sv)));
  CHECK(may_be_dns_answer(message(0x8181, "", 0)));
  CHECK_FALSE(may_be_dns_answer(message(0x0100, "\3www\4test\0"sv)));
  CHECK_FALSE(may_be_dns_answer(message(0x8180, "\3www\4test\0"sv, 2)));
  CHECK_FALSE(may_be_dns_answer(bytes(77, std::byte{0xff})));
  CHECK_FALSE(may_be_dns_answer(bytes(11, std::byte{0x80})));
  CHECK_FALSE(may_be_dns_answer({}));
}

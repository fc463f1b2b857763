#include "codec/dns_message.hpp"

#include "dns_packets.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace muster::codec;
using namespace muster::test;
using namespace std::string_literals;

namespace {

const dns_question asked{.name = std::string{www_lab_test}};

struct outcome {
  std::optional<dns_message> message;
  std::vector<dns_record> records;  // of the answer
  std::vector<dns_record> authority;
  std::vector<dns_record> additional;
};

outcome read(std::string_view text) {
  outcome out;
  // Exactly as many bytes as there are, so that a sanitizer sees a step beyond them.
  const std::vector<char> exact(text.begin(), text.end());
  out.message = read_dns_message(
      std::as_bytes(std::span{exact}), [&](dns_section section, const dns_record& one) {
        auto& of_section = section == dns_section::answer      ? out.records
                           : section == dns_section::authority ? out.authority
                                                               : out.additional;
        of_section.push_back(one);
      });
  return out;
}

/// The data of a single record as text; nothing when the message can't be read.
std::optional<std::string> data_text(unsigned type, std::string_view data,
                                     unsigned record_class = 1) {
  const auto out =
      read(answer_head{.answers = 1}.text() + record(type, data, same_name, record_class));
  if (!out.message) return std::nullopt;
  REQUIRE(out.records.size() == 1);
  return out.records[0].data;
}

}  // namespace

TEST_CASE("a question is a message of one question, with EDNS") {
  const std::string message = dns_question_message(0xbeef, asked, true);
  CHECK(message == std::string{"\xbe\xef\1\0\0\1\0\0\0\0\0\1"sv} + std::string{www_lab_test} +
                       std::string{"\0\1\0\1\0\0\x29\x04\xd0\0\0\0\0\0\0"sv});
  CHECK(dns_question_message(0, asked, false).substr(0, 4) == "\0\0\0\0"sv);
}

TEST_CASE("an answer is known by its id and its question") {
  const auto ours = [](const answer_head& head) {
    return answers_dns_question(bytes_of(head.text()), own_id, asked);
  };
  CHECK(ours({}));
  CHECK(ours({.name = "\3WWW\3Lab\4test\0"sv}));
  CHECK(ours({.flags = 0x8383}));
  CHECK_FALSE(ours({.id = 0x1235}));
  CHECK_FALSE(ours({.flags = 0x0100}));  // a question
  CHECK_FALSE(ours({.flags = 0xa980}));  // of another opcode
  CHECK_FALSE(ours({.questions = 2}));
  CHECK_FALSE(ours({.name = "\3www\3lab\4tesu\0"sv}));
  CHECK_FALSE(ours({.name = "\7www.lab\4test\0"sv}));
  CHECK_FALSE(ours({.name = "\0"sv}));
  CHECK_FALSE(ours({.type = 28}));
  // The question may be left out by a server that could not read it, and by no other.
  const auto bare = [](unsigned flags) {
    return answers_dns_question(bytes_of(u16(own_id) + u16(flags) + std::string(8, '\0')), own_id,
                                asked);
  };
  CHECK(bare(0x8181));
  CHECK_FALSE(bare(0x8180));
  const std::string whole = answer_head{}.text();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(answers_dns_question(bytes_of(whole.substr(0, size)), own_id, asked));
  }
}

TEST_CASE("an answer's flags, counts and records are read, and what follows is ignored") {
  const std::string text = answer_head{.flags = 0x87a0, .answers = 2, .authority = 1}.text() +
                           record(dns_type::cname, "\1a\xc0\x10"sv) +
                           record(dns_type::a, "\xc0\0\2\7"sv, "\1a\xc0\x10"sv) +
                           record(dns_type::ns, "\2ns\xc0\x10"sv, "\xc0\x10"sv);
  for (const std::string_view after : {""sv, "\0"sv, "trailing"sv}) {
    const auto [message, records, authority, additional] = read(text + std::string{after});
    REQUIRE(message);
    CHECK(message->rcode == 0);
    CHECK((message->authoritative && message->truncated && message->recursion_desired));
    CHECK((message->recursion_available && message->authentic));
    CHECK((message->answers == 2 && message->authority == 1 && message->additional == 0));
    CHECK_FALSE(message->serial);
    REQUIRE(records.size() == 2);
    CHECK(records[0].name == "www.lab.test.");
    CHECK(records[0].type == dns_type::cname);
    CHECK(records[0].ttl_s == 300);
    CHECK(records[0].data == "a.lab.test.");
    CHECK(records[1].name == "a.lab.test.");
    CHECK(records[1].data == "192.0.2.7");
    REQUIRE(authority.size() == 1);
    CHECK(authority[0].data == "ns.lab.test.");
    CHECK(additional.empty());
  }
}

TEST_CASE("a message that is cut off anywhere is none") {
  const std::string text =
      answer_head{.answers = 1, .authority = 1, .additional = 1}.text() +
      record(dns_type::mx, "\0\12\4mail\xc0\x10"sv) +
      record(dns_type::soa, "\xc0\x10\xc0\x10\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"sv) +
      record(dns_type::opt, "", "\0"sv);
  REQUIRE(read(text).message);
  CHECK(read(text).message->serial == 1U);
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(read(text.substr(0, size)).message);
  }
}

TEST_CASE("records of the other sections are told of, whatever their data, but that of EDNS") {
  const auto out = read(answer_head{.authority = 2, .additional = 2}.text() +
                        record(dns_type::ns, "\2ns\xc0\x10"sv) + record(dns_type::ns, "\4abc"sv) +
                        record(dns_type::opt, "", "\0"sv) + record(dns_type::a, "\1\2\3"sv));
  REQUIRE(out.message);
  REQUIRE(out.authority.size() == 2);
  CHECK(out.authority[0].data == "ns.lab.test.");
  CHECK(out.authority[1].data == "\\# 4 04616263");
  REQUIRE(out.additional.size() == 1);
  CHECK(out.additional[0].data == "\\# 3 010203");
  CHECK(out.records.empty());
}

TEST_CASE("a question may be of another class, and only an answer of that is its own") {
  dns_question chaos = asked;
  chaos.type = dns_type::txt;
  chaos.record_class = 3;
  const std::string message = dns_question_message(own_id, chaos, false);
  CHECK(message.find(std::string{www_lab_test} + "\0\x10\0\3"s) == 12);
  std::string answer = message;
  answer[2] = '\x80';
  CHECK(answers_dns_question(bytes_of(answer), own_id, chaos));
  chaos.record_class = 4;
  CHECK_FALSE(answers_dns_question(bytes_of(answer), own_id, chaos));
  const auto out =
      read(answer_head{.answers = 1}.text() + record(dns_type::txt, "\2hi"sv, same_name, 3));
  REQUIRE(out.records.size() == 1);
  CHECK(out.records[0].record_class == 3);
  CHECK(out.records[0].data == "\"hi\"");
}

TEST_CASE("classes have words, and numbers where there is none") {
  CHECK(dns_class_text(1) == "IN");
  CHECK(dns_class_text(3) == "CH");
  CHECK(dns_class_text(9) == "CLASS9");
  CHECK(parse_dns_class("hs") == 4);
  CHECK(parse_dns_class("class65535") == 65535);
  CHECK_FALSE(parse_dns_class("65536"));
  CHECK_FALSE(parse_dns_class("CLASS65536"));
}

TEST_CASE("counts that promise more records than there are make no message") {
  const std::string one = record(dns_type::a, "\xc0\0\2\7"sv);
  CHECK_FALSE(read(answer_head{.answers = 2}.text() + one).message);
  CHECK_FALSE(read(answer_head{.answers = 0xffff}.text() + one).message);
  CHECK_FALSE(read(answer_head{.answers = 1, .additional = 1}.text() + one).message);
  CHECK_FALSE(read(answer_head{.questions = 0xffff}.text()).message);
  const auto fewer = read(answer_head{.answers = 1}.text() + one + one);
  REQUIRE(fewer.message);
  CHECK(fewer.records.size() == 1);
}

TEST_CASE("a name that leads to itself, ahead or out of the message is none") {
  const std::string head = answer_head{.answers = 1}.text();
  const auto at = static_cast<unsigned>(head.size());
  const auto with_name = [&](std::string_view name) {
    return read(head + record(dns_type::a, "\xc0\0\2\7"sv, name)).message.has_value();
  };
  CHECK(with_name("\1a\xc0\x0c"sv));
  CHECK_FALSE(with_name(u16(0xc000 | at)));          // itself
  CHECK_FALSE(with_name("\1a" + u16(0xc000 | at)));  // its own beginning
  CHECK_FALSE(with_name(u16(0xc000 | (at + 2))));    // ahead
  CHECK_FALSE(with_name(u16(0xffff)));               // beyond the end
  CHECK_FALSE(with_name("\xc0\2"sv));                // the header
  CHECK_FALSE(with_name("\x40\0"sv));                // an extended label
  CHECK_FALSE(with_name("\x80\0"sv));
  // Two names that lead to each other: the data of the first record, and the second's name.
  const std::string first = record(dns_type::ns, "\1x" + u16(0xc000 | (at + 12 + 4)));
  CHECK_FALSE(read(answer_head{.answers = 2}.text() + first +
                   record(dns_type::a, "\xc0\0\2\7"sv, u16(0xc000 | (at + 12))))
                  .message);
}

TEST_CASE("a chain of pointers makes no name longer than names may be") {
  std::string label = "\x3f" + std::string(63, 'a');
  // Each record's data is a label more, before the name of the record that came before it.
  std::string text = answer_head{.answers = 5, .name = "\0"sv}.text();
  unsigned before = 12;
  bool is_whole = true;
  for (int i = 0; i < 5; ++i) {
    const auto data_at = static_cast<unsigned>(text.size() + 1 + 10);
    text += record(dns_type::ns, label + u16(0xc000 | before), "\0"sv);
    before = data_at;
    const auto out = read(text);
    CHECK(out.records.size() == (i < 3 ? static_cast<std::size_t>(i) + 1 : 3U));
    is_whole = out.message.has_value();
  }
  CHECK_FALSE(is_whole);
}

TEST_CASE("bytes that mean something to a zone or a terminal are escaped in names and texts") {
  const auto out =
      read(answer_head{.answers = 1}.text() + record(dns_type::ptr, "\5\0\x1b.\\\xff\4a b\"\0"sv));
  REQUIRE(out.records.size() == 1);
  CHECK(out.records[0].data == R"(\000\027\.\\\255.a\032b\".)");
  CHECK(data_text(dns_type::txt, "\6a \"\\\n\x9b\0"sv) == R"("a \"\\\010\155" "")");
}

TEST_CASE("the data of each type is written as in a zone") {
  CHECK(data_text(dns_type::a, "\xff\0\0\1"sv) == "255.0.0.1");
  CHECK(data_text(dns_type::aaaa, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"sv) == "2001:db8::1");
  CHECK(data_text(dns_type::ns, "\2ns\xc0\x10"sv) == "ns.lab.test.");
  CHECK(data_text(dns_type::cname, "\0"sv) == ".");
  CHECK(data_text(dns_type::mx, "\0\12\xc0\x0c"sv) == "10 www.lab.test.");
  CHECK(data_text(dns_type::txt, "\3a b\1c"sv) == R"("a b" "c")");
  CHECK(data_text(dns_type::srv, "\0\1\0\2\x13\xc4\xc0\x0c"sv) == "1 2 5060 www.lab.test.");
  CHECK(data_text(dns_type::caa, "\0\5issueca.test"sv) == R"(0 issue "ca.test")");
  CHECK(data_text(dns_type::ds, "\x30\x39\xd\2\xab\xcd"sv) == "12345 13 2 abcd");
  CHECK(data_text(dns_type::dnskey, "\1\1\3\xd\0\1\2\3"sv) == "257 3 13 AAECAw==");
  CHECK(data_text(dns_type::dnskey, "\1\1\3\xd\xff\xfe\xfd"sv) == "257 3 13 //79");
  CHECK(data_text(dns_type::soa,
                  "\2ns\0\1h\xc0\x10\x78\xa4\x7d\x01\0\0\0\2\0\0\0\3\0\0\0\4\xff\xff\xff\xff"sv) ==
        "ns. h.lab.test. 2024045825 2 3 4 4294967295");
  CHECK(data_text(65, "\0\1\0"sv) == R"(\# 3 000100)");
  CHECK(data_text(65, ""sv) == R"(\# 0)");
  CHECK(data_text(dns_type::a, "\1\2"sv, 3) == R"(\# 2 0102)");
}

TEST_CASE("data that is not what its type asks for makes no message") {
  CHECK_FALSE(data_text(dns_type::a, "\1\2\3"sv));
  CHECK_FALSE(data_text(dns_type::a, "\1\2\3\4\5"sv));
  CHECK_FALSE(data_text(dns_type::aaaa, "\1\2\3\4"sv));
  CHECK_FALSE(data_text(dns_type::ns, ""sv));
  CHECK_FALSE(data_text(dns_type::ns, "\xc0\x0c\0"sv));
  CHECK_FALSE(data_text(dns_type::ns, "\4abc"sv));
  CHECK_FALSE(data_text(dns_type::mx, "\0"sv));
  CHECK_FALSE(data_text(dns_type::txt, "\5abc"sv));
  CHECK_FALSE(data_text(dns_type::srv, "\0\1\0\2\xc0\x0c"sv));
  CHECK_FALSE(data_text(dns_type::caa, "\0\5iss\x1b\x65x"sv));
  CHECK_FALSE(data_text(dns_type::caa, "\0\xffissue"sv));
  CHECK_FALSE(data_text(dns_type::ds, "\1\1\3"sv));
  CHECK_FALSE(data_text(dns_type::soa, "\0\0\0\0\0\1"sv));
}

TEST_CASE("the upper bits of a response code are where EDNS has them") {
  const auto out = read(answer_head{.flags = 0x8187, .additional = 1}.text() +
                        std::string{"\0\0\x29\x04\xd0\1\0\0\0\0\0"sv});
  REQUIRE(out.message);
  CHECK(out.message->rcode == 0x17);
}

TEST_CASE("64 KiB full of records of the longest names are read to their end") {
  std::string longest;
  for (int i = 0; i < 3; ++i)
    longest += "\x3f" + std::string(63, '\x1b');
  longest += "\x3d" + std::string(61, '\x1b') + '\0';
  std::string records;
  unsigned count = 0;
  const answer_head head{.name = longest};
  const std::string one = record(dns_type::cname, same_name);
  while (head.text().size() + records.size() + one.size() <= 0xffff) {
    records += one;
    ++count;
  }
  answer_head all = head;
  all.answers = count;
  const auto out = read(all.text() + records);
  REQUIRE(out.message);
  CHECK(out.records.size() == count);
  CHECK(out.records.back().data.size() == 250 * 4 + 4);
}

#include "store/checkpoint_record.hpp"

#include "support/catch.hpp"

#include <string>

using namespace muster;

namespace {

checkpoint_record sample() {
  checkpoint_record record;
  record.command = {{"the targets", "10.0.0.0/8\n\"odd\"\xff"}, {"--icmp", ""}};
  record.outputs = {{"a b.jsonl", 12'345'678'901}};
  record.done.add(0, 1000);
  record.done.add(1002);
  record.up_targets.add(7);
  record.reported = 900;
  record.not_up = 3;
  record.alarming = 2;
  record.finished = true;
  return record;
}

void check_refused(const std::string& text, const std::string& why) {
  const auto parsed = parse_checkpoint(text);
  CAPTURE(text);
  REQUIRE_FALSE(parsed);
  CHECK_THAT(parsed.error().message, Catch::Matchers::ContainsSubstring(why));
}

}  // namespace

TEST_CASE("a checkpoint is read back as it was written") {
  const checkpoint_record record = sample();
  const std::string text = render_checkpoint(record);
  CHECK(text.back() == '\n');
  const auto read = parse_checkpoint(text);
  REQUIRE(read);
  CHECK(read->done.intervals() == record.done.intervals());
  CHECK(read->up_targets.intervals() == record.up_targets.intervals());
  CHECK(read->reported == 900);
  CHECK(read->not_up == 3);
  CHECK(read->alarming == 2);
  CHECK(read->finished);
  REQUIRE(read->outputs.size() == 1);
  CHECK(read->outputs[0].path == "a b.jsonl");
  CHECK(read->outputs[0].bytes == 12'345'678'901);
  CHECK(command_difference(*read, record).empty());
}

TEST_CASE("a checkpoint that was cut short anywhere is refused") {
  const std::string text = render_checkpoint(sample());
  // Without its newline it is whole.
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    CHECK_FALSE(parse_checkpoint(text.substr(0, size)));
}

TEST_CASE("what is no checkpoint, or a damaged one, is refused with the reason") {
  check_refused("", "no checkpoint");
  check_refused("{}", "no checkpoint");
  check_refused("[1]", "no checkpoint");
  check_refused(R"({"muster_checkpoint":2})", "version 2");
  check_refused(std::string(100'000, '['), "no checkpoint");
  const auto with_done = [](const std::string& done) {
    return R"({"muster_checkpoint":1,"finished":false,"not_up":0,"done":)" + done +
           R"(,"up_targets":[],"outputs":[],"command":[]})";
  };
  CHECK(parse_checkpoint(with_done("[]")));
  // Written before it was counted how many of the numbers were of probes.
  REQUIRE(parse_checkpoint(with_done("[0,4,5,6]")));
  CHECK(parse_checkpoint(with_done("[0,4,5,6]"))->reported == 5);
  for (const char* done : {"[0]", "[4,4]", "[5,4]", "[0,4,4,6]", "[0,4,2,6]", "[-1,4]", "[0,1.5]",
                           "[0,\"4\"]", "7", "[0,99999999999999999999]"}) {
    check_refused(with_done(done), "");
  }
  check_refused(R"({"muster_checkpoint":1,"finished":false,"not_up":0,"done":[],)"
                R"("up_targets":[],"outputs":[{"path":"a"}],"command":[]})",
                "'outputs' is damaged");
  check_refused(R"({"muster_checkpoint":1,"finished":false,"not_up":0,"done":[],)"
                R"("up_targets":[],"outputs":[],"command":[["a"]]})",
                "'command' is damaged");
}

TEST_CASE("the first thing in which two commands differ is named") {
  const checkpoint_record then = sample();
  checkpoint_record now = sample();
  now.command[0].second = "10.0.0.0/9";
  CHECK(command_difference(then, now) ==
        "it has the targets 10.0.0.0/8\\x0a\"odd\"\\xff where this one has the targets 10.0.0.0/9");
  now = sample();
  now.command.pop_back();
  CHECK(command_difference(then, now) == "it has --icmp, too");
  CHECK(command_difference(now, then) == "this one has --icmp, too");
}

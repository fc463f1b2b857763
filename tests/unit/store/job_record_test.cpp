#include "store/job_record.hpp"

#include "store_samples.hpp"
#include "support/catch.hpp"
#include "targets/target_parts.hpp"

using namespace muster;

TEST_CASE("a packed list gives back any bytes") {
  const std::vector<std::vector<std::string>> lists{
      {}, {""}, {"", ""}, {"a", "b:c", "3:abc"}, {std::string{"\0\n\xff", 3}, "x"}};
  for (const auto& list : lists) {
    CHECK(unpack(pack(list)) == list);
  }
}

TEST_CASE("what was cut or changed is no list") {
  const std::string packed = pack({"first", "second"});
  for (std::size_t size = 1; size < packed.size(); ++size) {
    const auto cut = unpack(std::string_view{packed}.substr(0, size));
    if (cut) CHECK(*cut == std::vector<std::string>{"first"});
  }
  for (const char* text : {"5", ":", "x:abc", "-1:a", "99999999999999999999999:a", "4:abc"}) {
    CAPTURE(text);
    CHECK_FALSE(unpack(text));
  }
}

TEST_CASE("the targets of a task come back as their texts, the first one with its label") {
  const auto targets = unpack_targets(pack_targets({test::line("a b"), test::line("-x")}), "shop");
  REQUIRE(targets);
  REQUIRE(targets->size() == 2);
  CHECK(text_of((*targets)[0]) == "a b");
  REQUIRE((*targets)[0].parameters());
  CHECK((*targets)[0].parameters()->label == "shop");
  CHECK(text_of((*targets)[1]) == "-x");
  CHECK((*targets)[1].parameters() == nullptr);
  CHECK_FALSE(unpack_targets("", ""));
}

TEST_CASE("attempts come back as they were, and broken ones not at all") {
  const task_result sample = test::sample_task();
  const std::string packed = pack_attempts(*sample.attempts);
  const auto attempts = unpack_attempts(packed);
  REQUIRE(attempts);
  REQUIRE(attempts->size() == 2);
  CHECK((*attempts)[0].signal == 15);
  CHECK((*attempts)[0].reason == reason::command_timeout);
  CHECK((*attempts)[1].exit_code == 3);
  CHECK((*attempts)[1].took == std::chrono::milliseconds{1500});
  CHECK_FALSE(unpack_attempts(pack({"up", "", "0", "0"})));
  CHECK_FALSE(unpack_attempts(pack({"odd", "", "0", "0", "0"})));
  CHECK_FALSE(unpack_attempts(pack({"up", "", "0", "0", "later"})));
}

TEST_CASE("every status and every reason is found by its spelling") {
  for (const status one : all_statuses)
    CHECK(status_of(to_string(one)) == one);
  for (std::size_t i = 0; i < reason_count; ++i) {
    const auto one = static_cast<reason>(i);
    CHECK(reason_of(to_string(one)) == one);
  }
  CHECK_FALSE(status_of("odd"));
  CHECK_FALSE(reason_of("odd"));
}

TEST_CASE("what the end of a run cut off, or kept from starting, is not finished") {
  task_result result = test::sample_task();
  CHECK(is_finished(result));
  result.status = status::up;
  CHECK(is_finished(result));
  result.status = status::skipped;
  result.reason = reason::no_value;
  CHECK(is_finished(result));
  for (const reason why : {reason::interrupted, reason::run_deadline, reason::output_failed,
                           reason::too_many_failed, reason::bad_target}) {
    result.status = status::skipped;
    result.reason = why;
    CHECK_FALSE(is_finished(result));
    result.status = status::cancelled;
    CHECK_FALSE(is_finished(result));
  }
}

TEST_CASE("a job that does not run ended as its database says, or its note, or is lost") {
  const std::chrono::system_clock::time_point noon{std::chrono::hours{12}};
  const std::string note = pack_end({"failed", 3, "any: bytes\n", noon});
  job_state state;
  state.word = "done";
  note_end_of(state, note);
  CHECK(state.word == "done");
  state.word = "running";
  note_end_of(state, note);
  CHECK(state.word == "failed");
  CHECK(state.exit_code == 3);
  CHECK(state.problem == "any: bytes\n");
  CHECK(state.ended == noon);
  for (const std::string& broken :
       {std::string{}, note.substr(1), note + "1:x", std::string{"odd"}}) {
    job_state lost;
    lost.word = "running";
    note_end_of(lost, broken);
    CHECK(lost.word == "lost");
    CHECK_FALSE(lost.exit_code);
    CHECK_FALSE(lost.problem.empty());
  }
}

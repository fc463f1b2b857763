#include "cli/sweep.hpp"

#include <sys/stat.h>

using namespace muster::test;

TEST_CASE("a full disk is said so, naming the file, and is not a success") {
  struct stat ignored {};
  if (::stat("/dev/full", &ignored) != 0) MUSTER_SKIP("there is no /dev/full");
  const auto result = sweep({"127.0.0.1:1", "--json", "-o", "/dev/full"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "can't write /dev/full: No space left on device"));
  CHECK(lines_with(result.out, "\"target\"") == 1);
}

TEST_CASE("an output that can't be created stops the run before anything is probed") {
  const auto result = sweep({"127.0.0.1:1", "-o", "/nonexistent/x.json"});
  CHECK(result.exit_code == 3);
  CHECK(contains(result.err, "/nonexistent/x.json"));
  CHECK(contains(result.err, "No such file or directory"));
  CHECK(result.out.empty());
}

TEST_CASE("a target file that can't be read stops the run before anything is probed") {
  for (const char* path : {"/nonexistent/list", "/"}) {
    const auto result = sweep({"-iL", path});
    CAPTURE(path, result.err);
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, path));
  }
}

TEST_CASE("an exclude file that can't be read or understood stops the run") {
  temporary_directory directory;
  for (const char* path : {"/nonexistent/list", "/", "/proc/self/mem"}) {
    const auto unread = sweep({"127.0.0.1:1", "--exclude-file", path});
    CAPTURE(path, unread.err);
    CHECK(unread.exit_code == 3);
    CHECK(contains(unread.err, path));
    CHECK(unread.out.empty());
  }
  write_whole_file(directory.file("list"), "10.0.0.0/8\n10.0.0.999\n");
  const auto result = sweep({"127.0.0.1:1", "--exclude-file", directory.file("list")});
  CHECK(result.exit_code == 2);
  CHECK(contains(result.err, directory.file("list") + ":2: "));
}

TEST_CASE("excluded addresses are left out of a range") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "# printers\n127.0.0.3\n\n127.0.0.8/30\n");
  const auto result = sweep({"127.0.0.1-127.0.0.12", "--tcp", "1", "--json", "--exclude",
                             "127.0.0.1,127.0.0.2", "--exclude-file", directory.file("list")});
  CHECK(lines_with(result.out, "\"target\"") == 5);
  CHECK_FALSE(contains(result.out, R"("target":"127.0.0.3")"));
  CHECK_FALSE(contains(result.out, R"("target":"127.0.0.9")"));
}

TEST_CASE("a name that does not resolve is a result like any other") {
  MUSTER_NEED_LAB();  // where no name server can be reached
  const auto result = sweep({"no-such-host.invalid", "127.0.0.1:1", "--timeout", "1s", "--resolver",
                             "127.0.0.1", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, R"("status":"name_error")") == 1);
  CHECK(lines_with(result.out, "\"target\"") == 2);
}

TEST_CASE("few file descriptors slow a sweep down, but lose nothing") {
  const auto result = run({"sh", "-c",
                           "ulimit -n 64; exec " + std::string{MUSTER_BINARY} +
                               " sweep 127.0.0.0/24 --tcp 1-8 --rate 0 --json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, R"("status":"refused")") == 254 * 8);
}

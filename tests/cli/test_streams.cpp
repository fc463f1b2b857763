#include "cli/sweep.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace muster::test;
using namespace std::chrono_literals;

namespace {

/// A target that answers at once on any machine: nothing listens there.
std::string refusing_target(int i) { return "127.0.0." + std::to_string(i) + ":1"; }

/// With the address sanitizer: freed memory is not held back, so that memory can be compared.
constexpr const char* keep_nothing_freed =
    "ASAN_OPTIONS=quarantine_size_mb=1:thread_local_quarantine_size_kb=64";

}  // namespace

TEST_CASE("the first result comes before the last target is known, without another line") {
  process child{muster_command({"sweep"}), {.keep_stdin = true}};
  REQUIRE(child.write(refusing_target(1) + "\n"));
  CHECK(child.wait_for_output(refusing_target(1), 10s));
  REQUIRE(child.write(refusing_target(2) + "\n"));
  CHECK(child.wait_for_output(refusing_target(2), 10s));
  child.close_stdin();
  const auto result = child.wait();
  CHECK(result.exit_code == 1);
  CHECK(contains(result.err, "2 probes in"));
}

TEST_CASE("a last line without a newline is a target too") {
  const auto result =
      sweep({"-", "--json"}, {.input = refusing_target(1) + "\n" + refusing_target(2)});
  CHECK(lines_with(result.out, "\"target\"") == 2);
}

TEST_CASE(
    "arguments, files and standard input are probed together, each target tagged as written") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), "# comment\n\n" + refusing_target(2) + "  # trailing\n");
  const auto result = sweep({refusing_target(1), "-iL", directory.file("list"), "-", "--json"},
                            {.input = refusing_target(3)});
  CAPTURE(result.out, result.err);
  for (int i = 1; i <= 3; ++i) {
    CHECK(contains(result.out, R"("target":")" + refusing_target(i) + "\""));
  }
  CHECK(lines_with(result.out, "\"target\"") == 3);
}

TEST_CASE(
    "a closed standard stream is empty or can't be written to, and no socket takes its place") {
  const auto shell = [](const std::string& rest) {
    return run({"sh", "-c", std::string{MUSTER_BINARY} + " sweep " + rest});
  };
  const auto no_input = shell("<&-");
  CHECK(no_input.exit_code == 2);
  CHECK(contains(no_input.err, "there was no target to probe"));
  const auto no_output = shell(refusing_target(1) + " >&-");
  CHECK(no_output.exit_code == 3);
  CHECK(contains(no_output.err, "can't write"));
  const auto no_error = shell(refusing_target(1) + " 2>&- <&-");
  CHECK(no_error.exit_code == 1);
  CHECK(contains(no_error.out, refusing_target(1)));
}

TEST_CASE("standard input may be a regular file") {
  temporary_directory directory;
  write_whole_file(directory.file("list"), refusing_target(1) + "\n");
  const auto result =
      run({"sh", "-c", std::string{MUSTER_BINARY} + " sweep --json < " + directory.file("list")});
  CHECK(lines_with(result.out, "\"target\"") == 1);
  const auto empty = run({"sh", "-c", std::string{MUSTER_BINARY} + " sweep < /dev/null"});
  CHECK(empty.exit_code == 2);
  CHECK(contains(empty.err, "there was no target to probe"));
}

TEST_CASE("a pipe that is named as a file holds up nothing while it has no line to give") {
  temporary_directory directory;
  const std::string path = directory.file("pipe");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  process child{muster_command({"sweep", "-iL", path, "--json"})};
  const int writer = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const auto write_line = [&](int i) {
    const std::string line = refusing_target(i) + "\n";
    return ::write(writer, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  };
  CHECK(write_line(1));
  CHECK(child.wait_for_output(refusing_target(1), 10s));
  CHECK(write_line(2));
  CHECK(child.wait_for_output(refusing_target(2), 10s));
  SECTION("its end is the end of the list") {
    ::close(writer);
    const auto result = child.wait();
    CHECK(result.exit_code == 1);
    CHECK(contains(result.err, "2 probes in"));
  }
  SECTION("Ctrl-C is heard") {
    child.send_signal(SIGINT);
    const auto result = child.wait();
    ::close(writer);
    CHECK(result.exit_code == 130);
    CHECK(contains(result.err, "2 probes in"));
  }
}

TEST_CASE("a reader that takes nothing holds up neither Ctrl-C nor the deadline") {
  temporary_directory directory;
  const std::string path = directory.file("pipe.jsonl");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const int reader = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  std::vector<std::string> words{"sweep", "127.0.0.0/18", "--tcp", "1", "--json", "-o", path};
  SECTION("Ctrl-C") {
    words.insert(words.end(), {"--rate", "0"});
    process child{muster_command(words)};
    const auto until = std::chrono::steady_clock::now() + 20s;
    for (int waiting = 0; waiting < 60'000;) {
      REQUIRE(std::chrono::steady_clock::now() < until);
      child.wait_for_output("nothing that it says", 10ms);  // a pause
      REQUIRE(::ioctl(reader, FIONREAD, &waiting) == 0);
    }
    child.send_signal(SIGINT);
    const auto result = child.wait();
    CHECK(result.exit_code == 130);
    CHECK(contains(result.err, path + ": its reader takes nothing"));
  }
  SECTION("the deadline") {
    while (::write(reader, "x", 1) == 1) {
    }  // nothing more goes into it, from the first result on
    words.insert(words.end(), {"--deadline", "300ms"});
    const auto result = run(muster_command(words));
    CHECK(result.exit_code == 3);
    CHECK(contains(result.err, path + ": its reader takes nothing"));
  }
  ::close(reader);
}

TEST_CASE("a file is not read and written at once, nor written twice") {
  temporary_directory directory;
  const std::string list = directory.file("list.csv");
  const std::string out = directory.file("out.jsonl");
  write_whole_file(list, refusing_target(1) + "\n");
  std::filesystem::create_symlink(list, directory.file("link.csv"));
  const auto refused = [](std::vector<std::string> words) {
    const auto result = sweep(std::move(words));
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "the same file"));
  };
  refused({"-iL", list, "-o", list});
  refused({"-iL", list, "-o", directory.file("link.csv")});
  refused({refusing_target(1), "--exclude-file", list, "-o", list});
  refused({refusing_target(1), "-o", out, "-o", directory.file("./out.jsonl")});
  refused({refusing_target(1), "-o", out, "--checkpoint", out});
  // Not there yet, and named in two ways.
  const auto relative = run({"sh", "-c", R"(cd "$0" && exec "$@")", directory.path(), MUSTER_BINARY,
                             "sweep", refusing_target(1), "-o", "new.csv", "-o", "./new.csv"});
  CHECK(relative.exit_code == 2);
  CHECK(contains(relative.err, "the same file"));
  CHECK(read_whole_file(list) == refusing_target(1) + "\n");
}

TEST_CASE("a sweep that can't begin leaves the files of earlier results as they are") {
  temporary_directory directory;
  const std::string old = directory.file("old.csv");
  write_whole_file(old, "results of old\n");
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--strict", "10.0.0.0/33"},
        {"-iL", directory.file("none")},
        {"127.0.0.1", "--resolver", "no address"},
        {"127.0.0.1", "--checkpoint", directory.file("none/checkpoint")}}) {
    std::vector<std::string> words{"-o", old};
    words.insert(words.end(), more.begin(), more.end());
    const auto result = sweep(std::move(words));
    CAPTURE(result.err);
    CHECK((result.exit_code == 2 || result.exit_code == 3));
    CHECK(read_whole_file(old) == "results of old\n");
  }
}

TEST_CASE("a bad line is reported with its file, line and reason, and stops nothing else") {
  temporary_directory directory;
  write_whole_file(directory.file("list"),
                   refusing_target(1) + "\n10.0.0.0/33\n" + refusing_target(2) + "\n");
  const auto result = sweep({"-iL", directory.file("list"), "--json"});
  CAPTURE(result.err);
  CHECK(lines_with(result.out, "\"target\"") == 2);
  CHECK(contains(result.err, directory.file("list") + ":2: "));
  CHECK(contains(result.err, "10.0.0.0/33"));
  CHECK(result.exit_code == 1);
}

TEST_CASE("several outputs at once, each in the format of its suffix") {
  temporary_directory directory;
  const auto result =
      sweep({refusing_target(1), refusing_target(2), "-o", directory.file("a.jsonl"), "-o",
             directory.file("b.csv"), "-o", directory.file("c.txt"), "-q"});
  CHECK(result.out.empty());
  CHECK(lines_with(read_whole_file(directory.file("a.jsonl")), "\"target\"") == 2);
  CHECK(lines_with(read_whole_file(directory.file("b.csv")), "127.0.0.") == 2);
  CHECK(lines_with(read_whole_file(directory.file("b.csv")), "status") == 1);
  CHECK(lines_with(read_whole_file(directory.file("c.txt")), "refused") == 2);
}

TEST_CASE("three million lines of a pipe take no more memory than thirty thousand") {
  // Every thirtieth line is probed, the others are excluded, which makes the test short.
  const auto peak_kib = [](int lines) {
    process child{muster_command(
                      {"sweep", "-", "--tcp", "1", "--rate", "0", "--exclude", "10.0.0.0/8", "-q"}),
                  {.keep_stdin = true, .environment = {keep_nothing_freed}}};
    std::string piece;
    for (int i = 0; i < lines; ++i) {
      const std::string end = std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255) + "\n";
      piece += (i % 30 == 0 ? "127.7." : "10." + std::to_string(i >> 16) + ".") + end;
      if (piece.size() < 60'000 && i + 1 < lines) continue;
      REQUIRE(child.write(piece));
      piece.clear();
    }
    // Lines are read as there is room for them: when this one is, those before it have been.
    REQUIRE(child.write("10.0.0.0/33\n"));
    REQUIRE(child.wait_for_error_output("10.0.0.0/33", 90s));
    const long kib = child.peak_rss_kib();
    child.close_stdin();
    CHECK(lines_with(child.wait().err, " probes in ") == 1);
    return kib;
  };
  const long few = peak_kib(30'000);
  const long many = peak_kib(3'000'000);
  CAPTURE(few, many);
  CHECK(few > 0);
  CHECK(many < few + few / 4);
}

TEST_CASE("results go to standard output, and everything else to standard error") {
  const auto result = sweep({refusing_target(1), refusing_target(2), "10.0.0.0/33", "--json"});
  CAPTURE(result.out, result.err);
  CHECK(lines_with(result.out, "") == 2);
  CHECK(lines_with(result.out, R"("target":"127.0.0.)") == 2);
  CHECK(contains(result.err, "10.0.0.0/33"));
  CHECK(contains(result.err, "2 probes in"));
}

TEST_CASE("a reader that goes away ends the run quietly") {
  const auto result = run(
      {"sh", "-c",
       "yes 127.0.0.1:1 | " + std::string{MUSTER_BINARY} + " sweep --json --rate 0 | head -n 3"});
  CHECK(lines_with(result.out, "\"target\"") == 3);
  CHECK(result.err.empty());
}

TEST_CASE("Ctrl-C on an endless pipe ends the run with what is done") {
  process child{muster_command({"sweep", "--json"}), {.keep_stdin = true}};
  REQUIRE(child.write(refusing_target(1) + "\n"));
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  child.send_signal(SIGINT);
  const auto result = child.wait();
  CHECK(result.exit_code == 130);
  CHECK(lines_with(result.out, "\"target\"") == 1);
  CHECK(contains(result.err, "1 probe in"));
}

TEST_CASE("the order of rates is kept: so many starts a second and no more") {
  const auto result = sweep({"127.0.0.1-127.0.0.50", "--tcp", "1", "--rate", "100", "--json"});
  CHECK(lines_with(result.out, "\"target\"") == 50);
  CHECK(result.wall >= 450ms);
}

TEST_CASE("a Ctrl-C that ends the reader of the pipe, too, still leaves the summary") {
  // The whole pipeline gets the signal, as from a terminal; its reader dies of it.
  process child{{"setsid", "sh", "-c",
                 "trap 'wait' INT; yes 127.0.0.1:1 | " + std::string{MUSTER_BINARY} +
                     " sweep --json --rate 100 | env --default-signal=INT cat & wait"}};
  REQUIRE(child.wait_for_output("127.0.0.1", 10s));
  ::kill(-child.pid(), SIGINT);
  const auto result = child.wait();
  CAPTURE(result.err);
  CHECK(contains(result.err, "stopped early by Ctrl-C"));
}

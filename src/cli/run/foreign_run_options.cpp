#include "cli/foreign_option_tables.hpp"

#include <array>

namespace muster {
namespace {

constexpr auto known = std::to_array<foreign_option>({
    {"j jobs max-procs throttle throttlelimit maxthreads",
     "-P N (--max-in-flight N) says how many tasks run at once"},
    {"n N L X m max-args max-lines max-replace-args xargs",
     "--batch MAX gives a command several targets"},
    {"I i replace-str",
     "{} in the command stands for the target; --replace STR has STR stand for it"},
    {"k keep-order", "--ordered reports in the order of the targets"},
    {"a arg-file", "-iL FILE reads targets from a file"},
    {"delay", "--rate N starts N tasks a second; 0.5 is one every 2 seconds"},
    {"count repeat",
     "a target that comes again is run again: yes TARGET | head -n 5 | muster run …"},
    {"eta bar progress showprogress",
     "progress is shown on a terminal by itself, with the time left; --no-progress hides it"},
    {"results files", "--log-dir DIR writes a file for each target"},
    {"workdir wd working-directory", "--cwd DIR is where the command runs"},
    {"u ungroup lb line-buffer linebuffer", "--tag shows lines as they come"},
    {"timeoutseconds maxrunseconds runspacetimeout",
     "--timeout TIME is for each task, --deadline TIME for the run"},
    {"resume-failed retry-failed", "--resume FILE runs what has failed, too"},
    {"d delimiter", "a line is a target: tr , '\\n' | muster run …; with -0, what ends in NUL"},
    {"r no-run-if-empty", "nothing is run where there is no target"},
    {"v verbose", "--dry-run shows the commands, --tag what they write"},
    {"colsep", "rows are CSV or JSON lines, and {NAME} is a column of them"},
    {"pipe", "--stdin --batch MAX gives a command lines on standard input"},
    {"S sshlogin sshloginfile", "ssh is a command like others: -- ssh {} uptime"},
    {"tagstring", "--tag shows each line with its target"},
    {"shuf", "--randomize runs targets in random order"},
    {"nice", "tasks inherit it: nice muster run …"},
    {"halt-on-error", "--halt 1 stops at the first task that fails"},
});

}  // namespace

std::span<const foreign_option> foreign_options_of_run() { return known; }

}  // namespace muster

#include "cli/command_parser.hpp"
#include "cli/exit_code.hpp"
#include "cli/say.hpp"
#include "cli/standard_streams.hpp"
#include "net/privileges.hpp"

#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

int run_command(int argc, char** argv) {
  muster::claim_standard_streams();
  if (muster::runs_as_another()) {
    muster::say(fmt::format(
        "it is set-user-ID or set-group-ID, and does not run so: whoever may start it could read\n"
        "and write its owner's files. Take the bit away; raw sockets need no more than a "
        "capability:\n"
        "  sudo chmod ug-s {0}\n"
        "  sudo setcap cap_net_raw+ep {0}",
        muster::own_program()));
    return muster::exit_code::cannot;
  }
  const muster::command::words typed(argv + 1, argv + argc);
  muster::command_parser line;
  try {
    line.parse(typed);
  } catch (const CLI::Success& done) {
    const int code = line.parser().exit(done);
    return std::cout.flush() ? code : muster::exit_code::cannot;
  } catch (const CLI::ParseError& error) {
    return line.complain(error);
  }
  // Failed writes are reported as what they are, also those past a limit on the size of files.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  return line.chosen().run(typed);
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run_command(argc, argv);
  muster::standard_error().flush();
  return code;
}

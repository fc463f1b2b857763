#pragma once

#include <optional>
#include <string>

namespace muster {

/// The interpreter that a script's `#!` line asks for, and why it can't be run.
struct interpreter_fault {
  std::string name;  ///< As it is written: any bytes but blanks and line ends.
  int error = 0;     ///< An errno.
};

/// What keeps the script at this path from being run although it is there; nothing when it is no
/// script, or its interpreter is in order. A relative interpreter is looked for from `directory`,
/// where the script is to run; empty for this process's own.
std::optional<interpreter_fault> find_interpreter_fault(const std::string& path,
                                                        const std::string& directory);

/// "bad interpreter /bin/perl6: No such file or directory", and what to do about it.
std::string describe(const interpreter_fault& fault);

}  // namespace muster

#pragma once

namespace muster::exit_code {

inline constexpr int all_up = 0;         ///< Every target is up.
inline constexpr int not_all_up = 1;     ///< Some target is not.
inline constexpr int usage = 2;          ///< Bad usage, or bad input under --strict.
inline constexpr int cannot = 3;         ///< muster could not do the job.
inline constexpr int bug = 70;           ///< The accounting does not add up.
inline constexpr int time_up = 124;      ///< jobs wait: the time is up, as with timeout(1).
inline constexpr int interrupted = 130;  ///< Ctrl-C or SIGTERM.
inline constexpr int output_gone = 141;  ///< The reader of standard output went away.

}  // namespace muster::exit_code

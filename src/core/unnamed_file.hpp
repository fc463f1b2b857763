#pragma once

#include <string>

#include <sys/types.h>

namespace muster {

/// Opens a file in `directory`, for reading and writing by its user alone, that never has a name to
/// be found by. -1 with `errno` when it can't.
int open_scratch_file(const std::string& directory);

/// Opens a file in `directory`, for writing, that has no name until `give_name`, so nothing is left
/// behind however this process ends. -1 with `errno` when it can't; EOPNOTSUPP when this file
/// system has no such files, or there is no /proc, through which they get their names.
int open_unnamed_file(const std::string& directory, mode_t mode);

/// Names such a file; false with `errno` when it can't, as where something has the name already.
bool give_name(int descriptor, const std::string& path);

}  // namespace muster

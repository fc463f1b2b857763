#include "net/hosts_file.hpp"

#include "core/file_state.hpp"
#include "net/small_file.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace muster {

const codec::hosts_table& hosts_file::table() {
  struct stat now {};
  if (::stat(path_.c_str(), &now) != 0) now = {};
  if (is_same_state(now, seen_)) return table_;
  std::string text;
  const int error = read_regular_file(path_, bytes_max, text);
  if (error == EMFILE || error == ENFILE) return table_;
  table_ = codec::hosts_table{error == 0 ? std::move(text) : std::string{}};
  seen_ = now;
  return table_;
}

}  // namespace muster

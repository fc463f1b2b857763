#include "net/hosts_file.hpp"

#include "core/file_state.hpp"
#include "net/small_file.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace muster {

const codec::hosts_table& hosts_file::table(time_point now) {
  if (looked_ && now - *looked_ < look_pause) return table_;
  looked_ = now;
  struct stat as_it_is {};
  if (::stat(path_.c_str(), &as_it_is) != 0) as_it_is = {};
  if (is_same_state(as_it_is, seen_)) return table_;
  std::string text;
  const int error = read_regular_file(path_, bytes_max, text);
  if (error == EMFILE || error == ENFILE) return table_;
  table_ = codec::hosts_table{error == 0 ? std::move(text) : std::string{}};
  seen_ = as_it_is;
  return table_;
}

}  // namespace muster

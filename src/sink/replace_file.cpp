#include "sink/replace_file.hpp"

#include "muster/sink.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

/// Makes a rename in the directory of `path` last. Some file systems can't; the rename stands.
void sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::error_code replace_file(const std::string& path, std::string_view text) {
  try {
    output_file file = output_file::create_aside(path);
    file.buffer() = text;
    if (const auto error = file.sync()) return error;
    file.commit();
    if (!file.error()) sync_directory_of(path);
    return file.error();
  } catch (const std::system_error& failure) {
    return failure.code();
  }
}

}  // namespace muster

#include "core/lazy_library.hpp"

#include <fmt/format.h>

#include <dlfcn.h>

namespace muster {
namespace {

[[noreturn]] void fail(const lazy_library& library) {
  const char* const why = ::dlerror();
  std::string text = why ? why : library.soname;
  if (*library.package != '\0') {
    text += fmt::format("; on Debian: apt-get install {}", library.package);
  }
  throw library_missing{text};
}

}  // namespace

void* load(const lazy_library& library) {
  // All of it at once: what it lacks is then known before any of it is used. It stays for good, as
  // it may have left something to be done at the end of the process.
  void* const loaded = ::dlopen(library.soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!loaded) fail(library);
  return loaded;
}

void* find_function(void* loaded, const lazy_library& library, const char* name) {
  void* const found = ::dlsym(loaded, name);
  if (!found) fail(library);
  return found;
}

}  // namespace muster

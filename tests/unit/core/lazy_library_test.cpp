#include "core/lazy_library.hpp"

#include "support/catch.hpp"

#include <string>

#include <fnmatch.h>

extern "C" int muster_function_of_no_library(int number);

namespace muster::test {
namespace {

constexpr lazy_library c_library{"libc.so.6", "libc6"};
constexpr lazy_library of_nobody{"libmuster-of-nobody.so.7", ""};
constexpr lazy_library packaged{"libmuster-of-nobody.so.7", "libmuster-of-nobody7"};

// NOLINTBEGIN(readability-identifier-naming)
MUSTER_LAZY_FUNCTION(c_library, fnmatch);
MUSTER_LAZY_FUNCTION(c_library, muster_function_of_no_library);
// NOLINTEND(readability-identifier-naming)

template <class Call>
std::string what_is_missing(const Call& call) {
  try {
    call();
    return "nothing";
  } catch (const library_missing& missing) {
    return missing.what();
  }
}

}  // namespace

TEST_CASE("a function of a library that is loaded late is called as any other") {
  CHECK(fnmatch("*.example", "www.example", 0) == 0);
  CHECK(fnmatch("*.example", "example", 0) == FNM_NOMATCH);
}

TEST_CASE("a library that is missing is told of by its name and package, each time") {
  for (int i = 0; i < 2; ++i) {
    const std::string plain = what_is_missing([] { load(of_nobody); });
    CHECK(plain.starts_with("libmuster-of-nobody.so.7: cannot open"));
    CHECK(plain.find("apt-get") == plain.npos);
    CHECK(what_is_missing([] {
            load(packaged);
          }).ends_with("; on Debian: apt-get install libmuster-of-nobody7"));
  }
}

TEST_CASE("a library of another version is told of by what it lacks") {
  const std::string said = what_is_missing([] { muster_function_of_no_library(1); });
  CHECK(said.find("libc.so.6: undefined symbol: muster_function_of_no_library") != said.npos);
}

}  // namespace muster::test

#pragma once

// Catch2, v2 as Debian 12 has it or v3.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

// What the tests use of it, by the names that v3 has.
namespace Catch {
using Detail::Approx;
namespace Matchers {
inline auto ContainsSubstring(const std::string& text) { return Contains(text); }
}  // namespace Matchers
}  // namespace Catch
#endif

#include <iostream>
#include <string>

/// Ends a test case that lacks a right or a program it needs; CTest counts it as skipped.
#define MUSTER_SKIP(why)                       \
  do {                                         \
    std::cout << "skipped: " << (why) << '\n'; \
    SUCCEED(why);                              \
    return;                                    \
  } while (false)

/// Ends a test case that needs a terminal where none can be made (support/process.hpp).
#define MUSTER_NEED_TERMINAL() \
  if (const auto why = muster::test::why_no_terminal(); !why.empty()) MUSTER_SKIP(why)

/// Skips a test of what memory the command takes where the sanitizer takes more than all else.
#ifdef MUSTER_TEST_SANITIZED
#define MUSTER_NEED_TRUE_MEMORY() MUSTER_SKIP("under AddressSanitizer memory is not what it is")
#else
#define MUSTER_NEED_TRUE_MEMORY() static_cast<void>(0)
#endif

#pragma once

#include <cerrno>

#include <sys/syscall.h>
#include <unistd.h>

namespace muster {

/// A system call that is nothing else: it leaves errno alone, and gives a negative errno. For a
/// process that shares its memory, errno included, with one that runs on beside it.
#if defined(__x86_64__)
inline constexpr bool calls_are_direct = true;

[[gnu::always_inline]] inline long direct_call(long number, long a = 0, long b = 0, long c = 0,
                                               long d = 0, long e = 0) {
  long result;
  register long fourth asm("r10") = d;
  register long fifth asm("r8") = e;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
               : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
inline constexpr bool calls_are_direct = true;

[[gnu::always_inline]] inline long direct_call(long number, long a = 0, long b = 0, long c = 0,
                                               long d = 0, long e = 0) {
  register long call asm("x8") = number;
  register long first asm("x0") = a;
  register long second asm("x1") = b;
  register long third asm("x2") = c;
  register long fourth asm("x3") = d;
  register long fifth asm("x4") = e;
  asm volatile("svc #0"
               : "+r"(first)
               : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
               : "memory");
  return first;
}
#else
inline constexpr bool calls_are_direct = false;

inline long direct_call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  const long result = ::syscall(number, a, b, c, d, e);
  return result < 0 ? -errno : result;
}
#endif

template <typename T>
[[gnu::always_inline]] inline long as_word(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

}  // namespace muster

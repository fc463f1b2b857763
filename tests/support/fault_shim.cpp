// A library to be preloaded into a command. The first MUSTER_FAULT_COUNT calls of MUSTER_FAULT_CALL
// (socket, connect, send, epoll_ctl) that concern a TCP socket, or clone, fail with
// MUSTER_FAULT_ERRNO; all others are the C library's own.
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <string_view>

#include <dlfcn.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace {

bool fails(std::string_view call) {
  static const char* const wanted = std::getenv("MUSTER_FAULT_CALL");
  static const char* const code = std::getenv("MUSTER_FAULT_ERRNO");
  static const char* const count = std::getenv("MUSTER_FAULT_COUNT");
  static long left = count != nullptr ? std::atol(count) : 0;
  if (wanted == nullptr || code == nullptr || call != wanted || left == 0) return false;
  --left;
  errno = std::atoi(code);
  return true;
}

bool is_tcp(int socket) {
  int type = 0;
  socklen_t size = sizeof type;
  const int error_before = errno;
  const bool stream =
      getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
  errno = error_before;
  return stream;
}

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int socket(int domain, int type, int protocol) noexcept {
  static const auto next = original<int(int, int, int)>("socket");
  if ((type & 0xf) == SOCK_STREAM && fails("socket")) return -1;
  return next(domain, type, protocol);
}

int connect(int descriptor, const sockaddr* to, socklen_t size) {
  static const auto next = original<int(int, const sockaddr*, socklen_t)>("connect");
  if (is_tcp(descriptor) && fails("connect")) return -1;
  return next(descriptor, to, size);
}

ssize_t send(int descriptor, const void* bytes, std::size_t size, int flags) {
  static const auto next = original<ssize_t(int, const void*, std::size_t, int)>("send");
  if (is_tcp(descriptor) && fails("send")) return -1;
  return next(descriptor, bytes, size, flags);
}

int clone(int (*begin)(void*), void* stack, int flags, void* argument, ...) noexcept {
  static const auto next =
      original<int(int (*)(void*), void*, int, void*, void*, void*, void*)>("clone");
  if (fails("clone")) return -1;
  va_list more;
  va_start(more, argument);
  void* const parent_number = va_arg(more, void*);
  void* const thread_storage = va_arg(more, void*);
  void* const child_number = va_arg(more, void*);
  va_end(more);
  return next(begin, stack, flags, argument, parent_number, thread_storage, child_number);
}

int epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) noexcept {
  static const auto next = original<int(int, int, int, epoll_event*)>("epoll_ctl");
  if (operation == EPOLL_CTL_ADD && is_tcp(descriptor) && fails("epoll_ctl")) return -1;
  return next(epoll, operation, descriptor, event);
}

}  // extern "C"

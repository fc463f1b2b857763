#include "net/descriptor_limit.hpp"

#include <algorithm>

namespace muster {
namespace {

// For standard streams, outputs, the event loop, ICMP sockets and name servers.
constexpr std::size_t descriptors_reserved = 64;

// The limit is the process's, and so is what it was.
std::optional<rlimit>& original() {
  static std::optional<rlimit> limit;
  return limit;
}

class descriptor_pool final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;
  explicit descriptor_pool(asio::io_context& context)
      : service{context}, permits{context.get_executor(), descriptors_to_spare()} {}

  semaphore permits;

 private:
  void shutdown() override {}
};

}  // namespace

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0 && !original()) original() = before;
}

const std::optional<rlimit>& original_descriptor_limit() { return original(); }

std::size_t descriptors_to_spare() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return descriptors_reserved;
  const auto all = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 30));
  return std::max<std::size_t>(all - std::min(descriptors_reserved, all / 2), 1);
}

semaphore& shared_descriptors(asio::io_context& context) {
  semaphore& permits = asio::use_service<descriptor_pool>(context).permits;
  permits.set_limit(descriptors_to_spare());  // which may have changed since it was made
  return permits;
}

}  // namespace muster

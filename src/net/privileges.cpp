#include "net/privileges.hpp"

#include "command/shell_words.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace muster {
namespace {

// Version 3 has 64 capabilities, in two words. There is no wrapper for these calls in libc, and
// libcap would be a library for two lines.
struct capabilities {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> words{};

  bool get() { return ::syscall(SYS_capget, &header, words.data()) == 0; }
  bool set() { return ::syscall(SYS_capset, &header, words.data()) == 0; }
};

constexpr std::uint32_t bit(unsigned capability) { return 1U << capability % 32; }

}  // namespace

bool may_open_raw_sockets() {
  capabilities own;
  return own.get() && (own.words[CAP_NET_RAW / 32].effective & bit(CAP_NET_RAW)) != 0;
}

std::string own_program() {
  std::error_code missing;
  const std::string path = std::filesystem::read_symlink("/proc/self/exe", missing).string();
  if (missing) return "PROGRAM";
  std::string word;
  append_shell_word(word, path);
  return word;
}

// AT_SECURE would not do: a capability of the file's sets it, too.
bool runs_as_another() { return ::geteuid() != ::getuid() || ::getegid() != ::getgid(); }

void drop_capabilities(ends_others kill) {
  capabilities own;
  if (!own.get()) return;
  static_assert(CAP_DAC_OVERRIDE < 32 && CAP_DAC_READ_SEARCH < 32 && CAP_KILL < 32);
  std::uint32_t kept = bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH);
  if (kill == ends_others::yes) kept |= bit(CAP_KILL);
  for (std::size_t i = 0; i < own.words.size(); ++i) {
    const std::uint32_t keep = i == 0 ? kept : 0;
    own.words[i].effective &= keep;
    own.words[i].permitted &= keep;
    own.words[i].inheritable &= keep;
  }
  own.set();
}

}  // namespace muster

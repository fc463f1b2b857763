// Strategy: one file for all texts, written at its end only, as a descriptor each would be too
// many. A text is the list of where its pieces are; what is dropped becomes a hole, and once
// nothing is left the file begins anew.
#include "core/spool.hpp"

#include "core/unnamed_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

off_t offset(std::uint64_t at) { return static_cast<off_t>(at); }

}  // namespace

std::string spool::directory() {
  const char* const named = std::getenv("TMPDIR");
  return named && *named ? named : "/tmp";
}

spool::~spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void spool::fail(int code) {
  if (!error_) error_ = std::error_code{code, std::generic_category()};
}

bool spool::open() {
  if (descriptor_ >= 0) return true;
  descriptor_ = open_scratch_file(directory());
  if (descriptor_ < 0) fail(errno);
  return descriptor_ >= 0;
}

void spool::append(text& to, std::string_view bytes) {
  if (bytes.empty() || error_ || !open()) return;
  const std::uint64_t begin = end_;
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset(end_));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return fail(put == 0 ? EIO : errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    end_ += static_cast<std::uint64_t>(put);
  }
  const std::uint64_t added = end_ - begin;
  to.bytes_ += added;
  held_ += added;
  const bool goes_on =
      !to.extents_.empty() && to.extents_.back().at + to.extents_.back().bytes == begin;
  if (goes_on) {
    to.extents_.back().bytes += added;
  } else {
    to.extents_.push_back({begin, added});
  }
}

bool spool::read(const text& from, const std::function<void(std::string_view)>& take) {
  std::array<char, piece_bytes> piece;
  for (const auto& [at, bytes] : from.extents_) {
    for (std::uint64_t done = 0; done < bytes;) {
      const auto wanted =
          static_cast<std::size_t>(std::min<std::uint64_t>(bytes - done, piece.size()));
      const ssize_t got = ::pread(descriptor_, piece.data(), wanted, offset(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        fail(got == 0 ? EIO : errno);
        return false;
      }
      take({piece.data(), static_cast<std::size_t>(got)});
      done += static_cast<std::uint64_t>(got);
    }
  }
  return true;
}

void spool::drop(text& which) {
  for (const auto& [at, bytes] : which.extents_) {
    // Where holes can't be made, the room is given back with the file.
    ::fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset(at), offset(bytes));
    held_ -= bytes;
  }
  which = {};
  if (held_ > 0 || end_ == 0) return;
  if (::ftruncate(descriptor_, 0) == 0) end_ = 0;
}

}  // namespace muster

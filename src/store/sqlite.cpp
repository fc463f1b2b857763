#include "store/sqlite.hpp"

#include "lazy/sqlite.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

namespace muster {
namespace {

// NOLINTBEGIN(readability-identifier-naming)
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_bind_blob64);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_bind_int64);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_bind_null);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_bind_text64);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_busy_timeout);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_close_v2);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_column_blob);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_column_bytes);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_column_int64);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_column_type);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_errmsg);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_errstr);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_exec);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_extended_errcode);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_file_control);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_finalize);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_last_insert_rowid);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_open_v2);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_prepare_v3);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_reset);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_step);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_system_errno);
MUSTER_LAZY_FUNCTION(lazy::sqlite, sqlite3_wal_checkpoint_v2);
// NOLINTEND(readability-identifier-naming)

std::string explain(const std::string& path, sqlite3* connection, int code) {
  const int system_error = connection ? sqlite3_system_errno(connection) : 0;
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fmt::format("{} is damaged ({})", path, sqlite3_errstr(code & 0xff));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fmt::format("{} is in use by another program, which does not let it go", path);
    case SQLITE_FULL:
      return fmt::format("can't write {}: no space left on the device", path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (code == SQLITE_CANTOPEN_SYMLINK) {
        return fmt::format("can't use {}: it is a symbolic link, which a job's files never are",
                           path);
      }
      if (system_error != 0) {
        return fmt::format("can't use {}: {}", path, std::strerror(system_error));
      }
      [[fallthrough]];
    default:
      return fmt::format("can't use {}: {}", path,
                         connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
  }
}

/// Whether the file begins with what none of our databases does. SQLite has many words for that,
/// such as that the file is read-only, as each of these bytes means something to it; some it passes
/// over. It is read by way of SQLite, as to close a descriptor of our own would let go of its
/// locks.
bool has_foreign_header(sqlite3* connection) {
  std::array<unsigned char, 100> header{};
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (!file || !file->pMethods || file->pMethods->xFileSize(file, &size) != SQLITE_OK) return false;
  if (size == 0) return false;  // nothing was written yet
  const int read = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
  if (read != SQLITE_OK) return read == SQLITE_IOERR_SHORT_READ;
  // The SQLite file format, 1.3: where in the header there is little that can be right.
  constexpr std::string_view magic{"SQLite format 3\0", 16};
  const unsigned page = unsigned{header[16]} << 8U | header[17];
  const bool page_fits = page == 1 || (page >= 512 && (page & (page - 1)) == 0);
  const bool version_fits =
      header[18] >= 1 && header[18] <= 2 && header[19] >= 1 && header[19] <= 2;
  const bool fractions_fit = header[21] == 64 && header[22] == 32 && header[23] == 32;
  const auto number_at = [&header](std::size_t at) {
    return std::uint32_t{header[at]} << 24U | std::uint32_t{header[at + 1]} << 16U |
           std::uint32_t{header[at + 2]} << 8U | header[at + 3];
  };
  return std::memcmp(header.data(), magic.data(), magic.size()) != 0 || !page_fits ||
         !version_fits || !fractions_fit || number_at(44) > 4 || number_at(56) > 3;
}

/// The path without symbolic links in the directories that lead to the file.
std::string resolved(const std::string& path) {
  const std::filesystem::path whole{path};
  std::error_code failed;
  const auto directory = std::filesystem::canonical(
      whole.has_parent_path() ? whole.parent_path() : std::filesystem::path{"."}, failed);
  return failed ? path : (directory / whole.filename()).string();
}

/// Makes an empty file, for its user alone: SQLite would let all read it whom the umask lets, and
/// gives its other files the same mode.
void make_file(const std::string& path) {
  const int file =
      ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    throw store_error{fmt::format("can't make {}: {}", path, std::strerror(errno)), false};
  ::close(file);
}

}  // namespace

// ---- The connection

void database::closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

database::database(std::string path, mode how) : path_{std::move(path)} {
  // Before a file is made that nothing would be written into.
  load(lazy::sqlite);
  if (how == mode::create) make_file(path_);
  // One who only reads needs to write as well: what a killed writer left behind is put in order.
  // SQLite follows no link in the whole path then, so those to the directory are resolved before.
  constexpr int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW;
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(resolved(path_).c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (result != SQLITE_OK) fail();
  if (has_foreign_header(opened)) {
    throw store_error{path_ + " is damaged (its header is broken)", true};
  }
  sqlite3_busy_timeout(opened, busy_time_ms);
  // Write-ahead: readers don't disturb the writer, and a transaction costs no wait for the disk.
  // What a killed muster had committed is in the kernel's hands; `sync` puts it out of the reach of
  // a power failure, too.
  if (how != mode::read) execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON");
}

database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

void database::fail() const {
  const int code = connection_ ? sqlite3_extended_errcode(connection_.get()) : SQLITE_NOMEM;
  const int kind = code & 0xff;
  throw store_error{explain(path_, connection_.get(), code),
                    kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB};
}

void database::execute(const char* statements) {
  if (sqlite3_exec(connection_.get(), statements, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

std::int64_t database::last_number() const { return sqlite3_last_insert_rowid(connection_.get()); }

bool database::sync() {
  const int result = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr,
                                               SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED) return false;
  if (result != SQLITE_OK) fail();
  return true;
}

// ---- Statements

void statement::finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

statement::statement(database& owner, const char* text) : owner_{owner} {
  sqlite3_stmt* prepared = nullptr;
  check(sqlite3_prepare_v3(owner.connection_.get(), text, -1, SQLITE_PREPARE_PERSISTENT, &prepared,
                           nullptr));
  statement_.reset(prepared);
}

void statement::check(int result) {
  if (result != SQLITE_OK) owner_.fail();
}

statement& statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

statement& statement::bind(const std::optional<std::int64_t>& value) {
  if (value) return bind(*value);
  check(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

statement& statement::bind_text(std::string_view value) {
  check(sqlite3_bind_text64(statement_.get(), ++bound_, value.data() ? value.data() : "",
                            value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

statement& statement::bind_bytes(std::string_view value) {
  check(sqlite3_bind_blob64(statement_.get(), ++bound_, value.data() ? value.data() : "",
                            value.size(), SQLITE_TRANSIENT));
  return *this;
}

bool statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) {
    try {
      owner_.fail();
    } catch (...) {
      reset();
      throw;
    }
  }
  reset();
  return false;
}

void statement::run() {
  while (step()) {
  }
}

void statement::reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::int64_t statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

bool statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string statement::text(int column) const {
  const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes ? std::string{bytes, size} : std::string{};
}

transaction::~transaction() {
  if (committed_) return;
  try {
    owner_.execute("ROLLBACK");
  } catch (const store_error&) {
    // SQLite has rolled it back itself, as it does when the disk is full.
  }
}

}  // namespace muster

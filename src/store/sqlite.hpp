#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace muster {

/// A database that can't be read or written. The text names the file, what is wrong, and where
/// there is one, the remedy.
class store_error : public std::runtime_error {
 public:
  store_error(const std::string& what, bool damaged)
      : std::runtime_error{what}, damaged_{damaged} {}
  /// The file is no whole database, and waiting does not help.
  bool damaged() const { return damaged_; }

 private:
  bool damaged_;
};

/// A connection to an SQLite database. Everything that fails throws store_error, but for SQLite
/// itself: where that is not on this machine, to open one throws library_missing.
///
/// SQLite has no asynchronous calls, so each one blocks the thread. Here that is short: a
/// transaction is a few rows, which go to the page cache; only `sync` waits for the disk.
class database {
 public:
  enum class mode : std::uint8_t { create, write, read };

  database(std::string path, mode how);
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  /// Runs statements without values or rows.
  void execute(const char* statements);
  /// The number of the row that was inserted last.
  std::int64_t last_number() const;
  /// Has all that was written put on the disk. False when another process keeps part of it busy,
  /// and there is more to do later.
  bool sync();
  const std::string& path() const { return path_; }

  /// How long another process that writes is waited for.
  static constexpr int busy_time_ms = 2000;

 private:
  friend class statement;
  [[noreturn]] void fail() const;

  struct closer {
    void operator()(sqlite3* connection) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, closer> connection_;
};

/// A prepared statement, to be used again and again. Its database outlives it.
class statement {
 public:
  statement(database& owner, const char* text);

  // Values, in the order of the question marks. Texts and bytes are copied.
  statement& bind(std::int64_t value);
  statement& bind(const std::optional<std::int64_t>& value);
  statement& bind_text(std::string_view value);
  statement& bind_bytes(std::string_view value);

  /// True when there is a row, false at the end; after which the statement is ready to be bound
  /// again.
  bool step();
  /// Runs it to its end.
  void run();
  void reset();

  // Columns of the row, from 0.
  std::int64_t integer(int column) const;
  bool is_null(int column) const;
  std::string text(int column) const;

 private:
  void check(int result);

  struct finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  database& owner_;
  std::unique_ptr<sqlite3_stmt, finalizer> statement_;
  int bound_ = 0;
};

/// A transaction, undone unless it is committed.
class transaction {
 public:
  explicit transaction(database& owner) : owner_{owner} { owner_.execute("BEGIN IMMEDIATE"); }
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();
  void commit() {
    owner_.execute("COMMIT");
    committed_ = true;
  }

 private:
  database& owner_;
  bool committed_ = false;
};

}  // namespace muster

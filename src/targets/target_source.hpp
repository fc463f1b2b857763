#pragma once

#include "core/line_splitter.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace muster {

/// One line or argument, as a source gives it.
struct source_line {
  std::string_view text;     ///< Valid until the source is asked again or fed.
  std::uint64_t number = 0;  ///< From 1.
  std::string wrong;         ///< What keeps it from being read at all; empty when nothing does.
  int error = 0;             ///< An errno when that is a failure to read what follows.
};

/// Where targets are written down.
class target_source {
 public:
  enum class pull : std::uint8_t {
    line,
    wait,
    end,
    pause,  // Much was read, and there is no line yet: ask again.
  };

  explicit target_source(std::string name) : name_{std::move(name)} {}
  target_source(const target_source&) = delete;
  target_source& operator=(const target_source&) = delete;
  virtual ~target_source() = default;

  /// The name for the reports.
  const std::string& name() const { return name_; }
  /// Whether this is a list, which another program may have written, and no argument.
  virtual bool is_list() const { return true; }
  virtual pull next(source_line& line) = 0;
  /// After `wait`: what has to become readable for more to be had; -1 if that is another's
  /// business.
  virtual int awaited() const { return -1; }

 private:
  std::string name_;
};

/// One argument of the command line, the `position`th, from 1. White space is a target where
/// `any_line` is.
std::unique_ptr<target_source> make_argument_source(std::string text, std::uint64_t position,
                                                    bool any_line);
/// Opens `path`; throws std::system_error. A failure to read later on is given as a wrong line. Of
/// a pipe or the like, nothing is waited for unless `may_block`, not even that somebody writes to
/// it.
std::unique_ptr<target_source> open_file_source(const std::string& path, char line_end,
                                                bool may_block);
/// The lines of `lines`, to which its other owner appends.
std::unique_ptr<target_source> make_feed_source(std::string name,
                                                std::shared_ptr<line_splitter> lines);

/// How much of a file is read at once.
constexpr std::size_t file_chunk_bytes = 64 * 1024;

}  // namespace muster

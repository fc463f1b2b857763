#pragma once

#include "muster/probe/http_checks.hpp"
#include "muster/status.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

/// An answer, as far as checks look at it.
struct judged_answer {
  std::string_view url;  ///< That was asked last.
  std::string_view version;
  std::string_view header_lines;  ///< As `http_response::header_lines` has them.
  std::string_view body;          ///< Its codings undone, as far as it was read.
  std::uint64_t body_bytes = 0;   ///< The same, if `body` was not kept.
};

struct failed_check {
  reason why = reason::none;  ///< none: all is as expected.
  std::string written = {};   ///< The check, as it was asked for.
};

/// The first of the checks that the answer does not pass: URL, version, size, headers, body, JSON.
failed_check judge(const http_checks& checks, const judged_answer& answer);

}  // namespace muster

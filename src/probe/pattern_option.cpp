#include "probe/pattern_option.hpp"

#include "core/parsed.hpp"

#include <utility>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {

std::string read_pattern(std::shared_ptr<const re2::RE2>& pattern, const std::string& text) {
  re2::RE2::Options options{re2::RE2::Latin1};
  options.set_log_errors(false);
  options.set_dot_nl(true);
  auto made = std::make_shared<const re2::RE2>(text, options);
  if (!made->ok()) {
    return fmt::format("'{}' is no regular expression: {}", excerpt(text), made->error());
  }
  pattern = std::move(made);
  return {};
}

}  // namespace muster

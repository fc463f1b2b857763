#include "targets/refill_lines.hpp"

#include "core/parsed.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include <re2/re2.h>

namespace muster {
namespace {

re2::RE2::Options quiet_options() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);  // output may be any bytes
  return options;
}

}  // namespace

refill_lines::refill_lines(const std::string& expression)
    : expression_{std::make_unique<re2::RE2>(expression, quiet_options())} {
  if (expression_->ok()) return;
  throw std::invalid_argument{fmt::format("--refill: '{}' is no regular expression: {}",
                                          excerpt(expression), expression_->error())};
}

refill_lines::refill_lines(refill_lines&&) noexcept = default;
refill_lines::~refill_lines() = default;

void refill_lines::find(std::string_view output,
                        const std::function<void(std::string)>& use) const {
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    re2::StringPiece found[2];
    const int groups = expression_->NumberOfCapturingGroups() > 0 ? 2 : 1;
    const re2::StringPiece text{line.data(), line.size()};
    if (!expression_->Match(text, 0, line.size(), re2::RE2::UNANCHORED, found, groups)) continue;
    const re2::StringPiece& target = found[groups - 1];
    if (!target.empty()) use(std::string{target.data(), target.size()});
  }
}

}  // namespace muster

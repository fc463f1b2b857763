#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace muster {

/// Finds new targets in the output of tasks: in each line that a regular expression matches, what
/// its first group matched, or all that it matched if it has none. RE2's time is linear in the
/// text, whatever the expression.
class refill_lines {
 public:
  /// Throws std::invalid_argument, which says what is wrong with the expression.
  explicit refill_lines(const std::string& expression);
  refill_lines(refill_lines&&) noexcept;
  ~refill_lines();

  /// Calls `use` for each target in a task's output; what is empty is none.
  void find(std::string_view output, const std::function<void(std::string)>& use) const;

 private:
  std::unique_ptr<re2::RE2> expression_;
};

}  // namespace muster

#include "cli/number_option.hpp"

#include "cli/text_option.hpp"
#include "core/byte_count.hpp"
#include "core/whole_number.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace muster {
void add_rate(CLI::App& command, double& into, const std::string& description) {
  constexpr double most = 1e9;
  add_text(
      command, "--rate",
      [&into](const std::string& text) {
        double rate = 0;
        // What is no number is in no range.
        if (!read_whole(text, rate) || !(rate >= 0 && rate <= most)) {
          reject("--rate", text, "is no rate; write starts a second, 0 (unlimited) to 1e9");
        }
        into = rate;
      },
      description, "N");
}

void add_size(CLI::App& command, const std::string& name, std::size_t& into, std::size_t most,
              const std::string& description) {
  auto parse = [&into, name, most](const std::string& text) {
    const auto size = parse_bytes(text);
    if (!size) throw CLI::ValidationError{name, size.error().message};
    if (*size > most) {
      reject(name, text, fmt::format("is too much; the most is {} bytes", most));
    }
    into = *size;
  };
  add_text(command, name, parse, description, "BYTES");
}

}  // namespace muster

#include "cli/sweep/stray_arguments.hpp"

#include "command/shell_words.hpp"
#include "core/port_list.hpp"
#include "muster/printable.hpp"
#include "targets/target_parser.hpp"
#include "targets/url.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace muster {
namespace {

/// Of somebody's text, to be copied into a shell, whatever is in it.
std::string shell_word(std::string_view text) {
  constexpr std::size_t word_bytes_max = 1024;
  std::string word;
  append_shell_word(word, text);
  std::string shown;
  append_printable(shown, word, word_bytes_max);
  return shown;
}

std::string value_of(std::string_view option, std::string_view text) {
  return fmt::format("{0} is no target, it looks like the value of {1}; write {1}={2}",
                     shell_word(text), option, shell_word(text));
}

/// A file that is there, and whose name can't be an address or a URL.
bool is_list(const std::string& text) {
  std::error_code ignored;
  const auto what = std::filesystem::status(text, ignored).type();
  if (what != std::filesystem::file_type::regular && what != std::filesystem::file_type::fifo) {
    return false;
  }
  const auto range = parse_target(text, {});
  const target* single = range ? range->single() : nullptr;
  return !range || (single && single->form() == target_form::name);
}

bool are_ports(std::string_view text) {
  return text.find_first_not_of("0123456789,-") == text.npos && parse_port_list(text);
}

std::string explain(const std::string& text) {
  if (text == "-" || text.empty()) return {};
  if (is_list(text)) {
    return fmt::format("{0} is a file; -iL {0} reads targets from it, and behind -- it is a name",
                       shell_word(text));
  }
  if (are_ports(text)) {
    return fmt::format("{0} is no target, it looks like ports; write --tcp {0}, without blanks",
                       shell_word(text));
  }
  const bool has_place = text.find("{}") != text.npos;
  const bool is_port = text.starts_with(':') && !text.starts_with("::");  // not ::1
  if (text.starts_with('/') || is_port || (has_place && looks_like_url(text))) {
    const std::string url = is_port ? "http://{}" + text : text;
    return fmt::format(
        "{} is no target, it looks like the value of --http, which stands behind "
        "a =; write --http={}",
        shell_word(text), shell_word(url));
  }
  if (has_place) return value_of("--exec", text);
  return {};
}

}  // namespace

std::string explain_stray_argument(const std::vector<std::string>& targets) {
  for (const std::string& text : targets) {
    if (std::string wrong = explain(text); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace muster

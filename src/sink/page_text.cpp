#include "sink/page_text.hpp"

#include "muster/printable.hpp"
#include "sink/json_text.hpp"

namespace muster {

void append_page_string(std::string& out, std::string_view text, std::size_t bytes_max) {
  std::string printable;
  append_printable(printable, text, bytes_max);
  std::string json;
  append_json_string(json, printable, printable.size());
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
}

}  // namespace muster

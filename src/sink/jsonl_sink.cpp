// Strategy: this is on the path of every probe, so nothing is built but the line itself. Keys with
// their punctuation are constants made by the compiler; only text from outside takes the slow way,
// through the JSON library's escaping.
#include "sink/formats.hpp"
#include "sink/json_text.hpp"
#include "sink/json_visitor.hpp"

#include <utility>

namespace muster {

namespace {

void append_text(line_buffer& out, std::string_view text) {
  if (text.size() > field_bytes_max || !is_plain_json(text)) {
    return append_json_string(out.string(), text, field_bytes_max);
  }
  out += '"';
  out += text;
  out += '"';
}

class jsonl_sink final : public file_sink {
 public:
  using file_sink::file_sink;

  void write(const probe_result& result) override {
    {
      line_buffer line{file_.buffer()};
      json_visitor<append_text> visitor{line, clock_};
      visit_fields(result, visitor);
      line += "}\n";
    }
    file_.written();
  }

 private:
  timestamp_writer clock_;
};

}  // namespace

std::unique_ptr<sink> make_jsonl_sink(output_file file, std::string name) {
  return std::make_unique<jsonl_sink>(std::move(file), std::move(name));
}

}  // namespace muster

#include "muster/sink.hpp"

#include "core/ascii.hpp"
#include "probe/kind.hpp"
#include "sink/formats.hpp"
#include "sink/record_sinks.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace muster {

std::unique_ptr<sink> make_sink(output_format format, output_file file, std::string name,
                                const text_options& text, const page_options& page) {
  switch (format) {
    case output_format::text:
      return make_text_sink(std::move(file), std::move(name), text);
    case output_format::jsonl:
      return std::make_unique<jsonl_sink<sink, probe_result>>(std::move(file), std::move(name),
                                                              show_result);
    case output_format::csv:
      return std::make_unique<csv_sink<sink, probe_result>>(std::move(file), std::move(name),
                                                            result_fields(), show_result);
    case output_format::html:
      return make_html_sink(std::move(file), std::move(name), page);
    case output_format::silent:
      return std::make_unique<silent_sink<sink, probe_result>>(std::move(name));
  }
  throw std::invalid_argument{"make_sink: not an output format"};
}

output_format format_of_file(std::string_view path) {
  const std::string_view file = path.substr(path.find_last_of('/') + 1);
  const std::size_t dot = file.find_last_of('.');
  std::string suffix{dot == std::string_view::npos ? "" : file.substr(dot)};
  std::transform(suffix.begin(), suffix.end(), suffix.begin(), to_lower);
  if (suffix == ".json" || suffix == ".jsonl" || suffix == ".ndjson") return output_format::jsonl;
  if (suffix == ".csv") return output_format::csv;
  if (suffix == ".txt" || suffix == ".log") return output_format::text;
  if (suffix == ".html" || suffix == ".htm") return output_format::html;
  throw std::invalid_argument{fmt::format(
      "{}: {} names no output format; known are .json, .jsonl, .ndjson, .csv, .txt, .log, .html "
      "and .htm",
      path, suffix.empty() ? "a file without a suffix" : fmt::format("the suffix {}", suffix))};
}

}  // namespace muster

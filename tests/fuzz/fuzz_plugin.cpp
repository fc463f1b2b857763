// Strategy: the bytes are a plugin's output. What is read of it keeps its bounds and is the same
// when it comes byte by byte, and what is written of the values is read as the same values.
#include "codec/plugin_output.hpp"
#include "muster/plugin_output.hpp"
#include "probe/exec/performance_text.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using muster::performance_value;
using muster::plugin_output;

void require(bool holds) {
  if (!holds) std::abort();
}

plugin_output read(std::string_view text, std::size_t step) {
  muster::codec::plugin_output_reader reader;
  for (std::size_t at = 0; at < text.size(); at += step)
    reader.feed(text.substr(at, step));
  return reader.finish();
}

std::string text_of(const plugin_output& output) {
  std::string text = "|";
  muster::append_performance(text, output.performance);
  return text;
}

void check_bounds(const plugin_output& output) {
  require(output.line.size() <= plugin_output::line_bytes_max);
  require(output.line.find('\n') == std::string::npos);
  require(output.line.find('|') == std::string::npos);
  require(output.performance.size() <= plugin_output::performance_values_max);
  for (const performance_value& one : output.performance) {
    require(!one.label.empty() && one.label.size() <= performance_value::label_bytes_max);
    require(one.unit.size() <= performance_value::unit_bytes_max);
    require(one.warning.size() <= performance_value::range_bytes_max);
    require(one.critical.size() <= performance_value::range_bytes_max);
    require(!one.value || std::isfinite(*one.value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const plugin_output whole = read(text, size + 1);
  const plugin_output bytewise = read(text, 1);
  check_bounds(whole);
  require(whole.line == bytewise.line);
  require(whole.performance_dropped == bytewise.performance_dropped);
  require(text_of(whole) == text_of(bytewise));
  const std::string written = text_of(whole);
  if (written.size() > plugin_output::performance_bytes_max) return 0;
  const plugin_output again = read(written, 7);
  require(again.performance_dropped == 0);
  require(text_of(again) == written);
  return 0;
}

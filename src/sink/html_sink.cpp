// Strategy: a page is one template, made of src/sink/page/ at build time, with the data of the
// sweep as JSON in the middle of it. Its script makes everything that is seen from those data, and
// puts text into it as text only; the page's own security policy allows no other script, style or
// request.
#include "sink/formats.hpp"
#include "sink/host_map.hpp"
#include "sink/page_data.hpp"
#include "sink/page_rows.hpp"
#include "sink/page_template.hpp"

#include <utility>

namespace muster {
namespace {

class html_sink final : public file_sink {
 public:
  html_sink(output_file file, std::string name, const page_options& options)
      : file_sink{std::move(file), std::move(name)}, options_{options} {}

  void write(const probe_result& result) override {
    rows_.add(result);
    hosts_.add(result);
  }

  void pass_over(const probe_result& result) override { hosts_.add(result); }

  // Half a page is of no use to anybody.
  void flush() override {}

  void finish(const sweep_summary& summary) override {
    std::string& out = file_.buffer();
    out += page_before_data();
    out += '{';
    append_page_summary(out, summary, options_);
    out += "\n\"maps\":";
    append_page_maps(out, hosts_);
    out += ",\n\"table\":";
    rows_.write(out, [this] { file_.written(); });
    out += '}';
    out += page_after_data();
    file_.commit();
  }

 private:
  page_options options_;
  page_rows rows_;
  host_map hosts_;
};

}  // namespace

std::unique_ptr<sink> make_html_sink(output_file file, std::string name,
                                     const page_options& options) {
  return std::make_unique<html_sink>(std::move(file), std::move(name), options);
}

}  // namespace muster

#pragma once

#include "muster/sink.hpp"

#include <memory>
#include <string>
#include <utility>

namespace muster {

/// What all formats that write bytes share: the file and its name.
template <class Base>
class basic_file_sink : public Base {
 public:
  basic_file_sink(output_file file, std::string name)
      : file_{std::move(file)}, name_{std::move(name)} {}
  void flush() override { file_.flush(); }
  output_file* file() override { return &file_; }
  std::error_code error() const override { return file_.error(); }
  std::error_code sync() override { return file_.sync(); }
  std::uint64_t bytes() const override { return file_.bytes(); }
  std::string_view name() const override { return name_; }

 protected:
  output_file file_;

 private:
  std::string name_;
};
using file_sink = basic_file_sink<sink>;

std::unique_ptr<sink> make_text_sink(output_file file, std::string name,
                                     const text_options& options);
/// Keeps what the page needs in bounded memory, and writes it when the sweep is over.
std::unique_ptr<sink> make_html_sink(output_file file, std::string name,
                                     const page_options& options);

}  // namespace muster

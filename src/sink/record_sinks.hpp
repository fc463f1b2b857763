#pragma once

#include "sink/csv_record.hpp"
#include "sink/formats.hpp"
#include "sink/json_record.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace muster {

// Strategy: whatever a record is about, a format writes the fields that it is shown. `Sink` takes
// results of the type `Result`.

template <typename Result>
using record_shower = std::function<void(const Result&, field_visitor&)>;

/// A JSON object a line.
template <class Sink, class Result>
class jsonl_sink final : public basic_file_sink<Sink> {
 public:
  jsonl_sink(output_file file, std::string name, record_shower<Result> show)
      : basic_file_sink<Sink>{std::move(file), std::move(name)}, show_{std::move(show)} {}

  void write(const Result& result) override {
    {
      line_buffer line{this->file_.buffer()};
      json_record record{line, clock_, append_json_text};
      show_(result, record);
      line += "}\n";
    }
    this->file_.written();
  }

 private:
  record_shower<Result> show_;
  timestamp_writer clock_;
};

/// A row each, and a header row, which is written at once, so that a run without results is still a
/// table; not into a file that has something in it.
template <class Sink, class Result>
class csv_sink final : public basic_file_sink<Sink> {
 public:
  csv_sink(output_file file, std::string name, const std::vector<const field*>& columns,
           record_shower<Result> show)
      : basic_file_sink<Sink>{std::move(file), std::move(name)},
        show_{std::move(show)},
        row_{columns} {
    if (this->file_.bytes() == 0) row_.append_header(this->file_.buffer());
  }

  void write(const Result& result) override {
    show_(result, row_);
    row_.append_row(this->file_.buffer());
    this->file_.written();
  }

 private:
  record_shower<Result> show_;
  csv_record row_;
};

/// Nothing at all.
template <class Sink, class Result>
class silent_sink final : public Sink {
 public:
  explicit silent_sink(std::string name) : name_{std::move(name)} {}
  void write(const Result&) override {}
  void flush() override {}
  std::error_code error() const override { return {}; }
  std::string_view name() const override { return name_; }

 private:
  std::string name_;
};

}  // namespace muster

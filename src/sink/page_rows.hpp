#pragma once

#include "muster/result.hpp"
#include "record/numbers.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace muster {

/// What a page keeps of each result: 32 bytes, and text where there is some.
struct page_row {
  ip_address address;
  std::uint32_t rtt_us = 0;  ///< `no_rtt` if there is none.
  std::uint32_t text = 0;    ///< 1 more than where its text begins; 0 if it has none.
  std::uint16_t port = 0;
  probe_kind kind{};
  muster::status status = status::skipped;
  muster::reason reason = reason::none;
  std::uint8_t ttl = 0;
  bool has_address = false;
  bool of_range = false;  ///< Nobody wrote down this one by itself.

  static constexpr std::uint32_t no_rtt = 0xffff'ffff;
};
static_assert(sizeof(page_row) == 32);

/// The rows of a page's table. Bounded: when there are too many, silent ones give way to others.
class page_rows {
 public:
  static constexpr std::size_t rows_max = 65'536;
  static constexpr std::size_t text_bytes_max = 32 * 1024 * 1024;

  void add(const probe_result& result);
  /// Appends the rows in the order of their addresses as a JSON object, and gives up the memory;
  /// `more` is called now and then, for `out` to be written out.
  template <typename More>
  void write(std::string& out, More more);

  std::uint64_t silent_left_out() const { return silent_left_out_; }
  std::uint64_t others_left_out() const { return others_left_out_; }
  std::uint64_t texts_left_out() const { return texts_left_out_; }

 private:
  page_row row_of(const probe_result& result);
  std::uint32_t keep_text(const probe_result& result);
  void sort();
  void write_head(std::string& out) const;
  void write_row(std::string& out, std::size_t index);

  std::vector<page_row> rows_;
  std::vector<page_row> silent_;
  std::string texts_;
  std::uint64_t silent_left_out_ = 0;
  std::uint64_t others_left_out_ = 0;
  std::uint64_t texts_left_out_ = 0;
  timestamp_writer clock_;
  std::uint32_t last_v4_ = 0;
};

template <typename More>
void page_rows::write(std::string& out, More more) {
  sort();
  write_head(out);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    write_row(out, i);
    more();
  }
  out += "]}";
  rows_ = {};
  texts_ = {};
}

}  // namespace muster

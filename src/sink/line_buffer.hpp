#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace muster {

/// Gathers the many small pieces of a line on the stack, and appends them to a string at its end or
/// when it is full: a line of a large sweep consists of 40 pieces of 5 bytes.
class line_buffer {
 public:
  /// `out` outlives the buffer, and is complete only after it or `string()`.
  explicit line_buffer(std::string& out) : out_{out} {}
  line_buffer(const line_buffer&) = delete;
  line_buffer& operator=(const line_buffer&) = delete;
  ~line_buffer() { spill(); }

  void push_back(char one) {
    if (used_ == text_.size()) spill();
    text_[used_++] = one;
  }
  void append(const char* text, std::size_t size) {
    if (size > text_.size() - used_) {
      spill();
      if (size > text_.size()) {
        out_.append(text, size);
        return;
      }
    }
    std::memcpy(&text_[used_], text, size);
    used_ += size;
  }
  /// Appends the first `size` bytes of an array, by a copy of all of it: of constant size, so it
  /// takes no call.
  template <std::size_t Capacity>
  void append_part(const std::array<char, Capacity>& text, std::size_t size) {
    if (text_.size() - used_ < Capacity) spill();
    std::memcpy(&text_[used_], text.data(), Capacity);
    used_ += size;
  }
  line_buffer& operator+=(char one) {
    push_back(one);
    return *this;
  }
  line_buffer& operator+=(std::string_view text) {
    append(text.data(), text.size());
    return *this;
  }
  /// The string, with all that was appended so far.
  std::string& string() {
    spill();
    return out_;
  }

 private:
  void spill() {
    out_.append(text_.data(), used_);
    used_ = 0;
  }

  std::string& out_;
  std::size_t used_ = 0;
  std::array<char, 512> text_;
};

}  // namespace muster

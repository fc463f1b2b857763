#include "sink/formats.hpp"

#include <utility>

namespace muster {

namespace {

class silent_sink final : public sink {
 public:
  explicit silent_sink(std::string name) : name_{std::move(name)} {}
  void write(const probe_result&) override {}
  void flush() override {}
  std::error_code error() const override { return {}; }
  std::string_view name() const override { return name_; }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<sink> make_silent_sink(std::string name) {
  return std::make_unique<silent_sink>(std::move(name));
}

}  // namespace muster

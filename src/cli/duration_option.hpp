#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace muster {

/// Adds an option that takes a length of time, as `parse_duration` reads it, from `least` to
/// `most`.
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::nanoseconds least,
                          std::function<void(std::chrono::nanoseconds)> use,
                          const std::string& description,
                          std::chrono::nanoseconds most = std::chrono::nanoseconds::max());

}  // namespace muster

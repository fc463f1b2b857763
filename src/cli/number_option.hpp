#pragma once

#include <cstddef>
#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace muster {

/// Adds --rate: starts a second, from 0 to 1e9.
void add_rate(CLI::App& command, double& into, const std::string& description);

/// Adds an option for a number of bytes, from 0 to `most`; also 64k, 64KiB, 1M and so on, where 1k
/// are 1024.
void add_size(CLI::App& command, const std::string& name, std::size_t& into, std::size_t most,
              const std::string& description);

}  // namespace muster

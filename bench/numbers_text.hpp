#pragma once

#include <cstdint>
#include <string>

namespace muster::bench {

/// `1,048,576`.
std::string grouped(std::uint64_t number);
/// A count that is a median: `1`, `10,001`.
std::string count_text(double number);
/// Three digits that count: `0.0123`, `1.23`, `123`, `12,300`.
std::string short_number(double value);
/// Seconds as `1.2 ms`, `3.02 s`.
std::string duration_text(double seconds);
/// KiB as `512 KiB`, `14.2 MiB`.
std::string memory_text(double kib);
/// `3.1×`.
std::string times_text(double ratio);

}  // namespace muster::bench

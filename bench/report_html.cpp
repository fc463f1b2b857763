#include "report.hpp"
namespace muster::bench {
std::string html_of(const report&) { return {}; }
}  // namespace muster::bench

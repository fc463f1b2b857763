#pragma once

#include "cli/sweep_arguments.hpp"

namespace muster {

/// Adds the options that say which targets there are.
void add_target_options(CLI::App& command, target_arguments& into);
/// Adds the options that say in which order they come, and which part of them.
void add_order_options(CLI::App& command, target_arguments& into);
/// What is wrong with them together; empty when nothing is.
std::string check_order(const target_arguments& arguments);

}  // namespace muster

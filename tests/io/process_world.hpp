#pragma once

#include "muster/process.hpp"
#include "support/catch.hpp"

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

namespace muster {

inline std::vector<std::string> shell(const std::string& script) {
  return {"/bin/sh", "-c", script};
}

inline process_result run_one(std::vector<std::string> arguments, process_options options = {}) {
  asio::io_context context{1};
  std::optional<process_result> result;
  std::exception_ptr failure;
  asio::co_spawn(context, run_process(std::move(arguments), std::move(options)),
                 [&](std::exception_ptr error, process_result value) {
                   failure = error;
                   result = std::move(value);
                 });
  context.run();
  if (failure) std::rethrow_exception(failure);
  REQUIRE(result);
  return std::move(*result);
}

}  // namespace muster

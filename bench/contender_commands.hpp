#pragma once

#include "contenders.hpp"

namespace muster::bench {

using words = std::vector<std::string>;
using maybe_words = std::optional<words>;

maybe_words own_runner(const char* name, const toolbox& tools, const work& wanted,
                       std::uint32_t width);
maybe_words muster_sweep(const toolbox& tools, const work& wanted, std::uint32_t);
maybe_words plain_loop(const toolbox& tools, const work& wanted, std::uint32_t);
maybe_words fping(const toolbox& tools, const work& wanted, std::uint32_t);
maybe_words nmap(const toolbox& tools, const work& wanted, std::uint32_t);
maybe_words xargs(const toolbox& tools, const work& wanted, std::uint32_t width);
maybe_words gnu_parallel(const toolbox& tools, const work& wanted, std::uint32_t width);
maybe_words curl_parallel(const toolbox& tools, const work& wanted, std::uint32_t width);
maybe_words wrk(const toolbox& tools, const work& wanted, std::uint32_t width);
maybe_words hey(const toolbox& tools, const work& wanted, std::uint32_t width);
maybe_words openssl_handshakes(const toolbox& tools, const work& wanted, std::uint32_t width);

void read_own_lines(const work& wanted, const std::string_view* line, tally& results);
void read_json_lines(const work& wanted, const std::string_view* line, tally& results);
void read_loop(const work& wanted, const std::string_view* line, tally& results);
void read_alive(const work& wanted, const std::string_view* line, tally& results);
void read_grepable(const work& wanted, const std::string_view* line, tally& results);
void read_ping_or_curl(const work& wanted, const std::string_view* line, tally& results);
void read_wrk(const work& wanted, const std::string_view* line, tally& results);
void read_hey(const work& wanted, const std::string_view* line, tally& results);
void read_openssl_handshakes(const work& wanted, const std::string_view* line, tally& results);

}  // namespace muster::bench

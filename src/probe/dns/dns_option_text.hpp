#pragma once

#include "core/parsed.hpp"
#include "muster/probe/dns.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// Reads `NAME`, `NAME/TYPE` or `NAME/TYPE/CLASS`. A name beyond ASCII becomes its ASCII form; an
/// address whose records are of type PTR, the name that these have (RFC 1035, 3.5; RFC 3596, 2.5).
parsed<dns_spec::question> parse_question(std::string_view text);
/// Such a text of a question.
std::string question_text(const dns_spec::question& question);

/// Reads response codes between commas, by word or by number; or `any`, which is none of them.
parsed<std::vector<std::uint16_t>> parse_rcodes(std::string_view text);
/// Such a text.
std::string rcodes_text(const std::vector<std::uint16_t>& rcodes);

}  // namespace muster

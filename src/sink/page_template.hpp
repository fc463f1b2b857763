#pragma once

#include <string_view>

namespace muster {

// The page of src/sink/page/ in two pieces; its data, a JSON object in which no `<` stands, belong
// between them.
std::string_view page_before_data();
std::string_view page_after_data();

}  // namespace muster

#pragma once

#include "muster/target.hpp"

#include <string>
#include <string_view>

namespace muster {

/// Puts a target into a URL: each `{}` becomes its host, IPv6 in brackets, with the target's own
/// port unless the template goes on with one.
std::string fill_url_template(std::string_view form, const target& subject);
/// An `http://` URL with another path and query.
std::string with_path(std::string_view url, std::string_view path);

/// What a target's row says that the host of its URL is called, with the URL's port where that is
/// not the usual one and the row names none; empty when it says nothing.
std::string named_authority(const target& subject, const target& url);

}  // namespace muster

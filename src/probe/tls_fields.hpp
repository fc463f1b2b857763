#pragma once

#include "muster/tls_details.hpp"
#include "record/field_visitor.hpp"

#include <string>
#include <vector>

namespace muster {

// What every kind of probe that speaks TLS tells of it.

const std::vector<const field*>& tls_fields();
/// Shows what is known, as an object.
void show_tls(const tls_details& tls, field_visitor& visitor);
/// Appends the words for people: how long the certificate lasts, and what else speaks against it
/// than `told`.
void append_tls(std::string& out, const tls_details& tls, reason told);

}  // namespace muster

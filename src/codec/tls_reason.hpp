#pragma once

#include "muster/status.hpp"

namespace muster::codec {

/// What one of OpenSSL's results of a verification (`X509_V_ERR_…`) means.
reason reason_of_certificate(int verification);

/// What an error of OpenSSL's queue means that ended a handshake.
reason reason_of_handshake(unsigned long error);

}  // namespace muster::codec

#pragma once

#include <string_view>

namespace muster::codec {

/// Looks at the body of a response while it is read, so that nobody has to keep it.
class body_observer {
 public:
  /// A body of this Content-Type and Content-Encoding begins.
  virtual void begin(std::string_view content_type, std::string_view content_encoding) = 0;
  /// Its next bytes, de-chunked; as many in all as the reader's limit allows.
  virtual void see(std::string_view bytes) = 0;

 protected:
  ~body_observer() = default;
};

}  // namespace muster::codec

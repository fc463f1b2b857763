// What a peer says in a handshake. It can't get far without knowing what we draw; that it gets
// nowhere without harm is the point.
#include "codec/tls_session.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace muster;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codec::tls_context context{tls_settings{}};
  codec::tls_session session{context, {.name = "www.example.org"}, {"http/1.1"}};
  session.handshake();
  session.take_output(session.output().size());
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  for (const std::string_view piece : {bytes.substr(0, size / 2), bytes.substr(size / 2)}) {
    session.feed(piece);
    if (session.handshake() == codec::tls_session::state::failed) break;
  }
  if (session.established()) {
    std::array<char, 256> text;
    session.read(text);
  }
  session.details();
  return 0;
}

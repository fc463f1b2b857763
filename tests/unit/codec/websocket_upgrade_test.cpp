#include "codec/websocket_upgrade.hpp"

#include "support/catch.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace muster::codec;

namespace {

// Of RFC 6455, 1.3.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept_of_key = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What is wrong with an answer of these headers, or the subprotocol.
std::string judged(std::string headers, const std::vector<std::string>& protocols = {}) {
  for (std::size_t at = headers.find("ACCEPT"); at != std::string::npos;
       at = headers.find("ACCEPT"))
    headers.replace(at, 6, accept_of_key);
  std::string protocol;
  const auto flaw = judge_websocket_upgrade(headers, key, protocols, protocol);
  return flaw == upgrade_flaw::none ? "good:" + protocol : std::string{to_string(flaw)};
}

const std::string whole = "Upgrade:websocket\nConnection:Upgrade\nSec-WebSocket-Accept:ACCEPT\n";

}  // namespace

TEST_CASE("the accept of a key is that of the RFC's example") {
  CHECK(websocket_accept(key) == accept_of_key);
  CHECK(websocket_key(0x7468'6520'7361'6d70, 0x6c65'206e'6f6e'6365) == key);
}

TEST_CASE("a request asks for version 13, with its key and what it offers") {
  CHECK(websocket_headers(key, {}) ==
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  const std::vector<std::string> two{"mqtt", "chat"};
  CHECK(websocket_headers(key, two).ends_with("\r\nSec-WebSocket-Protocol: mqtt, chat\r\n"));
}

TEST_CASE("an upgrade is one in any case, and among other tokens") {
  CHECK(judged(whole) == "good:");
  CHECK(judged("UPGRADE:h2c, WebSocket\nx:y\nconnection: keep-alive , UPGRADE\n"
               "sec-websocket-accept:ACCEPT\n") == "good:");
  CHECK(judged("Upgrade:h2c\nUpgrade:websocket\nConnection:close\nConnection:upgrade\n"
               "Sec-WebSocket-Accept:ACCEPT\n") == "good:");
  CHECK(judged(whole + "Sec-WebSocket-Extensions:\n") == "good:");
}

TEST_CASE("an upgrade that lacks something, or is to something else, says what it is") {
  CHECK(judged("") == "Upgrade does not say websocket");
  CHECK(judged("Upgrade:websockets\nConnection:Upgrade\nSec-WebSocket-Accept:ACCEPT\n") ==
        "Upgrade does not say websocket");
  CHECK(judged("Upgrade:websocket\nSec-WebSocket-Accept:ACCEPT\n") ==
        "Connection does not say Upgrade");
  CHECK(judged("Upgrade:websocket\nConnection:Upgrade\n") == "there is no Sec-WebSocket-Accept");
  const std::string other = "Upgrade:websocket\nConnection:Upgrade\nSec-WebSocket-Accept:";
  for (const std::string& wrong : {std::string{}, std::string{key}, "ACCEPT=" + std::string{},
                                   std::string{"S3PPLMBITXAQ9KYGZZHZRBK+XOO="}}) {
    CHECK(judged(other + wrong + '\n') == "Sec-WebSocket-Accept is of another key");
  }
  CHECK(judged(whole + "Sec-WebSocket-Accept:ACCEPT\n") ==
        "Sec-WebSocket-Accept is of another key");
  CHECK(judged(whole + "Sec-WebSocket-Extensions:permessage-deflate\n") ==
        "it chose an extension, and none was offered");
}

TEST_CASE("a subprotocol is one of those that were offered, if any were") {
  CHECK(judged(whole + "Sec-WebSocket-Protocol:chat\n", {"mqtt", "chat"}) == "good:chat");
  CHECK(judged(whole, {"mqtt"}) == "it chose none of the subprotocols");
  CHECK(judged(whole + "Sec-WebSocket-Protocol:chat\n") ==
        "it chose a subprotocol that was not offered");
  CHECK(judged(whole + "Sec-WebSocket-Protocol:MQTT\n", {"mqtt"}) ==
        "it chose a subprotocol that was not offered");
  CHECK(judged(whole + "Sec-WebSocket-Protocol:mqtt\nSec-WebSocket-Protocol:chat\n",
               {"mqtt", "chat"}) == "it chose a subprotocol that was not offered");
}

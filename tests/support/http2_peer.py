"""A server for tests of HTTP/2: plays one scenario to everyone who connects.

    http2_peer.py SCENARIO [CERTIFICATE KEY]

It listens at a free port of 127.0.0.1, whose number it prints, until it is ended. Frames (RFC 9113) and
headers (RFC 7541) are written by hand, as most scenarios are none that a library would allow.
"""

import socket
import ssl
import struct
import sys
import threading

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def block(*headers):
    return b"".join(
        b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in headers
    )


def head(*headers, status=b"200", flags=END_HEADERS):
    return frame(HEADERS, flags, 1, block((b":status", status), *headers))


SETTLED = frame(SETTINGS, 0, 0)
TITLE = b"<title>Two</title>"


class Peer:
    """One connection, after the client's preface and request."""

    def __init__(self, connection):
        self.connection = connection
        self.unread = b""

    def say(self, data):
        self.connection.sendall(data)

    def hear(self, count):
        while len(self.unread) < count:
            data = self.connection.recv(65536)
            if not data:
                raise OSError
            self.unread += data
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def hear_frame(self):
        header = self.hear(9)
        return header[3], header[4], self.hear(int.from_bytes(header[:3], "big"))

    def hear_until(self, kind, flag):
        while True:
            got, flags, payload = self.hear_frame()
            if got == kind and flags & flag == flag:
                return payload

    def hear_request(self):
        self.hear(24)
        while True:
            kind, flags, _ = self.hear_frame()
            if kind in (DATA, HEADERS) and flags & END_STREAM:
                return


def hold(peer):
    while peer.connection.recv(4096):
        pass


def page(peer):
    peer.hear_request()
    peer.say(SETTLED + head((b"server", b"peer"), (b"content-type", b"text/html")))
    peer.say(frame(DATA, 0, 1, TITLE) + frame(DATA, END_STREAM, 1))
    hold(peer)


def waits_for_ack(peer):
    """Answers only once the client has shown that it acknowledges settings and pings."""
    peer.hear_request()
    peer.say(SETTLED + frame(PING, 0, 0, b"12345678"))
    peer.hear_until(SETTINGS, ACK)
    peer.hear_until(PING, ACK)
    peer.say(head() + frame(DATA, END_STREAM, 1, TITLE))
    hold(peer)


def silent(peer):
    hold(peer)


def settles_only(peer):
    peer.say(SETTLED)
    hold(peer)


def half(peer):
    peer.hear_request()
    peer.say(SETTLED + head() + frame(DATA, 0, 1, TITLE))
    hold(peer)


def half_then_closes(peer):
    peer.hear_request()
    peer.say(SETTLED + head() + frame(DATA, 0, 1, TITLE))
    # What is not read when it closes would reset the connection.
    peer.hear_until(SETTINGS, ACK)


def closes(peer):
    peer.hear_request()


def http1(peer):
    peer.hear_request()
    peer.say(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nwhat?")


def garbage(peer):
    peer.say(bytes(range(256)) * 64)
    hold(peer)


def refuses(peer):
    peer.hear_request()
    peer.say(SETTLED + frame(RST_STREAM, 0, 1, struct.pack(">I", 7)))
    hold(peer)


def resets(peer):
    peer.hear_request()
    peer.say(SETTLED + frame(RST_STREAM, 0, 1, struct.pack(">I", 11)))
    hold(peer)


def wants_http1(peer):
    if peer.connection.selected_alpn_protocol() == "h2":
        peer.hear_request()
        peer.say(SETTLED + frame(RST_STREAM, 0, 1, struct.pack(">I", 13)))
        hold(peer)
    else:
        peer.connection.recv(4096)
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n<title>One</title>")


def goes_away(peer):
    peer.hear_request()
    peer.say(SETTLED + frame(GOAWAY, 0, 0, struct.pack(">II", 0, 2)))
    hold(peer)


def flood(peer, data):
    peer.hear_request()
    # Not all of it may be heard.
    threading.Thread(target=hold, args=(peer,), daemon=True).start()
    peer.say(SETTLED)
    while True:
        peer.say(data * 512)


def settings_flood(peer):
    flood(peer, SETTLED)


def ping_flood(peer):
    flood(peer, frame(PING, 0, 0, b"12345678"))


def empty_flood(peer):
    peer.hear_request()
    peer.say(SETTLED + head())
    while True:
        peer.say(frame(DATA, 0, 1) * 512)


def continuation_flood(peer):
    peer.hear_request()
    peer.say(SETTLED + head(flags=0))
    while True:
        peer.say(frame(CONTINUATION, 0, 1) * 512)


def bomb(peer):
    """One large header is kept in the table, and asked for by one byte from then on."""
    peer.hear_request()
    large = b"\x40\x01x\x7f\xa1\x1e" + b"v" * 4000
    peer.say(SETTLED + frame(HEADERS, 0, 1, block((b":status", b"200")) + large))
    while True:
        peer.say(frame(CONTINUATION, 0, 1, b"\xbe" * 16000))


def escapes(peer):
    peer.hear_request()
    peer.say(SETTLED + head((b"server", b"a\x1b[31m"), (b"x", b"\xe2\x80\xae"), (b"server", b"b\xff")))
    peer.say(frame(DATA, END_STREAM, 1, b"<title>\x1b[31mred</title>"))
    hold(peer)


def redirects(peer):
    peer.hear_request()
    peer.say(SETTLED + head((b"location", b"/"), status=b"302", flags=END_HEADERS | END_STREAM))
    hold(peer)


# ---- gRPC


def message(data):
    return frame(DATA, 0, 1, struct.pack(">BI", 0, len(data)) + data)


def trailers(code, *more):
    return frame(HEADERS, END_HEADERS | END_STREAM, 1, block((b"grpc-status", code), *more))


def grpc_says(peer, *frames):
    peer.hear_request()
    peer.say(SETTLED + head((b"content-type", b"application/grpc")) + b"".join(frames))
    hold(peer)


def grpc_serving(peer):
    grpc_says(peer, message(b"\x08\x01"), trailers(b"0"))


def grpc_new_number(peer):
    grpc_says(peer, message(b"\x08\x07"), trailers(b"0"))


def grpc_empty(peer):
    grpc_says(peer, trailers(b"0"))


def grpc_garbage(peer):
    grpc_says(peer, message(b"\xff\xff\xff"), trailers(b"0"))


def grpc_endless(peer):
    grpc_says(peer, *[frame(DATA, 0, 1, bytes(16000))] * 8)


def grpc_no_status(peer):
    grpc_says(peer, message(b"\x08\x01"), frame(DATA, END_STREAM, 1))


def grpc_message(peer):
    peer.hear_request()
    own = block((b":status", b"200"), (b"grpc-status", b"14"), (b"grpc-message", b"no%20%1b[31mbackend"))
    peer.say(SETTLED + frame(HEADERS, END_HEADERS | END_STREAM, 1, own))
    hold(peer)


def grpc_proxy(peer):
    peer.hear_request()
    peer.say(SETTLED + head(status=b"503", flags=END_HEADERS | END_STREAM))
    hold(peer)


def serve(connection, scenario, context):
    try:
        with connection:
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            scenario(Peer(connection))
    except (OSError, ssl.SSLError):
        pass


def main():
    scenario = globals()[sys.argv[1]]
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[2:4])
        context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("port", listener.getsockname()[1], ".", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, scenario, context), daemon=True).start()


main()

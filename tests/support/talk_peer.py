"""A server for tests of dialogues: plays one scenario to everyone who connects.

    talk_peer.py SCENARIO [CERTIFICATE KEY]

It listens at a free port of 127.0.0.1, whose number it prints, until it is ended.
"""

import socket
import ssl
import struct
import sys
import threading
import time


class Peer:
    """One connection, in lines."""

    def __init__(self, connection):
        self.connection = connection
        self.unread = b""

    def say(self, data):
        self.connection.sendall(data)

    def hear(self):
        """The next line without its end; nothing at the end of the stream."""
        while b"\n" not in self.unread:
            data = self.connection.recv(4096)
            if not data:
                return b""
            self.unread += data
        line, self.unread = self.unread.split(b"\n", 1)
        return line.rstrip(b"\r")

    def hear_bytes(self, count):
        """No more is taken from the connection, as TLS may follow at once."""
        while len(self.unread) < count:
            data = self.connection.recv(count - len(self.unread))
            if not data:
                return b""
            self.unread += data
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def secure(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[2:4])
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.unread = b""

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def hold(peer):
    while peer.connection.recv(4096):
        pass


def silent(peer):
    hold(peer)


def closes(peer):
    del peer


def half_then_closes(peer):
    peer.say(b"220 hal")


def half_then_reset(peer):
    peer.say(b"220 hal")
    time.sleep(0.05)
    peer.reset()


def half_then_silence(peer):
    peer.say(b"220 hal")
    hold(peer)


def endless_line(peer):
    while True:
        peer.say(b"a" * 4096)


def endless_lines(peer):
    while True:
        peer.say(b"no\r\n" * 1024)


def drip(peer):
    for byte in b"220-not yet\r\n220 ready\r\n":
        peer.say(bytes([byte]))
        time.sleep(0.005)
    smtp_session(peer)


def escapes(peer):
    peer.say(b"220 \x1b[31mred\x1b[0m \xff\xe2\x80\xae\x07\r\n")
    smtp_session(peer)


def smtp_session(peer):
    while line := peer.hear():
        if line.startswith(b"EHLO "):
            peer.say(b"250-peer\r\n250-STARTTLS\r\n250 HELP\r\n")
        elif line == b"STARTTLS" and len(sys.argv) > 3:
            peer.say(b"220 go ahead\r\n")
            peer.secure()
        elif line == b"QUIT":
            peer.say(b"221 bye\r\n")
            return
        else:
            peer.say(b"502 what?\r\n")


def smtp(peer):
    peer.say(b"220 peer ESMTP\r\n")
    smtp_session(peer)


def smtps(peer):
    peer.secure()
    smtp(peer)


def smtp_full(peer):
    peer.say(b"421 too many of you\r\n")


def smtp_injects(peer):
    """What a man in the middle does: answers for the server come in the clear, ahead of TLS."""
    peer.say(b"220 peer ESMTP\r\n")
    peer.hear()
    peer.say(b"250 STARTTLS\r\n")
    peer.hear()
    peer.say(b"220 go ahead\r\n250 injected\r\n221 injected\r\n")
    hold(peer)


def smtp_injects_later(peer):
    """The same, a moment after the go-ahead."""
    peer.say(b"220 peer ESMTP\r\n")
    peer.hear()
    peer.say(b"250 STARTTLS\r\n")
    peer.hear()
    peer.say(b"220 go ahead\r\n")
    time.sleep(0.05)
    peer.say(b"250 injected\r\n221 injected\r\n")
    hold(peer)


def silent_tls(peer):
    peer.say(b"220 peer ESMTP\r\n")
    peer.hear()
    peer.say(b"250 STARTTLS\r\n")
    peer.hear()
    peer.say(b"220 go ahead\r\n")
    hold(peer)


def echo(peer):
    peer.say(b"hello, token 4711!\n")
    while line := peer.hear():
        peer.say(b"you said " + line + b"\n")


def packet(payload, number=0):
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


def mysql(peer):
    capabilities = b"\xff\xff" if len(sys.argv) > 3 else b"\xff\xf7"
    peer.say(packet(b"\n8.0.36-peer\0" + b"x" * 13 + capabilities + b"\x21\x02\0\xff\xff" + b"\0" * 20))
    if len(peer.hear_bytes(36)) == 36:
        peer.secure()
        hold(peer)


def mysql_refuses(peer):
    peer.say(packet(b"\xff\x6a\x04Host is not allowed to connect"))


def ldap_result(number, operation, code=0):
    body = bytes([10, 1, code, 4, 0, 4, 0])
    message = bytes([2, 1, number, operation, len(body)]) + body
    return b"0\x84" + struct.pack(">I", len(message)) + message


def ldap(peer):
    while head := peer.hear_bytes(2):
        message = peer.hear_bytes(head[1])
        number, operation = message[2], message[3]
        if operation == 0x60:
            peer.say(ldap_result(number, 0x61))
        elif operation == 0x77 and len(sys.argv) > 3:
            peer.say(ldap_result(number, 0x78))
            peer.secure()
        else:
            peer.say(ldap_result(number, operation + 1, 2))


def serve(connection, scenario):
    try:
        with connection:
            scenario(Peer(connection))
    except (OSError, ssl.SSLError):
        pass


def main():
    scenario = globals()[sys.argv[1]]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("port", listener.getsockname()[1], ".", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, scenario), daemon=True).start()


main()

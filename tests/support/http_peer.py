"""A server for tests of kept connections: plays one scenario of HTTP/1 to everyone who connects.

    http_peer.py SCENARIO

It listens at a free port of 127.0.0.1, whose number it prints, until it is ended. The title of each answer is
C.R: the connection's number, and the request's on it, both from 1.
"""

import socket
import sys
import threading


def hear_request(connection):
    heard = b""
    while b"\r\n\r\n" not in heard:
        data = connection.recv(65536)
        if not data:
            raise OSError
        heard += data
    return heard


def answer(number, request, version=b"1.1", header=b"", length=True):
    body = b"<title>%d.%d</title>" % (number, request)
    head = b"HTTP/" + version + b" 200 OK\r\nContent-Type: text/html\r\n" + header
    if length:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + body


def keeps(connection, number):
    for request in range(1, 1000):
        hear_request(connection)
        connection.sendall(answer(number, request))


def closes_at_the_second(connection, number):
    """As one whose patience ended while the second request was on its way."""
    hear_request(connection)
    connection.sendall(answer(number, 1))
    hear_request(connection)


def answers_half_of_the_second(connection, number):
    hear_request(connection)
    connection.sendall(answer(number, 1))
    hear_request(connection)
    connection.sendall(answer(number, 2)[:30])


def closes_in_silence(connection, number):
    hear_request(connection)
    connection.sendall(answer(number, 1))


def says_close(connection, number):
    for request in range(1, 1000):
        hear_request(connection)
        connection.sendall(answer(number, request, header=b"Connection: foo, Close\r\n"))


def old(connection, number):
    for request in range(1, 1000):
        hear_request(connection)
        connection.sendall(answer(number, request, version=b"1.0"))


def old_and_keeps(connection, number):
    for request in range(1, 1000):
        hear_request(connection)
        connection.sendall(answer(number, request, version=b"1.0", header=b"Connection: Keep-Alive\r\n"))


def says_too_much(connection, number):
    for request in range(1, 1000):
        hear_request(connection)
        connection.sendall(answer(number, request) + answer(number, 999))


def ends_by_closing(connection, number):
    hear_request(connection)
    connection.sendall(answer(number, 1, length=False))


def serve(scenario, connection, number):
    try:
        with connection:
            scenario(connection, number)
    except OSError:
        pass


def main():
    scenario = globals()[sys.argv[1]]
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print("port", listener.getsockname()[1], ".", flush=True)
    number = 0
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=serve, args=(scenario, connection, number), daemon=True).start()


main()

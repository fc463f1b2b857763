"""A server of WebSocket, by the library of Python's own people, for tests.

    websocket_server.py [CERTIFICATE KEY]

It listens at a free port of 127.0.0.1, whose number it prints, until it is ended. The path says
what it does:

    /echo       sends back what comes
    /hello      sends "hello NAME", then what the client answers in upper case
    /fragments  sends "one two three" in three fragments, after a ping
    /ping       pings, and says "ponged" once that was answered
    /close      closes with 4001 "enough"
    /forbidden  403
"""

import asyncio
import http
import ssl
import sys

import websockets


async def serve(connection, path):
    if path == "/echo":
        async for message in connection:
            await connection.send(message)
    elif path == "/hello":
        await connection.send("hello 7")
        await connection.send((await connection.recv()).upper())
        await connection.wait_closed()
    elif path == "/fragments":
        await connection.ping(b"before")
        await connection.send(iter(["one ", "two ", "three"]))
        await connection.wait_closed()
    elif path == "/ping":
        await (await connection.ping(b"1"))
        await connection.send("ponged")
        await connection.wait_closed()
    elif path == "/close":
        await connection.close(4001, "enough")


async def refuse(path, headers):
    if path == "/forbidden":
        return http.HTTPStatus.FORBIDDEN, [("Server", "here")], b"no"
    return None


async def main():
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[1:3])
    server = await websockets.serve(
        serve, "127.0.0.1", 0, ssl=context, subprotocols=["chat"], process_request=refuse
    )
    print("port", server.sockets[0].getsockname()[1], ".", flush=True)
    await asyncio.Future()


asyncio.run(main())

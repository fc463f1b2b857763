"""A proxy that writes down in a file what it was asked, a line each. What it is asked for in plain
HTTP it answers itself, with a page whose title is the request; where it is asked for a way, all names
lead to 127.0.0.1."""

import asyncio
import sys


async def relay(source, sink):
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except OSError:
        sink.close()


async def serve(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        writer.close()
        return
    lines = head.decode().rstrip().split("\r\n")
    with open(sys.argv[1], "a") as log:
        print("|".join(lines), file=log)
    method, what, _ = lines[0].split(" ")
    if method == "CONNECT":
        try:
            there = await asyncio.open_connection("127.0.0.1", int(what.rpartition(":")[2]))
        except OSError:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nServer: muster's proxy\r\n\r\n<h1>No</h1>")
            await writer.drain()
            writer.close()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(relay(reader, there[1]), relay(there[0], writer))
        writer.close()
        return
    page = ("<title>" + "|".join(lines) + "</title>").encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page)
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], ".", flush=True)
    await server.serve_forever()


asyncio.run(main())

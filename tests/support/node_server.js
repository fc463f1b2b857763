// A server in Node for tests: HTTP, or with a certificate HTTPS and HTTP/2.
//
//     node_server.js [CERTIFICATE KEY]
//
// It listens at a free port of 127.0.0.1, whose number it prints, until it is ended. What a path
// does is in `pages`, for both versions alike, and in `streams` for HTTP/2 alone.
"use strict";

const fs = require("fs");
const http = require("http");
const http2 = require("http2");
const zlib = require("zlib");

const title = "<title>Node</title>";
const html = { "Content-Type": "text/html" };

const pages = {
  "/": (request, response) => response.writeHead(200, html).end(title),
  "/hints": (request, response) => {
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
    response.writeEarlyHints({ link: "</more.css>; rel=preload; as=style" });
    response.writeHead(200, html).end(title);
  },
  "/echo": (request, response) => request.pipe(response.writeHead(200)),
  "/json": (request, response) =>
    response.writeHead(200, { "Content-Type": "application/json" })
      .end(JSON.stringify({ status: "ok", checks: [{ name: "disk", free: 17 }] })),
  "/unchanged": (request, response) => response.writeHead(304, { ETag: '"1"' }).end(),
  "/empty": (request, response) => response.writeHead(204).end(),
  "/never": () => {},
  "/stops": (request, response) => response.writeHead(200, html).write(title),
  "/broken": (request, response) => {
    response.writeHead(200, html).write(title, () => request.socket.destroy());
  },
  "/large-header": (request, response) =>
    response.writeHead(200, { "X-Large": "l".repeat(40 * 1024) }).end(),
  "/trailers": (request, response) => {
    response.writeHead(200, { "Content-Type": "text/html", Trailer: "X-Sum" });
    response.write(title);
    response.write("and more, in another piece");
    response.addTrailers({ "X-Sum": "4711" });
    response.end();
  },
  "/bomb": (request, response) => {
    response.writeHead(200, { "Content-Encoding": "gzip" });
    response.end(zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024)));
  },
};
for (const [coding, make] of Object.entries({
  gzip: zlib.createGzip, deflate: zlib.createDeflate, br: zlib.createBrotliCompress,
})) {
  pages["/" + coding] = (request, response) => {
    response.writeHead(200, { "Content-Type": "text/html", "Content-Encoding": coding });
    const coder = make();
    coder.pipe(response);
    coder.write(title);
    coder.flush(() => coder.end("x".repeat(100000)));
  };
}

const streams = {
  "/refuses": (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM),
  "/resets": (stream) => stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM),
  "/goes-away": (stream) => stream.session.destroy(),
};

function answer(request, response) {
  const play = request.stream && streams[request.url];
  if (play) {
    play(request.stream);
  } else if (pages[request.url]) {
    pages[request.url](request, response);
  } else {
    response.writeHead(404).end();
  }
}

const [certificate, key] = process.argv.slice(2);
const server = certificate
  ? http2.createSecureServer(
      { cert: fs.readFileSync(certificate), key: fs.readFileSync(key), allowHTTP1: true }, answer)
  : http.createServer(answer);
server.on("sessionError", () => {});
server.listen(0, "127.0.0.1", () => console.log("port", server.address().port, "."));

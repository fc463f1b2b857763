"""A gRPC server for tests, made by gRPC's own library, that tells its health (grpc.health.v1).

    grpc_server.py [CERTIFICATE KEY]

It listens at a free port of 127.0.0.1, whose number it prints, until it is ended. It serves as a
whole; `idle` does not serve, `odd` is unknown to it, and all others don't exist.
"""

import concurrent.futures
import sys

import grpc

# HealthCheckRequest and HealthCheckResponse by their bytes: one field each.
ANSWERS = {b"": b"\x08\x01", b"\x0a\x04idle": b"\x08\x02", b"\x0a\x03odd": b""}


def check(request, context):
    if request not in ANSWERS:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return ANSWERS[request]


def main():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=2))
    handler = grpc.unary_unary_rpc_method_handler(check)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler}),)
    )
    if len(sys.argv) > 2:
        with open(sys.argv[1], "rb") as certificate, open(sys.argv[2], "rb") as key:
            own = grpc.ssl_server_credentials([(key.read(), certificate.read())])
        port = server.add_secure_port("127.0.0.1:0", own)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print("port", port, ".", flush=True)
    server.wait_for_termination()


main()

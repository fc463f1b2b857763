"""examples_test.py DIRECTORY: runs the programs of examples/ on loopback."""

import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import unittest


def run(name, *words):
    return subprocess.run([PROGRAMS / f"example_{name}", *words], capture_output=True, text=True,
                          timeout=60, check=False)


def last_line(ended):
    return ended.stdout.splitlines()[-1]


class greeting_server:
    """A server on loopback that says `text` to everyone, and listens while this lives."""

    def __init__(self, text):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.text = text
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            with peer:
                if self.text is None:
                    return
                peer.sendall(self.text)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.text = None
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join()
        self.listener.close()


class Examples(unittest.TestCase):
    def test_each_is_short(self):
        sources = list(pathlib.Path(__file__).parents[2].glob("examples/*.cpp"))
        self.assertEqual(len(sources), 3)
        for source in sources:
            self.assertLess(len(source.read_text().splitlines()), 60, source.name)

    def test_sweep(self):
        ended = run("sweep", "127.0.0.1", "localhost", "what?")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(len(re.findall(r"^127\.0\.0\.1:(?:22|80|443) \w+$", ended.stdout, re.M)), 3)
        self.assertRegex(last_line(ended), r"^6 probes, \d up, in \d\.\d{3} s$")
        self.assertIn("what?", ended.stderr)

    def test_own_probe(self):
        with greeting_server(b"220 ready\x1b[2J\r\nmore") as server:
            ended = run("own_probe", f"127.0.0.1:{server.port}", f"localhost:{server.port}",
                        "127.0.0.1:1")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        for host in ("127.0.0.1", "localhost"):
            self.assertIn(f"{host}:{server.port} up 220 ready\\x1b[2J\n", ended.stdout)
        self.assertRegex(ended.stdout, r"(?m)^127\.0\.0\.1:1 refused .*Connection refused$")
        self.assertEqual(len(ended.stdout.splitlines()), 3)

    def test_commands(self):
        ended = run("commands", "127.0.0.1", "127.0.0.2", "--", "echo", "this is {}")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("127.0.0.2: up, exit code 0, ", ended.stdout)
        self.assertIn("\nthis is 127.0.0.2\n", ended.stdout)
        self.assertEqual(last_line(ended), "2 targets, 2 up")

    def test_commands_that_fail(self):
        self.assertEqual(run("commands", "127.0.0.1", "--", "false").returncode, 1)
        ended = run("commands", "127.0.0.1")
        self.assertEqual(ended.returncode, 2)
        self.assertIn("example_commands: ", ended.stderr)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(os.path.abspath(sys.argv[1]))
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])

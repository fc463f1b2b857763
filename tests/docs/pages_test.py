"""pages_test.py SOURCES MUSTER SNIPPETS: runs every piece of code of the pages that can be run.

All of it runs in a network namespace with the private networks on its loopback device, so that the
hosts that the pages name are there, and no packet leaves this machine. Programs that are not
muster's are stand-ins. What takes longer than `patience_s` is interrupted, and has to end in order.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import pages

networks = ("10.0.0.0/8", "192.168.0.0/16")
patience_s = 3
end_s = 60

# What a command says when it was used well: every target up, some not, interrupted by us.
good_ends = (0, 1)
interrupted = 130

stand_ins = {
    "ping": "echo pong",
    "ssh": "sleep 0.5",  # so that a job goes on for a while
    **dict.fromkeys(["curl", "backup", "check_http", "check_ssh", "jq"], "exit 0"),
}

# What the pages' commands read.
files = {
    "hosts": "127.0.0.1\n127.0.0.2\n",
    "hosts.csv": "host,port\n127.0.0.1,22\n127.0.0.2,2222\n",
    "all.csv": "target,label\n127.0.0.1,one\n127.0.0.2,two\n",
    "urls": "http://127.0.0.1:1/\nhttps://127.0.0.2/\n",
    "urls.txt": "http://127.0.0.1:1/\nhttp://127.0.0.2:1/\n",
    "watch.yml": "checks: [{name: own, targets: 127.0.0.1}]\n",
    "more.txt": "127.0.0.3\n",
    "lists.d/one": "127.0.0.4\n",
    "one.log": "a log\n",
    "two.log": "another\n",
}


# Values for the recipes, and what GNU parallel makes of each.
paths = ("a/b.c/d", "x", ".hidden", "dir/", "/x", "a.", "a b/c.d e.f", "a.tar.gz", "dir.d/", "a/.b")


def base(path):
    return re.sub(r".*/", "", path)


def without_suffix(path):
    return re.sub(r"\.[^/.]*$", "", path)


parts = {
    "{/}": base,
    "{//}": lambda path: os.path.dirname(path.rstrip("/")) or ("/" if path[0] == "/" else "."),
    "{.}": without_suffix,
    "{/.}": lambda path: without_suffix(base(path)),
}


def own_network():
    """What runs a command in a namespace of its own, or None where there is none to be had."""
    setting_up = "ip link set lo up && " + " && ".join(
        f"ip route add local {network} dev lo" for network in networks)
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        words += ["sh", "-c", setting_up + ' && exec "$@"', "sh"]
        try:
            if subprocess.run(words + ["true"], capture_output=True, check=False).returncode == 0:
                return words
        except FileNotFoundError:
            return None
    return None


class Pages(unittest.TestCase):
    def setUp(self):
        self.set_out()

    def set_out(self):
        """A directory with all that a block of commands needs."""
        place = tempfile.TemporaryDirectory(prefix="muster-pages-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        programs = self.place / "programs"
        programs.mkdir()
        (programs / "muster").symlink_to(MUSTER)
        for name, script in stand_ins.items():
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)
        for name, text in files.items():
            (self.place / name).parent.mkdir(exist_ok=True)
            (self.place / name).write_text(text)
        self.environment = {
            **os.environ, "HOME": place.name, "XDG_STATE_HOME": f"{place.name}/state",
            "PATH": f"{programs}:{os.environ['PATH']}",
        }

    def run_here(self, words):
        """Exit status and what was said, of a command that may be interrupted."""
        started = subprocess.Popen(
            NETWORK + words, cwd=self.place, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            said, _ = started.communicate(timeout=patience_s)
            return started.returncode, False, said
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGINT)
        try:
            said, _ = started.communicate(timeout=end_s)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            said, _ = started.communicate()
        return started.returncode, True, said

    def check_shell(self, piece):
        status, was_interrupted, said = self.run_here(["bash", "-c", piece.text])
        text = said.decode(errors="replace")[-2000:]
        good = (*good_ends, interrupted, -signal.SIGINT) if was_interrupted else good_ends
        self.assertIn(status, good, f"{piece}: {piece.text}\n{text}")

    def test_shell(self):
        self.assertGreater(len(SHELL), 8)
        for block in SHELL:
            self.set_out()
            for piece in block:
                if pages.why_not(piece):
                    continue
                with self.subTest(str(piece)):
                    self.check_shell(piece)

    def test_cpp(self):
        pieces = list(pages.cpp_pieces(SOURCES))
        self.assertGreater(len(pieces), 4)
        for piece in pieces:
            with self.subTest(str(piece)):
                status, was_interrupted, said = self.run_here([SNIPPETS, piece.name])
                self.assertEqual((status, was_interrupted), (0, False),
                                 f"{piece}: {said.decode(errors='replace')[-2000:]}")

    def test_yaml(self):
        """Each configuration is one with which nothing is wrong."""
        pieces = list(pages.yaml_pieces(SOURCES))
        self.assertGreater(len(pieces), 0)
        for piece in pieces:
            with self.subTest(str(piece)):
                (self.place / "piece.yml").write_text(piece.text)
                status, _, said = self.run_here(["muster", "watch", "piece.yml", "--check-config"])
                self.assertEqual(status, 0, f"{piece}: {said.decode(errors='replace')}")

    def test_recipes_for_parts_of_a_path(self):
        """What the table says instead of parallel's placeholders gives what they would."""
        found = dict(pages.path_recipes(SOURCES))
        self.assertEqual(found.keys(), parts.keys())
        values = "".join(f"{value}\n" for value in paths)
        for placeholder, of_value in parts.items():
            with self.subTest(placeholder):
                ended = subprocess.run(
                    ["sh", "-c", f"muster run --lines --ordered {found[placeholder]}"],
                    input=values, env=self.environment, capture_output=True, text=True, check=False)
                self.assertEqual(ended.stdout.splitlines(), [of_value(value) for value in paths])

    def test_options_of_the_table(self):
        """Every option that the table says muster has is in its help."""
        helped = "".join(
            subprocess.run(["muster", *verb, "--help"], env=self.environment, capture_output=True,
                           text=True, check=True).stdout
            for verb in (["run"], ["sweep"], ["jobs"], ["jobs", "wait"], ["jobs", "receive"]))
        known = set(re.findall(r"--[a-z][a-z-]+", helped))
        named = pages.table_options(SOURCES)
        self.assertGreater(len(named), 20)
        self.assertEqual(named - known, set())

    def test_what_is_not_run_is_there(self):
        for begin in pages.not_run:
            with self.subTest(begin):
                self.assertTrue(any(piece.text.startswith(begin)
                                    for block in SHELL for piece in block))

    def test_every_fence_is_of_a_kind_that_is_tried(self):
        pages.check_kinds(SOURCES)


if __name__ == "__main__":
    SOURCES = pathlib.Path(sys.argv[1]).resolve()
    MUSTER, SNIPPETS = sys.argv[2:4]
    SHELL = list(pages.shell_blocks(SOURCES))
    NETWORK = own_network()
    if NETWORK is None:
        print("skipped: needs a network namespace (root, or user namespaces)")
    else:
        unittest.main(argv=sys.argv[:1] + sys.argv[4:])

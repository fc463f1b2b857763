"""Scripts tell what they take, and do nothing else, when they are asked or told what they don't know.

Nothing is installed or built.
"""

import pathlib
import subprocess
import sys
import unittest


def run(name, *words):
    return subprocess.run(["/bin/bash", SCRIPTS / name, *words], timeout=20,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)


class Usage(unittest.TestCase):
    def test_help_is_given(self):
        for name in ("bench", "in-release", "lint", "quickstart", "soak", "test"):
            with self.subTest(name):
                asked = run(name, "--help")
                self.assertEqual(asked.returncode, 0, asked.stderr)
                self.assertIn(f"usage: scripts/{name}", asked.stdout + asked.stderr)

    def test_what_is_not_known_is_refused(self):
        for name, words in (("bench", ["--no-such"]), ("in-release", []), ("lint", ["--no-such"]),
                            ("quickstart", ["now"]), ("soak", []), ("soak", ["long"]),
                            ("test", ["ci", "asan"]), ("test", ["--no-such"]),
                            ("install-packages", [])):
            with self.subTest(name, words=words):
                refused = run(name, *words)
                self.assertEqual(refused.returncode, 2, refused.stderr)
                self.assertIn(f"usage: scripts/{name}", refused.stdout + refused.stderr)


if __name__ == "__main__":
    SCRIPTS = pathlib.Path(sys.argv.pop())
    unittest.main()

"""scripts/install-packages among programs that only say what Debian's would.

Nothing is installed: `sudo` writes down what it is asked for, and the lists are the test's own.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

INSTALLED = """#!/bin/sh
for name in $INSTALLED; do [ "$name" = "$4" ] && echo installed; done
"""
KNOWN = """#!/bin/sh
for name in $KNOWN; do [ "$name" = "$2" ] && printf '%s:\\n  Candidate: 1.0-1\\n' "$2" && exit; done
[ "$2" = gone ] && printf 'gone:\\n  Candidate: (none)\\n'
exit 0
"""
LOCK = "/var/lib/apt/lists/lock"


class InstallPackages(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="muster-install-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.log = self.place / "log"
        self.log.touch()
        for name, text in {
                "dpkg-query": INSTALLED, "apt-cache": KNOWN, "apt-get": "#!/bin/sh\nexit 9\n",
                "id": "#!/bin/sh\necho 1000\n", "sudo": f'#!/bin/sh\necho "$*" >>{self.log}\n',
        }.items():
            program = self.place / name
            program.write_text(text)
            program.chmod(0o755)
        shutil.copy(SCRIPT, self.place / "install-packages")

    def start_on(self, packages, installed="", known=""):
        (self.place / "packages-some.txt").write_text(packages)
        return subprocess.Popen(
            [self.place / "install-packages", "some"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={"PATH": f"{self.place}:{os.environ['PATH']}", "INSTALLED": installed,
                 "KNOWN": known})

    def run_on(self, packages, **there_is):
        started = self.start_on(packages, **there_is)
        out, err = started.communicate()
        return subprocess.CompletedProcess([], started.returncode, out, err)

    def asked(self):
        """The package names of each call of apt-get install, and "update" for the other verb."""
        calls = [line.split() for line in self.log.read_text().splitlines() if "apt-get" in line]
        return ["update" if "update" in call else
                " ".join(call[call.index("--no-install-recommends") + 1:]) for call in calls]

    def test_what_is_there_is_not_asked_for(self):
        ended = self.run_on("one  # why\n\n# two\nnew | old # either\n", installed="one old")
        self.assertEqual((ended.returncode, ended.stdout, self.asked()), (0, "", []))

    def test_of_alternatives_the_first_that_the_release_has_is_taken(self):
        self.assertEqual(self.run_on("new | old\n", known="old new").returncode, 0)
        self.assertEqual(self.run_on("gone | old\n", known="old").returncode, 0)
        self.assertEqual(self.asked(), ["new", "old"])

    def test_what_no_index_has_is_looked_for_in_a_fresh_one_and_named_with_the_release(self):
        ended = self.run_on("fine\ngone | never # why\n", known="fine")
        release = subprocess.run(["sh", "-c", '. /etc/os-release; echo "$PRETTY_NAME"'],
                                 capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual(ended.returncode, 3)
        self.assertEqual(ended.stderr,
                         f"install-packages: {release} has no package 'gone | never'\n")
        self.assertEqual(self.asked(), ["update"])

    def test_apt_is_told_to_wait_for_its_own_lock(self):
        self.run_on("fine\n", known="fine")
        self.assertIn("-o DPkg::Lock::Timeout=600", self.log.read_text())

    @unittest.skipUnless(os.geteuid() == 0 and os.path.exists(LOCK), "takes root and apt")
    def test_a_lock_that_apt_does_not_wait_for_is_waited_for_and_named(self):
        holder = subprocess.Popen(
            [sys.executable, "-c",
             f"import fcntl, sys; f = open('{LOCK}', 'w'); fcntl.lockf(f, fcntl.LOCK_EX);"
             "print(flush=True); sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.wait)
        self.addCleanup(holder.stdout.close)
        self.addCleanup(holder.stdin.close)
        holder.stdout.readline()
        waiting = self.start_on("fine\n", known="fine")
        said = next((line for line in waiting.stdout if "Waiting" in line), "")
        self.assertIn(f"Waiting for process {holder.pid} (python3", said)
        self.assertIn(f"which holds {LOCK}", said)
        self.assertEqual(self.asked(), [])
        holder.stdin.close()
        waiting.communicate()
        self.assertEqual(self.asked(), ["fine"])


if __name__ == "__main__":
    SCRIPT = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])

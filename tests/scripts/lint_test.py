"""scripts/lint in a tree of a few files, among programs that only say what the real ones would.

The layout alone is checked by the real clang-format, where there is one.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CMAKE = """#!/bin/sh
mkdir -p build/lint
cat >build/lint/compile_commands.json <<END
  "command": "compiler -I$PWD/build/lint/layers/cli -DSEEN -o say.o -c $PWD/src/cli/say.cpp",
END
"""
# Two sources whose names have "twin" in them don't go together: the second one is in error. Where
# there are no such, it is the same with "heir".
COMPILER = """#!/bin/sh
for source in "$@"; do :; done
in_error() { grep -o "/[^\\"]*$1[^\\"]*" "$source" | sed -n '2,$s/$/:1:1: error: redefinition/p'; }
twins=$(in_error twin)
if [ -n "$twins" ]; then echo "$twins"; else in_error heir; fi
"""
# Finds fault with a header that everything includes, and with nothing else.
CLANG_TIDY = """#!/bin/sh
for source in "$@"; do case $source in *checked*) sed 's/.*src.\\(.*\\)".*/\\1/' "$source"; esac; done |
  xargs >>"$LOG"
case $* in *layers*) echo "layers" >>"$LOG"; esac
printf '%s/include/odd.hpp:3:1: error: odd [check]\\nodd\\n^\\n' "$PWD"
exit 1
"""
PROGRAMS = {"cmake": CMAKE, "compiler": COMPILER, "clang-tidy": CLANG_TIDY}


class Lint(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="muster-lint-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name).resolve()
        self.log = self.place / "log"
        self.log.touch()
        self.write(".clang-format", "BasedOnStyle: Google\n")
        for name, text in PROGRAMS.items():
            self.write(f"bin/{name}", text, mode=0o755)
        self.write("scripts/install-packages", "#!/bin/sh\n", mode=0o755)
        shutil.copy(SCRIPT, self.place / "scripts" / "lint")

    def write(self, name, text, mode=0o644):
        file = self.place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def lint(self, *files):
        return subprocess.run(
            [self.place / "scripts" / "lint", *files], capture_output=True, text=True,
            cwd=self.place, check=False,
            env={"PATH": f"{self.place}/bin:{os.environ['PATH']}", "LOG": str(self.log)})

    @unittest.skipUnless(shutil.which("clang-format"), "takes clang-format")
    def test_a_file_that_is_laid_out_otherwise_is_named(self):
        self.write("tests/fine.cpp", "int fine;\n")
        self.write("tests/odd.cpp", "int   odd;\n")
        ended = self.lint("tests/fine.cpp")
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))
        ended = self.lint("tests/fine.cpp", "tests/odd.cpp")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("tests/odd.cpp:1:4: error:", ended.stderr)
        self.assertNotIn("tests/fine.cpp", ended.stderr)

    def test_sources_are_checked_together_unless_they_clash_and_a_fault_is_told_once(self):
        self.write("bin/clang-format", "#!/bin/sh\n", mode=0o755)
        sources = [f"src/{name}.cpp" for name in ("heir1", "heir2", "other", "twin1", "twin2")]
        for source in sources:
            self.write(source, "")
        ended = self.lint(*sources)
        self.assertEqual(ended.stdout, "include/odd.hpp:3:1: error: odd [check]\nodd\n^\n")
        self.assertEqual(ended.returncode, 1)
        self.assertEqual(self.log.read_text(), "twin2.cpp heir2.cpp\nheir1.cpp other.cpp twin1.cpp\n")


if __name__ == "__main__":
    SCRIPT = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])

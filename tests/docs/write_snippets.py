"""write_snippets.py SOURCES TEMPLATE OUT: puts the pages' pieces of C++ into one program."""

import pathlib
import sys

import pages

root, template, out = map(pathlib.Path, sys.argv[1:])
text = pages.whole_program(root, template)
if not out.exists() or out.read_text() != text:
    out.write_text(text)

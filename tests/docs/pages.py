"""The pieces of code on the pages: README.md and docs/*.md.

A fence that says `cpp` is followed by the name of the piece, for which library_snippets.cpp.in has
what it needs around it. Shell is known by its first words, in a fence or indented, as most of what
stands there is output, formats and tables. Every line of it is either run or listed in `not_run`.
"""

import pathlib
import re

# What begins a line of shell on the pages.
shell_words = ("muster", "ls", "cat", "yes")
shell_paths = ("scripts/", "build/")

# What can't be run here, by how it begins, and why. Each has to be there.
not_run = {
    "scripts/quickstart": "installs packages and builds muster",
    "scripts/test": "builds muster and runs all tests, this one as well",
    "scripts/bench": "installs, builds and measures for 20 minutes",
    "build/release/bin/muster-bench": "measures for minutes, and is another preset's program",
    "muster run [TARGET…]": "says what may stand where",
}


class Piece:
    def __init__(self, page, line, name, text):
        self.page, self.line, self.name, self.text = page, line, name, text

    def __str__(self):
        return f"{self.page}:{self.line}"


def pages(root):
    root = pathlib.Path(root)
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def blocks(root, page):
    """(line number, info string or None when indented, lines) of each block of code."""
    name = str(page.relative_to(root))
    lines = page.read_text().splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        begin = at + 1
        if line.startswith("```"):
            end = lines.index("```", begin)
            yield name, begin + 1, line[3:].strip(), lines[begin:end]
            at = end + 1
        elif line.startswith("    ") and not lines[at - 1].strip():
            end = at
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            yield name, begin, None, [one[4:] for one in lines[at:end]]
            at = end
        else:
            at += 1


def cpp_pieces(root):
    for page in pages(root):
        for name, line, info, lines in blocks(root, page):
            words = (info or "").split()
            if words[:1] == ["cpp"]:
                if len(words) != 2:
                    raise SystemExit(f"{name}:{line}: a piece of C++ needs a name: ```cpp NAME")
                yield Piece(name, line, words[1], lines)


def yaml_pieces(root):
    """Whole configurations of a watch."""
    for page in pages(root):
        for name, line, info, lines in blocks(root, page):
            if (info or "").split()[:1] == ["yaml"]:
                yield Piece(name, line, None, "\n".join(lines) + "\n")


def is_shell(line):
    return line.startswith(shell_paths) or line.split(" ", 1)[0] in shell_words


def commands(lines):
    """(index of the first line, whole command), continued lines joined."""
    at = 0
    while at < len(lines):
        begin = at
        while lines[at].endswith("\\") and at + 1 < len(lines):
            at += 1
        at += 1
        yield begin, "\n".join(lines[begin:at])


def shell_blocks(root):
    """Lists of pieces, a list for each block."""
    for page in pages(root):
        for name, line, info, lines in blocks(root, page):
            shell = info in (None, "", "sh") and is_shell(lines[0])
            for offset, command in commands(lines):
                if command.strip() and is_shell(command) != shell:
                    raise SystemExit(f"{name}:{line + offset}: is this shell or is it not?")
            if shell:
                yield [Piece(name, line + offset, None, command)
                       for offset, command in commands(lines)]


def why_not(piece):
    return next((why for begin, why in not_run.items() if piece.text.startswith(begin)), None)


def check_kinds(root):
    """Every fence says something that is known here."""
    for page in pages(root):
        for name, line, info, _ in blocks(root, page):
            kind = (info or "sh").split()[0] if info else "sh"
            # What CMake says is tried by tests/consumer.
            if kind not in ("sh", "cpp", "cmake", "yaml"):
                raise SystemExit(f"{name}:{line}: nobody tries what is marked `{kind}`")


def table_rows(root):
    """The cells of each row of the table of other runners."""
    text = (pathlib.Path(root) / "docs/run.md").read_text()
    text = text[text.index("## What other runners have"):]
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| runner |"):
            yield re.split(r" (?<!\\)\| ", line[2:-2])


def path_recipes(root):
    """(placeholder of parallel's, options and script that give the same)"""
    for _, theirs, ours, *_ in table_rows(root):
        if found := re.fullmatch(r"`(\{/?/?\.?\})`", theirs):
            yield found[1], re.search(r"`(--shell .*)`", ours)[1]


def table_options(root):
    """The long options that are muster's: what follows a ` -- ` is another program's, and what is
    said to be another runner's own is not looked at."""
    out = set()
    for _, _, ours, *_ in table_rows(root):
        for code in re.findall(r"(?<!own )`([^`]*)`", ours):
            out.update(re.findall(r"--[a-z][a-z-]+", code.split(" -- ")[0]))
    return out


def whole_program(root, template):
    """The source that has every piece of C++ in its place."""
    pieces = {piece.name: piece for piece in cpp_pieces(root)}
    includes, out, used = [], [], set()
    for line in pathlib.Path(template).read_text().splitlines():
        found = re.fullmatch(r"\s*//@ (\w+)", line)
        if not found:
            out.append(line)
            continue
        name = found[1]
        if name == "includes":
            out.append(None)
            continue
        if name not in pieces:
            raise SystemExit(f"{template}: no page has a piece of the name {name}")
        piece = pieces[name]
        used.add(name)
        # No #line: GCC warns of types without linkage in what it takes for a header then.
        out.append(f"// {piece}")
        for text in piece.text:
            is_include = text.startswith("#include ")
            if is_include and text not in includes:
                includes.append(text)
            out.append("" if is_include else text)
    if unused := pieces.keys() - used:
        raise SystemExit(f"{template}: has no place for {', '.join(sorted(unused))}")
    at = out.index(None)
    out[at:at + 1] = includes
    return "\n".join(out) + "\n"

"""Each header compiles alone, and may be included twice.

    self_contained.py SOURCE_ROOT BUILD_ROOT

A header that another one includes before anything else stands alone where that one does: it need not be
compiled once more.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler, in_parallel  # noqa: E402

FIRST_WORDS = re.compile(r"\A(?:\s|//[^\n]*\n|#[ \t]*pragma once)*#[ \t]*include[ \t]*<([^>]+)>")


def first_include(path):
    found = FIRST_WORDS.match(path.read_text(encoding="utf-8"))
    return found[1] if found else None


def main():
    include = pathlib.Path(sys.argv[1]) / "include"
    compiler = Compiler(sys.argv[2])
    headers = [path.relative_to(include).as_posix() for path in sorted(include.rglob("*.hpp"))]
    if "-DXGRAD_NO_BLAS" in compiler.command:
        headers = [header for header in headers if "linalg" not in header]
    seen_alone = {first_include(include / header) for header in headers}
    headers = [header for header in headers if header not in seen_alone]
    results = in_parallel(
        lambda header: compiler.check(f"#include <{header}>\n" * 2), headers
    )
    checks = Checks()
    for header, result in zip(headers, results):
        first_lines = "\n".join(result.stdout.splitlines()[:12])
        checks.add(header, first_lines if result.returncode else None)
    checks.close()


main()

"""Each header compiles alone, and may be included twice.

    self_contained.py SOURCE_ROOT BUILD_ROOT

Other people's headers come precompiled: what is checked is that ours name each other. One that another includes
before the rest of ours stands alone where that one does: it need not be compiled once more.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler, Precompiled, in_parallel  # noqa: E402

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", re.M)


def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def main():
    include = pathlib.Path(sys.argv[1]) / "include"
    compiler = Compiler(sys.argv[2])
    headers = [path.relative_to(include).as_posix() for path in sorted(include.rglob("*.hpp"))]
    if "-DXGRAD_NO_BLAS" in compiler.command:
        headers = [header for header in headers if "linalg" not in header]
    seen_alone = set()
    others = set()
    for header in headers:
        names = includes(include / header)
        seen_alone.update([name for name in names if name.startswith("xgrad/")][:1])
        # a header with a dot may be one that a condition guards
        others.update(name for name in names if not name.startswith("xgrad/") and "." not in name)
    headers = [header for header in headers if header not in seen_alone]
    text = "".join(f"#include <{name}>\n" for name in sorted(others)) + (
        pathlib.Path(sys.argv[1]) / "test/support/third_party.hpp"
    ).read_text(encoding="utf-8")
    with Precompiled(compiler, text) as after:
        results = in_parallel(lambda header: after.check(f"#include <{header}>\n" * 2), headers)
    checks = Checks()
    for header, result in zip(headers, results):
        first_lines = "\n".join(result.stdout.splitlines()[:12])
        checks.add(header, first_lines if result.returncode else None)
    checks.close()


main()

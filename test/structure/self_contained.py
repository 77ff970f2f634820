"""Each header compiles alone, and may be included twice.

    self_contained.py SOURCE_ROOT BUILD_ROOT
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler, in_parallel  # noqa: E402


def main():
    include = pathlib.Path(sys.argv[1]) / "include"
    compiler = Compiler(sys.argv[2])
    headers = [path.relative_to(include).as_posix() for path in sorted(include.rglob("*.hpp"))]
    if "-DXGRAD_NO_BLAS" in compiler.command:
        headers = [header for header in headers if "linalg" not in header]
    results = in_parallel(
        lambda header: compiler.check(f"#include <{header}>\n" * 2), headers
    )
    checks = Checks()
    for header, result in zip(headers, results):
        first_lines = "\n".join(result.stdout.splitlines()[:12])
        checks.add(header, first_lines if result.returncode else None)
    checks.close()


main()

"""Each header compiles alone, and may be included twice.

    self_contained.py SOURCE_ROOT BUILD_ROOT

Other people's headers come precompiled: what is checked is that ours name each other. A header stands alone where
it is included after nothing but what it includes itself: so most need not be compiled once more, and the rest comes
after a precompiled foundation, if it includes all of that.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler, Precompiled, in_parallel  # noqa: E402

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", re.M)
FOUNDATION = "xgrad/tensor/tensor.hpp"


class Headers:
    """Ours: what each includes, directly and in all."""

    def __init__(self, include):
        self.included = {
            path.relative_to(include).as_posix(): INCLUDE.findall(path.read_text(encoding="utf-8"))
            for path in sorted(include.rglob("*.hpp"))
        }
        self.closures = {}

    def own(self, header):
        return [name for name in self.included[header] if name in self.included]

    def closure(self, header):
        """The header and all that it includes."""
        if header not in self.closures:
            self.closures[header] = {header}.union(*map(self.closure, self.own(header)))
        return self.closures[header]

    def seen_alone(self):
        """Those that some other one includes after nothing that they do not include themselves."""
        found = set()
        for header in self.included:
            before = set()
            for name in self.own(header):
                if before <= self.closure(name):
                    found.add(name)
                before |= self.closure(name)
        return found

    def standard(self):
        """The standard library's that are included; others' may stand under a condition."""
        names = {name for names in self.included.values() for name in names}
        return sorted(name for name in names if "." not in name)


def main():
    root = pathlib.Path(sys.argv[1])
    compiler = Compiler(sys.argv[2])
    headers = Headers(root / "include")
    left = sorted(headers.included.keys() - headers.seen_alone())
    if "-DXGRAD_NO_BLAS" in compiler.command:
        left = [header for header in left if "linalg" not in header]
    others = "".join(f"#include <{name}>\n" for name in headers.standard()) + (
        root / "test/support/third_party.hpp"
    ).read_text(encoding="utf-8")
    founded = [h for h in left if headers.closure(FOUNDATION) < headers.closure(h)]
    unfounded = [h for h in left if h not in founded]
    checks = Checks()
    for before, names in (others, unfounded), (f"{others}#include <{FOUNDATION}>\n", founded):
        with Precompiled(compiler, before) as after:
            results = in_parallel(lambda name: after.check(f"#include <{name}>\n" * 2), names)
        for name, result in zip(names, results):
            first_lines = "\n".join(result.stdout.splitlines()[:12])
            checks.add(name, first_lines if result.returncode else None)
    checks.close()


main()

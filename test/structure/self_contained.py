"""Each header compiles alone, may be included twice, and gives none of the warnings that users often ask for.

    self_contained.py SOURCE_ROOT BUILD_ROOT

Other people's headers come precompiled: what is checked is that ours name each other. A header stands alone where
it is included after nothing but what it includes itself: so most need not be compiled once more, and the rest comes
after a precompiled foundation, if it includes all of that, and one after the other, if the later includes the former.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler, Precompiled, in_parallel  # noqa: E402

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<([^>]+)>", re.M)
FOUNDATION = "xgrad/tensor/tensor.hpp"
WARNINGS = "-Wshadow", "-Wconversion", "-Wsign-conversion"


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

    def chains(self, headers):
        """As few lists as there can be of them, each of which includes all that come before it in its list."""
        includers = {
            a: [b for b in headers if a != b and a in self.closure(b) and b not in self.closure(a)]
            for a in headers
        }
        former = {}  # of each header: the one before it (a largest matching, by H. Kuhn's augmenting paths)

        def place(a, asked):
            for b in includers[a]:
                if b not in asked:
                    asked.add(b)
                    if b not in former or place(former[b], asked):
                        former[b] = a
                        return True
            return False

        for a in headers:
            place(a, set())
        later = {a: b for b, a in former.items()}
        chains = []
        for first in headers:
            if first not in former:
                chains.append([first])
                while chains[-1][-1] in later:
                    chains[-1].append(later[chains[-1][-1]])
        return chains

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
        with Precompiled(compiler, before, *WARNINGS) as after:

            def compiled(chain):
                return after.check("".join(f"#include <{name}>\n" for name in chain * 2))

            chains = headers.chains(names)
            for chain, result in zip(chains, in_parallel(compiled, chains)):
                for name in chain:
                    alone = compiled([name]) if result.returncode and len(chain) > 1 else result
                    first_lines = "\n".join(alone.stdout.splitlines()[:12])
                    checks.add(name, first_lines if alone.returncode else None)
    checks.close()


main()

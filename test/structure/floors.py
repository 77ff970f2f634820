"""The floors of include/xgrad: a header includes only its own floor and those below.

    floors.py SOURCE_ROOT [BUILD_ROOT]
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks  # noqa: E402

# lowest first
FLOORS = (
    "base simd rule engine symbolic expr tape tensor ops array xtensor linalg mode nn tools".split()
)
MACROS_IN = "xgrad/base/config.hpp"
THREADS_IN = "xgrad/engine/threads.hpp"

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"])', re.M)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def floor(header):
    """Its height; an umbrella (xgrad.hpp and whatever lies beside it) is above all."""
    folders = header.split("/")[1:-1]
    if not folders:
        return len(FLOORS)
    return FLOORS.index(folders[0]) if folders[0] in FLOORS else None


def cycle(headers):
    """One include cycle as a list of headers, or an empty list."""
    finished = set()
    for start in headers:
        path = [start]
        pending = [iter(headers[start])]
        while pending and start not in finished:
            following = next(pending[-1], None)
            if following is None:
                finished.add(path.pop())
                pending.pop()
            elif following in path:
                return path[path.index(following) :] + [following]
            elif following in headers and following not in finished:
                path.append(following)
                pending.append(iter(headers[following]))
    return []


def main():
    include = pathlib.Path(sys.argv[1]) / "include"
    texts = {}
    for path in sorted(include.rglob("*.hpp")):
        without_comments = COMMENT.sub("", path.read_text(encoding="utf-8"))
        texts[path.relative_to(include).as_posix()] = without_comments
    included = {header: INCLUDE.findall(text) for header, text in texts.items()}
    # our own headers among them, by path
    own = {
        header: [name[1:-1] for name in names if name.startswith("<xgrad")]
        for header, names in included.items()
    }

    checks = Checks()
    checks.add("there are headers", [] if texts else ["include/ has none"])
    checks.add(
        "every folder is a floor",
        [f"{header}: not one of {', '.join(FLOORS)}" for header in texts if floor(header) is None],
    )
    checks.add(
        "our headers are included by full path, in angle brackets",
        [
            f"{header} includes {name}"
            for header, names in included.items()
            for name in names
            if name.startswith('"')
        ],
    )
    checks.add(
        "what is included exists",
        [
            f"{header} includes <{name}>, which is not there"
            for header, names in own.items()
            for name in names
            if name not in texts
        ],
    )
    checks.add(
        "no header includes a higher floor",
        [
            f"{header} includes <{name}>, which is above it"
            for header, names in own.items()
            for name in names
            if floor(header) is not None
            and floor(name) is not None
            and floor(name) > floor(header)
        ],
    )
    checks.add("no include cycles", " -> ".join(cycle(own)))
    checks.add(
        f"macros are defined only in {MACROS_IN}",
        [
            f"{header} defines {macro}"
            for header, text in texts.items()
            for macro in DEFINE.findall(text)
            if header != MACROS_IN
        ],
    )
    checks.add(
        f"oneTBB is included only in {THREADS_IN}",
        [
            f"{header} includes {name}"
            for header, names in included.items()
            for name in names
            if re.match(r'[<"](tbb|oneapi)/', name) and header != THREADS_IN
        ],
    )
    checks.add(
        # libstdc++ brings its own use of oneTBB with it
        "nothing includes <execution>",
        [f"{header} does" for header, names in included.items() if "<execution>" in names],
    )
    checks.close()


main()

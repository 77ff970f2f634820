"""Runs an example and compares what it prints with examples/expected/NAME.txt.

    examples.py PROGRAM EXPECTED

Text must be equal; numbers may differ by 1e-6 relatively. In the expected text `{95..100}` stands
for any number between the two, and `{any}` for any text within the line: for what depends on the
machine. Progress bars, lines that begin with a carriage return, are not compared.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
from checks import Checks  # noqa: E402

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
TOKEN = re.compile(rf"\{{any\}}|\{{{NUMBER}\.\.{NUMBER}\}}|{NUMBER}")


def agrees(printed, expected):
    """Whether one line is what was expected."""
    pattern = ""
    demands = []
    position = 0
    for token in TOKEN.finditer(expected):
        pattern += re.escape(expected[position : token.start()])
        position = token.end()
        if token[0] == "{any}":
            pattern += ".*"
            continue
        pattern += f"({NUMBER})"
        if token[0].startswith("{"):
            low, high = map(float, token[0][1:-1].split(".."))
        else:
            value = float(token[0])
            low, high = value - 1e-6 * abs(value), value + 1e-6 * abs(value)
        demands.append((low, high))
    pattern += re.escape(expected[position:])
    found = re.fullmatch(pattern, printed)
    return found is not None and all(
        low <= float(text) <= high for text, (low, high) in zip(found.groups(), demands)
    )


def lines(text):
    """The lines to compare: no progress bars, no blanks at the ends."""
    kept = [line.rstrip() for line in text.split("\n") if not line.startswith("\r")]
    return "\n".join(kept).rstrip("\n").split("\n")


def run(program):
    """What a program prints, in a folder of its own where examples/data/ can be read."""
    sources = pathlib.Path(__file__).resolve().parents[1] / "examples"
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "examples").symlink_to(sources)
        return subprocess.run(
            [program], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )


def main():
    program, expected_file = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    result = run(program)
    printed = lines(result.stdout.decode("utf-8"))
    expected = lines(expected_file.read_text(encoding="utf-8"))
    problems = []
    if result.returncode:
        problems.append(f"ended with {result.returncode}\n{result.stderr.decode('utf-8')}")
    for number, (left, right) in enumerate(zip(printed, expected), 1):
        if not agrees(left, right):
            problems.append(f"line {number} is       {left}\nbut should be  {right}")
    if len(printed) != len(expected):
        problems.append(f"{len(printed)} lines, expected {len(expected)}")
    checks = Checks()
    checks.add(program.name, problems)
    checks.close()


if __name__ == "__main__":
    main()

"""A statement makes a bounded amount of code, for that is what the compiler spends its time on: functions,
and their bytes, that each statement adds to a program which has others already. And so does including xgrad:
functions that are instantiated although nothing calls them.

    compile_time.py SOURCE_ROOT BUILD_ROOT

Counting is exact where a clock is not. The bounds hold for GCC; bench/compile_time measures the time.
"""

import pathlib
import platform
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from checks import Checks, Compiler  # noqa: E402

# A regression shows as a step; the room above what is needed now is about a tenth.
FUNCTIONS = 4.25
BYTES = 4500

# What every program instantiates that includes the headers, and calls nothing. A template costs nothing here. (g++ 14
# counts 200 more than g++ 12.)
INCLUDED = 5700

# A rule that is called, instead of being a part of its loop, costs a sixth of the whole statement.
CALLED_RULE = re.compile(r"_rule\d+(value|partials_at|partials_of_result|value_and_partials_at)INS_4simd")

PROGRAM = """
#include <xgrad/xgrad.hpp>
using namespace xgrad;
void statements(tensor<double> const& x, tensor<double> const& y, tensor<double> const& z, tensor<double>* to)
{
    *to++ = x + y * exp(z);
    *to++ = log(x) - cos(y) / tanh(z) + sin(x) * sqrt(z);
    %s
}
"""
# ten operations each
MORE = (
    "tensor a = exp(-x * y) * sin(z) + log(1.5 + x / y) * sqrt(z); *to++ = a;",
    "tensor b = tanh(x - y * z) / (sqrt(x) + cos(y * 2.) * exp(z)); *to++ = b;",
    "tensor c = (x * y - z / sin(x)) * (log(y) + tanh(z) * 0.5 - x); *to++ = c;",
    "tensor d = sqrt(exp(x) + cos(y) * log(z)) - x / (y + 2. * z); *to++ = d;",
)


def functions(compiler, source, *flags):
    """{name: bytes} of the functions in the object file."""
    command = [word for word in compiler.command if word != "-fsyntax-only"]
    if platform.machine() in ("x86_64", "AMD64"):
        command.append("-march=x86-64-v3")  # the same code on every machine
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "object.o"
        subprocess.run(
            [*command, "-O2", *flags, "-x", "c++", "-c", "-", "-o", str(path)],
            input=source,
            cwd=compiler.build,
            check=True,
            encoding="utf-8",
        )
        listed = subprocess.run(
            ["nm", "--defined-only", "--print-size", str(path)],
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
    found = {}
    for line in listed.stdout.splitlines():
        words = line.split()
        # address, size, kind, name; t and w are code
        if len(words) == 4 and words[2].lower() in "tw":
            found[words[3]] = int(words[1], 16)
    return found


def main():
    compiler = Compiler(sys.argv[2])
    checks = Checks()
    version = subprocess.run(
        [compiler.command[0], "--version"], stdout=subprocess.PIPE, encoding="utf-8"
    )
    if "Free Software Foundation" not in version.stdout:
        checks.add("the bounds are for GCC", [])
        checks.close()
    few = functions(compiler, PROGRAM % "")
    many = functions(compiler, PROGRAM % "\n    ".join(MORE))
    added = (len(many) - len(few)) / len(MORE)
    added_bytes = (sum(many.values()) - sum(few.values())) / len(MORE)
    checks.add(
        "functions for each statement",
        f"{added:g}, not at most {FUNCTIONS}" if added > FUNCTIONS else None,
    )
    checks.add(
        "bytes of code for each statement",
        f"{added_bytes:g}, not at most {BYTES}" if added_bytes > BYTES else None,
    )
    called = sorted(name for name in many if CALLED_RULE.search(name))
    checks.add("every rule is inlined in its loop", ", ".join(called) or None)
    included = functions(
        compiler,
        "#include <xgrad/xgrad.hpp>\n",
        *("-UXGRAD_COMPILED", "-O0", "-fkeep-inline-functions"),
    )
    ours = sum("5xgrad" in name for name in included)
    checks.add(
        "functions that including xgrad instantiates",
        f"{ours}, not at most {INCLUDED}" if ours > INCLUDED else None,
    )
    print(f"including xgrad instantiates {ours} functions")
    print(f"each statement adds {added:g} functions of {added_bytes:g} bytes")
    checks.close()


main()

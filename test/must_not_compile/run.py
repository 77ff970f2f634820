"""Misuse is refused by the compiler with a sentence that tells what to do.

    run.py SOURCE_ROOT BUILD_ROOT

Every .cpp file here is a case. Its first line says what must come of it:

    // error: <what the first error must contain>
    // compiles
"""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "support"))
from checks import Checks, Compiler, Precompiled, in_parallel  # noqa: E402


def problem(compiler, case):
    """What is wrong with one case, or None."""
    demand = case.read_text(encoding="utf-8").split("\n", 1)[0]
    result = compiler.check(None, path=case)
    errors = [line for line in result.stdout.splitlines() if "error: " in line]
    if demand == "// compiles":
        return None if result.returncode == 0 else f"must compile\n{result.stdout[:1000]}"
    if not demand.startswith("// error: "):
        return "must begin with `// error: …` or `// compiles`"
    sentence = demand[len("// error: ") :].strip()
    if result.returncode == 0:
        return f"compiles, but must say: {sentence}"
    if not errors or sentence not in errors[0]:
        return f"must say:   {sentence}\nbut it says: {errors[0] if errors else result.stdout[:500]}"
    return None


def main():
    cases = sorted(here.glob("*.cpp"))
    checks = Checks()
    with Precompiled(Compiler(sys.argv[2]), "#include <xgrad/xgrad.hpp>\n", "-w") as compiler:
        for case, found in zip(cases, in_parallel(lambda case: problem(compiler, case), cases)):
            checks.add(case.name, found)
    checks.close()


main()

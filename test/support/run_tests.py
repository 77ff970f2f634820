"""Runs the tests of a configured build and closes with the line "N passed, N failed".

    run_tests.py BUILD_DIRECTORY [--sanitize | --threads] [WORD ...]

Counted are the test cases inside the programs, not the programs: Boost.Test's report and the
closing line of our own Python checks both say them. A program that ends badly without saying so
(a crash, a build that fails) counts as one failure.
"""

import json
import os
import re
import subprocess
import sys

BOOST_REPORT = re.compile(r"^ *(\d+) test cases? out of (\d+) (passed|skipped)$", re.M)
OWN_REPORT = re.compile(r"^(\d+) passed, (\d+) failed$", re.M)


def chosen(build, words, suite):
    """The names of the tests to run: those with one of the words, or those of the suite, or all."""
    # A changed meson.build is read again first, or its new tests would not be seen.
    subprocess.run(["ninja", "--quiet", "-C", build, "build.ninja"], check=True)
    listed = subprocess.run(
        ["meson", "introspect", "--tests", build], check=True, stdout=subprocess.PIPE
    )
    names = []
    for test in json.loads(listed.stdout):
        in_suite = suite is None or any(s.endswith(f":{suite}") for s in test["suite"])
        if any(word in test["name"] for word in words) if words else in_suite:
            names.append(test["name"])
    return names


def count(result):
    """(passed, failed) of one test program."""
    said = result.get("stdout", "") + "\n" + result.get("stderr", "")
    passed = failed = 0
    totals = []
    skipped = 0
    for number, total, outcome in BOOST_REPORT.findall(said):
        totals.append(int(total))
        if outcome == "passed":
            passed += int(number)
        else:
            skipped += int(number)
    if totals:
        failed = totals[0] - passed - skipped
    elif own := OWN_REPORT.search(said):
        passed, failed = int(own[1]), int(own[2])
    if result["result"] != "OK" and failed == 0:
        failed = 1
    return passed, failed


def main():
    build, *arguments = sys.argv[1:]
    suite = None
    if arguments and arguments[0] in ("--sanitize", "--threads"):
        suite = arguments.pop(0).removeprefix("--")
    words = arguments
    names = chosen(build, words, suite)
    log = os.path.join(build, "meson-logs", "testlog.json")
    if os.path.exists(log):
        os.remove(log)

    passed = failed = 0
    if not names:
        print(f"no test is named like {' or '.join(words)}", file=sys.stderr)
        failed = 1
    else:
        command = ["meson", "test", "-C", build, "--print-errorlogs", *names]
        status = subprocess.run(command).returncode
        if os.path.exists(log):
            with open(log, encoding="utf-8") as lines:
                for line in lines:
                    more_passed, more_failed = count(json.loads(line))
                    passed += more_passed
                    failed += more_failed
        if status != 0 and failed == 0:
            failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the Python checks share: counting, and the compiler of the build that calls them."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile


class Checks:
    """Counts named checks; a problem is a sentence, or a list of them, empty if all is well."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def add(self, name, problems):
        if isinstance(problems, str) and problems:
            problems = [problems]
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        print(f"{name}:")
        for problem in problems:
            print("    " + problem.replace("\n", "\n    "))

    def close(self):
        """Prints the line that test/run counts, and ends the program."""
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


class Compiler:
    """Checks sources with the compiler and the flags of the tests, without making objects."""

    def __init__(self, build):
        self.build = pathlib.Path(build)
        commands = json.loads((self.build / "compile_commands.json").read_text(encoding="utf-8"))
        # any test would do; this one is there in every build and has no precompiled header
        entry = next(c for c in commands if c["file"].endswith("test/support/main.cpp"))
        words = shlex.split(entry["command"])
        if os.path.basename(words[0]) == "ccache":
            words = words[1:]
        flags = iter(words[1:])
        self.command = [words[0]]
        for flag in flags:
            if flag in ("-o", "-MF", "-MQ", "-MT"):
                next(flags)
            elif flag not in ("-c", "-MD", "-MMD") and not flag.endswith("main.cpp"):
                self.command.append(flag)
        self.command += ["-fsyntax-only", "-fdiagnostics-color=never"]

    def check(self, source, *flags, path="-"):
        """The completed process for a source text, or for the file at `path`."""
        return subprocess.run(
            [*self.command, *flags, "-x", "c++", str(path)],
            input=source,
            cwd=self.build,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )


class Precompiled:
    """A compiler that has read some text before it reads a source."""

    def __init__(self, compiler, text, *flags):
        self.compiler = compiler
        self.directory = tempfile.TemporaryDirectory()
        header = pathlib.Path(self.directory.name) / "precompiled.hpp"
        header.write_text(text, encoding="utf-8")
        command = [word for word in compiler.command if word != "-fsyntax-only"]
        subprocess.run(
            [*command, *flags, "-x", "c++-header", str(header), "-o", f"{header}.gch"],
            cwd=compiler.build,
            check=True,
        )
        self.flags = [*flags, "-include", str(header)]

    def check(self, source, path="-"):
        return self.compiler.check(source, *self.flags, path=path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()


def in_parallel(function, items):
    """The results in order; one worker a core, since each waits for a compiler."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))

"""The verbs of `./run`."""

import os
import sys

from launch.console import Refusal, say
from launch.environment import PYTHON, child_environment, ensure_environment

HELP = """usage: ./run VERB"""


def main(arguments: list[str]) -> int:
    verb, rest = arguments[0], arguments[1:]
    try:
        ensure_environment(development=True)
        if verb == "flask":
            rest = ["-m", "flask", *rest]
        sys.stdout.flush()
        os.execve(PYTHON, [str(PYTHON), *rest], child_environment())
    except Refusal as refusal:
        say(str(refusal))
        return 1

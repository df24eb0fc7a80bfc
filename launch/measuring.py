"""The verbs that measure the matcher: `evaluate`, `parity`, `attack` and `bench`."""

import subprocess

from launch.console import Command
from launch.environment import PYTHON, ROOT, bare_environment, ensure_environment

MODULES = {"evaluate": "ml.evaluation", "parity": "ml.parity", "attack": "ml.attack", "bench": "ml.bench"}
ABLATION = "ml.ablation"
_WITH_PEERS = {"evaluate", "bench"}


def measure(verb: str, arguments: list[str]) -> int:
    """Run a measurement; its exit status is ours. What peers need is installed only for those that use them."""
    ensure_environment(evaluation=verb in _WITH_PEERS)
    module = MODULES[verb]
    if verb == "evaluate" and "--ablation" in arguments:
        module = ABLATION
        arguments = [argument for argument in arguments if argument != "--ablation"]
    command: Command = [PYTHON, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=bare_environment(), check=False).returncode  # noqa: S603

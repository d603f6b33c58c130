"""`make dev`: the demo, started again whenever a source file changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from watchfiles import PythonFilter, watch

ROOTS = ("domain", "projections", "server", "web")
DEMO = [sys.executable, "-m", "server", "demo", "--database", "sqlite:///dev.db"]


def main() -> None:
    """Run the demo until interrupted."""
    here = Path(__file__).parent.parent.parent
    demo = subprocess.Popen(DEMO)
    try:
        for _ in watch(*(here / root for root in ROOTS), watch_filter=PythonFilter(extra_extensions=(".html",))):
            demo.terminate()
            demo.wait()
            demo = subprocess.Popen(DEMO)
    except KeyboardInterrupt:
        pass
    finally:
        demo.terminate()
        demo.wait()


if __name__ == "__main__":
    main()

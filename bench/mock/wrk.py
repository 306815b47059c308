"""The load by `wrk`, where it is installed: a quick one shows how long a server keeps some connections waiting while it
serves others; a slow load, asking each in turn, hides it.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.load import Run
from bench.mock.load import CONNECTIONS

_SCRIPT = """
local requests, n = {%s}, 0
request = function() n = n %% #requests + 1; return requests[n] end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"answers": %%d, "seconds": %%.6f, "p50": %%.6f, "p99": %%.6f, "faults": %%d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def found() -> bool:
    return shutil.which("wrk") is not None


def measure(port: int, requests: Sequence[bytes], seconds: float) -> Run:
    """As `bench.mock.load.measure`. RuntimeError when anything but a good answer came."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="ascii") as script:
        script.write(_SCRIPT % ",".join(map(_quoted, requests)))
        script.flush()
        command = [
            "wrk",
            "--threads",
            "1",
            "--connections",
            str(CONNECTIONS),
            "--duration",
            f"{max(1, round(seconds))}s",
        ]
        done = subprocess.run(
            [*command, "--timeout", "30s", "--script", Path(script.name), f"http://127.0.0.1:{port}/"],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"wrk ended with {done.returncode}: {done.stderr}")
    said = json.loads(done.stdout.rstrip().rpartition("\n")[2])
    if said["faults"]:
        raise RuntimeError(f"{said['faults']} requests were not answered well")
    return Run(said["answers"] / said["seconds"], said["p50"], said["p99"], 0.0, said["answers"])


def _quoted(request: bytes) -> str:
    """A Lua string of these bytes, whatever they are."""
    return '"' + "".join(f"\\{octet:03d}" for octet in request) + '"'

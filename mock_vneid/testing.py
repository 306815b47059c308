"""The sandbox inside a test run: both doors on free ports, real sockets, in a thread of their own."""

import contextlib
import threading
from collections.abc import Callable, Iterator

from mock_vneid.main import create_control, create_faces, create_universe
from mock_vneid.server import Door, listen, run, url_of

_PATIENCE = 10  # seconds


class Mock:
    """A running sandbox. `faces_url` and `control_url` have no slash at their end."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        universe = create_universe()
        listeners = [listen(host, 0), listen(host, 0)]
        doors = [Door(app, universe) for app in (create_faces(universe), create_control(universe))]
        self.faces_url, self.control_url = (url_of(listener) for listener in listeners)
        self._stop: Callable[[], None] = lambda: None
        self._thread = threading.Thread(
            target=run, args=(list(zip(doors, listeners, strict=True)), self._keep), daemon=True
        )
        self._thread.start()
        if not all(door.opened.wait(_PATIENCE) for door in doors):
            raise RuntimeError("the sandbox did not start")

    def _keep(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def vneid_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}"

    def ndxp_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/ndxp"

    def portal_url(self, world: str = "default") -> str:
        return f"{self.faces_url}/w/{world}/portal"

    def stop(self) -> None:
        """Close both doors, dropping connections held by a fault. Calling it again does nothing."""
        self._stop()
        self._thread.join(_PATIENCE)


@contextlib.contextmanager
def run_mock() -> Iterator[Mock]:
    """`with run_mock() as mock:` a sandbox of one's own, gone at the end."""
    mock = Mock()
    try:
        yield mock
    finally:
        mock.stop()

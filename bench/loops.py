"""The event loop uvicorn would take on this machine."""

import asyncio
from collections.abc import Callable

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    from uvloop import new_event_loop
except ImportError:  # none on Windows
    new_event_loop = asyncio.new_event_loop

__all__ = ["new_event_loop"]

"""Worker threads that nobody waits for: a name server that hangs must not hold up the end of the program."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

_MOST = 16
"""A hung look-up keeps its thread; so many may hang before others wait."""


class _LettingGo(ThreadPoolExecutor):
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 -- the library's own signature
        super().shutdown(wait=False, cancel_futures=True)


def let_go_at_the_end() -> None:
    """Make the running loop use such threads; call it before the first name is looked up."""
    workers = _LettingGo(max_workers=_MOST, thread_name_prefix="trayapp-worker")
    asyncio.get_running_loop().set_default_executor(workers)

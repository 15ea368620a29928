"""Many healthy status pages from one loopback server: each has an address of its own within 127.0.0.0/8."""

import asyncio
import json
import threading
from types import TracebackType
from typing import Any, Self

UPDATED_AT = "2026-01-05T12:00:00.000Z"


def summary(name: str, components: int) -> dict[str, Any]:
    """A page in Statuspage's shape with so many components, all in order."""
    page = {
        "id": name,
        "name": name,
        "url": f"https://{name}.example",
        "time_zone": "Etc/UTC",
        "updated_at": UPDATED_AT,
    }
    return {
        "page": page,
        "components": [_component(name, position) for position in range(components)],
        "incidents": [],
        "scheduled_maintenances": [],
        "status": {"indicator": "none", "description": "All Systems Operational"},
    }


def _component(page: str, position: int) -> dict[str, Any]:
    return {
        "id": f"{page}c{position}",
        "name": f"Component {position}",
        "status": "operational",
        "created_at": UPDATED_AT,
        "updated_at": UPDATED_AT,
        "position": position,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": page,
        "group": False,
        "only_show_if_degraded": False,
    }


class Pages:
    """Serves the same page at every loopback address; answers are counted, connections stay open."""

    def __init__(self, count: int, components: int) -> None:
        self.count = count
        self.answered = 0
        self._body = json.dumps(summary("page", components)).encode()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="pages", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        serving = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._talk, "0.0.0.0", 0), self._loop)  # noqa: S104  # all of 127/8, not only 127.0.0.1
        self._server = serving.result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"http://127.1.{number // 250}.{number % 250 + 1}:{self.port}" for number in range(self.count))

    def configuration(self, *, idle: int) -> str:
        """The program's settings: watch every page so often (seconds), ask for the own internet here too."""
        hosts = ", ".join(f'"http://127.2.0.{number}:{self.port}/"' for number in (1, 2))
        lines = [f"[polling]\nidle = {idle}\nincident = {min(idle, 60)}", f"[baseline]\nhosts = [{hosts}]"]
        for number, url in enumerate(self.urls):
            lines.append(f'[[watch]]\nname = "Page {number}"\nurl = "{url}"\nplatform = "statuspage"\ninternal = true')
        return "\n\n".join(lines) + "\n"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(self._body)}\r\n\r\n"
        answer = head.encode() + self._body
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)  # head and body in one piece: two would wait for each other's acknowledgement
                await writer.drain()
                self.answered += 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

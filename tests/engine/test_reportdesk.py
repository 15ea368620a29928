"""The desk for reports: what is answered with what, and that it holds against those who mean no good."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.cli.test_commands import Run, configure, run
from tests.engine.test_diagnosis import World, config, says_so, worlds
from tests.engine.test_engine import Published, live
from tests.fakepage import FakePage, says
from trayapp.domain.verdict import OwnReport, VerdictId
from trayapp.engine import reportdesk
from trayapp.engine.clock import wall_time
from trayapp.engine.commands import ApplySettings
from trayapp.engine.engine import Engine
from trayapp.engine.reportdesk import HERE, LONGEST, MOST_AT_ONCE, MOST_IN_A_SECOND, ReportDesk
from trayapp.reporting import async_hook, hook
from trayapp.storage import reports, reporttoken
from trayapp.storage.paths import find_paths
from trayapp.storage.reports import ReportFile
from trayapp.storage.reporttoken import report_token
from trayapp.storage.settings import Settings

__all__ = ["run"]  # the fixture

TOKEN = "t" * 43
GOOD = b'{"provider":"openai","code":529}'


@pytest.fixture
def world() -> Iterator[World]:
    with worlds() as world:
        yield world


@dataclass
class Desk:
    taken: list[OwnReport] = field(default_factory=list)
    is_full: bool = False

    def __post_init__(self) -> None:
        self.desk = ReportDesk(
            token=lambda: TOKEN,
            provider=lambda name: "openai" if name in {"openai", "ChatGPT"} else "",
            accept=self.accept,
            now=lambda: NOON,
        )

    def accept(self, report: OwnReport) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")
        self.taken.append(report)

    async def say(self, raw: bytes) -> int:
        """Return the status that raw bytes are answered with; 0 where the line is cut."""
        reader, writer = await asyncio.open_connection(HERE, self.desk.port)
        writer.write(raw)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        try:
            answer = await asyncio.wait_for(reader.read(1000), 60)
        except ConnectionError:
            answer = b""
        writer.close()
        return int(answer.split()[1]) if answer else 0

    async def post(self, body: bytes = GOOD, **changes: str) -> int:
        fields = {"Host": f"{HERE}:{self.desk.port}", "Authorization": f"Bearer {TOKEN}"}
        fields |= {"Content-Length": str(len(body))}
        line = changes.pop("line", "POST /report HTTP/1.1")
        fields |= {name.replace("_", "-"): value for name, value in changes.items()}
        head = "\r\n".join([line, *(f"{name}: {value}" for name, value in fields.items() if value)])
        return await self.say(f"{head}\r\n\r\n".encode() + body)


def at_desk(step: Callable[[Desk], Awaitable[None]]) -> Desk:
    async def main() -> Desk:
        mine = Desk()
        desk = mine.desk
        await desk.open(0)
        assert desk.problem == ""
        try:
            await asyncio.wait_for(step(mine), 120)
        finally:
            await desk.close()
        return mine

    return asyncio.run(main())


def test_a_report_is_taken() -> None:
    async def step(desk: Desk) -> None:
        assert await desk.post() == 204
        assert await desk.post(b'{"provider":"ChatGPT","code":"timeout"}') == 204
        assert await desk.post(Host=f"localhost:{desk.desk.port}") == 204
        assert await desk.post(Host=HERE) == 204

    taken = at_desk(step).taken

    assert taken[:2] == [OwnReport("openai", 529, NOON), OwnReport("openai", 504, NOON)]
    assert len(taken) == 4


@pytest.mark.parametrize(
    ("status", "body", "changes"),
    [
        (401, GOOD, {"Authorization": ""}),
        (401, GOOD, {"Authorization": f"Bearer {TOKEN}x"}),
        (401, GOOD, {"Authorization": TOKEN}),
        (403, GOOD, {"Host": "attacker.example"}),
        (403, GOOD, {"Host": ""}),
        (403, GOOD, {"Origin": "https://attacker.example"}),
        (404, GOOD, {"line": "POST / HTTP/1.1"}),
        (405, GOOD, {"line": "GET /report HTTP/1.1"}),
        (400, GOOD, {"line": "POST /report"}),
        (400, GOOD, {"line": "POST /report SMTP/1.1"}),
        (400, GOOD, {"Content_Length": ""}),
        (400, GOOD, {"Content_Length": "-1"}),
        (400, GOOD, {"Transfer_Encoding": "chunked"}),
        (413, GOOD, {"Content_Length": str(LONGEST + 1)}),
        (413, GOOD, {"X-Long": "x" * 2 * LONGEST}),
        (400, GOOD, {"no colon": ""} | {"line": "POST /report HTTP/1.1\r\nnonsense"}),
        (400, GOOD, {"line": f"POST /report HTTP/1.1\r\nHost: {HERE}"}),  # a field twice
        (400, b"", {}),
        (400, b"[]", {}),
        (400, b"{", {}),
        (400, b'{"provider":"openai"}', {}),
        (400, b'{"provider":"openai","code":"soon"}', {}),
        (400, b'{"provider":"openai","code":42}', {}),
        (400, b'{"provider":"openai","code":1000}', {}),
        (400, b'{"provider":"openai","code":529,"more":1}', {}),
        (404, b'{"provider":"nobody","code":529}', {}),
    ],
)
def test_anything_else_is_refused(status: int, body: bytes, changes: dict[str, str]) -> None:
    async def step(desk: Desk) -> None:
        assert await desk.post(body, **changes) == status
        assert await desk.post() == 204

    assert len(at_desk(step).taken) == 1


def test_what_is_no_http_at_all_is_refused_and_harms_nobody() -> None:
    async def step(desk: Desk) -> None:
        for raw in (b"\xff\xfe\r\n\r\n", b"\r\n\r\n", b"x" * 100_000):
            assert await desk.say(raw) in {0, 400, 413}
        assert await desk.post() == 204

    assert len(at_desk(step).taken) == 1


def test_a_flood_is_slowed_and_a_full_disk_is_said() -> None:
    async def step(desk: Desk) -> None:
        answers = [await desk.post() for _number in range(MOST_IN_A_SECOND + 1)]
        assert answers[:MOST_IN_A_SECOND] == [204] * MOST_IN_A_SECOND
        assert answers[-1] in {204, 429}  # a slow machine may need longer than a second for eleven
        desk.desk._recent.clear()
        desk.is_full = True
        assert await desk.post() == 500

    at_desk(step)


def test_the_eleventh_within_a_second_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def step(desk: Desk) -> None:
        loop = asyncio.get_running_loop()
        desk.desk._recent.extend([loop.time()] * MOST_IN_A_SECOND)
        monkeypatch.setattr(loop, "time", lambda: desk.desk._recent[0] + 0.5)
        with pytest.raises(Exception, match="429"):
            desk.desk._take(GOOD)
        monkeypatch.undo()

    at_desk(step)


def test_those_who_say_nothing_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = reportdesk.PATIENCE
    monkeypatch.setattr(reportdesk, "PATIENCE", usual / 10)

    async def step(desk: Desk) -> None:
        silent = [await asyncio.open_connection(HERE, desk.desk.port) for _number in range(MOST_AT_ONCE + 3)]
        while any(not reader.at_eof() for reader, _writer in silent):
            await asyncio.gather(*(reader.read(10) for reader, _writer in silent), return_exceptions=True)
        monkeypatch.setattr(reportdesk, "PATIENCE", usual)
        assert await desk.post() == 204
        for _reader, writer in silent:
            writer.close()

    at_desk(step)


def test_it_ends_at_once_though_somebody_is_talking() -> None:
    async def step(desk: Desk) -> None:
        _reader, writer = await asyncio.open_connection(HERE, desk.desk.port)
        writer.write(b"POST /report")
        await asyncio.sleep(0.1)
        await asyncio.wait_for(desk.desk.close(), 30)
        await desk.desk.close()
        writer.close()

    at_desk(step)


def test_it_listens_to_this_computer_only() -> None:
    async def step(desk: Desk) -> None:
        assert desk.desk._server is not None
        assert {each.getsockname()[0] for each in desk.desk._server.sockets} == {"127.0.0.1"}

    at_desk(step)


def test_a_port_that_is_taken_is_said() -> None:
    async def step(desk: Desk) -> None:
        with socket.socket() as taken:
            taken.bind((HERE, 0))
            taken.listen()
            await desk.desk.open(taken.getsockname()[1])
            assert "cannot report" in desk.desk.problem
        await desk.desk.open(0)
        assert (desk.desk.problem, await desk.post()) == ("", 204)

    at_desk(step)


class TestToken:
    def test_it_is_made_once_and_private(self, tmp_path: Path) -> None:
        path = tmp_path / "data" / reporttoken.NAME
        made = report_token(path)

        assert len(made) >= 32
        assert report_token(path) == made
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 50, b"with a space " * 5])
    def test_what_is_no_token_is_replaced(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / reporttoken.NAME
        path.write_bytes(content)

        assert len(report_token(path)) >= 32

    def test_one_that_others_may_read_is_closed(self, tmp_path: Path) -> None:
        path = tmp_path / reporttoken.NAME
        made = report_token(path)
        path.chmod(0o644)

        assert report_token(path) == made
        assert path.stat().st_mode & 0o077 == 0

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "other").write_text("x" * 40)
        (tmp_path / reporttoken.NAME).symlink_to(tmp_path / "other")

        with pytest.raises(OSError, match="symbolic link"):
            report_token(tmp_path / reporttoken.NAME)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        return int(probe.getsockname()[1])


def test_the_engine_hears_a_program_at_once_and_closes_the_desk_when_told_to(tmp_path: Path, world: World) -> None:
    port = free_port()
    token = tmp_path / "data" / reporttoken.NAME

    async def step(engine: Engine, published: Published) -> None:
        first = await published.until(says_so(VerdictId.FINE))
        assert not token.exists()
        wish = first.settings.reports
        engine.handle(ApplySettings(_with(first.settings, enabled=True, port=port)))
        async with httpx.AsyncClient(trust_env=False) as client:
            await _until_open(client, port)
            headers = {"Authorization": f"Bearer {token.read_text().strip()}"}
            for _time in range(3):
                body = {"provider": "ChatGPT", "code": 529}
                answer = await client.post(f"http://{HERE}:{port}/report", json=body, headers=headers)
                assert answer.status_code == 204
        await published.until(says_so(VerdictId.CANNOT_TELL))
        engine.handle(ApplySettings(_with(first.settings, enabled=wish.enabled, port=port)))
        await published.until(lambda update: not update.settings.reports.enabled)
        for _attempt in range(1200):
            if engine._desk is not None and engine._desk.port == 0:
                break
            await asyncio.sleep(0.05)
        with pytest.raises(OSError, match=r"."):
            await asyncio.open_connection(HERE, port)

    live(tmp_path, config(world), step)


def _with(settings: Settings, *, enabled: bool, port: int) -> Settings:
    return replace(settings, reports=replace(settings.reports, enabled=enabled, port=port))


async def _until_open(client: httpx.AsyncClient, port: int) -> None:
    for _attempt in range(1200):
        with contextlib.suppress(httpx.TransportError):
            await client.get(f"http://{HERE}:{port}/")
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the desk never opened")


class TestHook:
    """Three lines in a program of the user's own."""

    def told(self) -> list[int]:
        return [each.code for each in ReportFile(find_paths().data_dir / reports.NAME).read()]

    def test_errors_of_a_real_client_are_reported_and_diagnose_knows(
        self, run: Run, tmp_path: Path, world: World
    ) -> None:
        configure(
            tmp_path,
            f'[[watch]]\nprovider = "openai"\nurl = "{world.page.url}"\nplatform = "statuspage"\n'
            f'[endpoints]\nopenai = "{world.api.url}"\n'
            f'[baseline]\nhosts = ["{world.one.url}/generate_204"]\n',
        )
        data_dir = tmp_path / "data"
        with FakePage() as api, httpx.Client(event_hooks={"response": [hook("openai", data_dir=data_dir)]}) as client:
            api.set_all(says(b"overloaded", 529))
            assert client.get(f"{api.url}/v1/models").status_code == 529

        code, out, _err = run("diagnose", "openai", "--json")
        (line,) = [each for each in json.loads(out)["checks"] if each["signal"] == "report"]
        assert (code, line["code"], line["ok"]) == (3, "529", False)

    def test_what_works_is_nobodys_business(self) -> None:
        report = hook("openai")
        for status in (200, 302, 401, 429, 499):
            report(httpx.Response(status))

        assert self.told() == []

    def test_a_storm_is_one_line_for_each_status(self) -> None:
        report = hook("openai")
        for status in (500, 529) * 50:
            report(httpx.Response(status))

        assert self.told() == [500, 529]

    def test_the_least_status_is_the_programs_choice(self) -> None:
        hook("openai", least=429)(httpx.Response(429))

        assert self.told() == [429]

    def test_for_asynchronous_clients_too(self) -> None:
        async def main() -> None:
            with FakePage() as api:
                api.set_all(says(b"", 503))
                async with httpx.AsyncClient(event_hooks={"response": [async_hook("openai")]}) as client:
                    await client.get(api.url)

        asyncio.run(main())

        assert self.told() == [503]

    def test_it_never_stands_in_a_programs_way(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder")

        hook("openai", data_dir=tmp_path / "file")(httpx.Response(500))


def test_the_clock_of_a_report_is_the_walls() -> None:
    before = wall_time()
    hook("openai")(httpx.Response(500))
    (told,) = ReportFile(find_paths().data_dir / reports.NAME).read()

    assert before <= told.at <= wall_time()

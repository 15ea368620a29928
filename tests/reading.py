"""What ``trayapp status`` makes of an address, told in few words: the whole road from detection to judgement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.replaying import Answer, conversation
from trayapp.domain.judgement import judge
from trayapp.domain.report import StatusReport
from trayapp.exchange import Ask, UnreadableResponseError
from trayapp.platforms import detect, platform

ORIGIN = "http://127.0.0.1:8123"
Body = str | bytes | Mapping[str, object] | Sequence[object]


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says: who it is, how it is, and why the look failed where it did."""

    platform: str = ""
    status: str = "unknown"
    basis: str = "none"
    error: str = ""
    report: StatusReport = field(default_factory=StatusReport)

    @property
    def components(self) -> dict[str, str]:
        """Return the components by name, in our words."""
        return {each.name: each.status.value if each.status else "unknown" for each in self.report.components}

    @property
    def open(self) -> list[str]:
        """Return the titles of the open incidents."""
        return [each.title for each in self.report.incidents if each.is_open]

    @property
    def work(self) -> dict[str, str]:
        """Return the phases of what is planned or under way, by title."""
        planned = [each for each in self.report.maintenances if each.is_open]
        return {each.title: each.phase.value if each.phase else "unknown" for each in planned}


def as_bytes(body: Body) -> bytes:
    """Return a body as it is sent."""
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def look(path: str, body: Body, answers: Mapping[str, Answer] | None = None, sent: str = "") -> Told:
    """Ask for the address of ``path``, where ``body`` lies (beside ``answers``), as somebody types it."""
    headers = {"date": sent} if sent else {}
    return look_at(f"{ORIGIN}{path}", {path: Answer(as_bytes(body), headers=headers), **(answers or {})})


def look_at(url: str, answers: Mapping[str, Answer]) -> Told:
    """Find out who speaks at the address, read it and judge it."""
    try:
        found, _requests = conversation(detect(url), answers)
    except UnreadableResponseError as error:
        return Told(error=error.kind.value)
    try:
        report, _requests = conversation(platform(found.platform).read(Ask(url=found.url)), answers)
    except UnreadableResponseError as error:
        return Told(platform=found.platform, error=error.kind.value)
    judged = judge(report, ())
    status = judged.status.value if judged.status else "unknown"
    return Told(found.platform, status, judged.basis.value if judged.status else "none", "", report)

"""What is shown of "It fails for me": the verdict, its evidence, earlier findings, and what may stand behind it."""

from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from types import MappingProxyType

from msgspec import Struct

from trayapp.domain.crowd import CrowdCount
from trayapp.domain.inquiry import Inquiry
from trayapp.domain.verdict import Icon, Verdict, VerdictId
from trayapp.presentation.ages import clock
from trayapp.presentation.crowd import crowd_lines
from trayapp.presentation.verdict import brief, evidence_lines, hint, sentence
from trayapp.presentation.words import Mark

_SIGNS = MappingProxyType({True: "✓", False: "✗", None: "–"})
_NOTED = 6
"""Findings shown; a service that goes up and down may make many."""


class InquiryView(Struct, frozen=True, kw_only=True):
    """One inquiry in words. ``when`` holds times of day and stays true however long it is shown."""

    provider: str
    title: str
    mark: Mark
    sentence: str
    when: str
    evidence: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    hint: str = ""
    crowd: tuple[str, ...] = ()
    is_asking: bool = False


def inquiry_view(inquiry: Inquiry, now: datetime, counts: tuple[CrowdCount, ...] = ()) -> InquiryView:
    """Return what to show of an inquiry; before its first answer only that everybody is being asked."""
    title = _("It fails for me: {name}").format(name=inquiry.name)
    found = inquiry.verdict
    if found is None:
        return InquiryView(
            provider=inquiry.provider,
            title=title,
            mark=Mark.UNKNOWN,
            sentence=_("Asking everybody: its page, its API, your keys and your own connection..."),
            when=_("asked {time}; an answer comes within ten seconds").format(time=clock(inquiry.began_at, now)),
            is_asking=True,
        )
    return InquiryView(
        provider=inquiry.provider,
        title=title,
        mark=_mark(found),
        sentence=sentence(found, inquiry.name, now),
        when=_when(inquiry, now),
        evidence=tuple(
            f"{_SIGNS[each.ok]} {line}" for each, line in zip(found.evidence, evidence_lines(found, now), strict=True)
        ),
        findings=_findings(inquiry, now),
        hint=hint(inquiry.causes),
        crowd=crowd_lines(counts, inquiry.provider, now),
        is_asking=inquiry.is_asking,
    )


def _when(inquiry: Inquiry, now: datetime) -> str:
    asked = _("asked {time}").format(time=clock(inquiry.began_at, now))
    rounds = ngettext("{count} round", "{count} rounds", inquiry.rounds).format(count=inquiry.rounds)
    until = clock(inquiry.until, now)
    if inquiry.is_over or now > inquiry.until:
        going = _("over since {time}").format(time=until)
    elif inquiry.is_asking:
        going = _("asking now...")
    else:
        going = _("again every 30 s until {time}").format(time=until)
    return f"{asked} · {rounds} · {going}"


def _findings(inquiry: Inquiry, now: datetime) -> tuple[str, ...]:
    """Return how the verdict changed, newest first; nothing while there was only one."""
    if len(inquiry.findings) < 2:  # noqa: PLR2004 -- one is the verdict itself
        return ()
    newest = inquiry.findings[-_NOTED:]
    return tuple(
        _("{time}: {finding}").format(time=clock(at, now), finding=brief(which)) for at, which in reversed(newest)
    )


def _mark(found: Verdict) -> Mark:
    if found.icon is Icon.TICK:
        return Mark.FINE
    if found.icon is Icon.WRENCH:
        return Mark.MAINTENANCE
    if found.id in {VerdictId.KEY_REJECTED, VerdictId.KEY_BALANCE, VerdictId.KEY_ACCOUNT, VerdictId.KEY_LIMITED}:
        return Mark.DEGRADED
    if found.icon is Icon.TRIANGLE_QUESTION:
        return Mark.SUSPECTED
    return Mark.DEGRADED if found.id.blames_provider else Mark.UNKNOWN

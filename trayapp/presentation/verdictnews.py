"""Which verdicts are news to somebody who reads lines, and what such a line says."""

from collections.abc import Mapping
from datetime import datetime
from gettext import gettext as _

from msgspec import Struct, field

from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import PageVerdict, VerdictId
from trayapp.presentation.document import Document, stamp
from trayapp.presentation.verdict import sentence

About = tuple[str, str]
"""Whom a line is about: a provider or a page, or nobody, where it is about the own connection."""


class InForce(Struct, frozen=True):
    """The last verdicts, by page."""

    said: Mapping[str, VerdictId] = field(default_factory=dict)

    def news(self, snapshot: Snapshot, verdicts: tuple[PageVerdict, ...]) -> "tuple[InForce, tuple[PageVerdict, ...]]":
        """Return what is in force now, and of each verdict that is another one than before one example.

        ================================  ===================  ====================
        said last                         now                  news
        ================================  ===================  ====================
        nothing, the page not looked at   anything             no, and not in force
        nothing                           fine                 no
        nothing                           anything else        yes
        something                         the same             no
        something                         another one          yes
        ================================  ===================  ====================

        What says the same of several pages (the own connection; two pages of one provider) is said once.
        """
        looked_at = {each.page.id for each in snapshot.pages if each.looks}
        now: dict[str, VerdictId] = {}
        fresh: dict[tuple[About, VerdictId], PageVerdict] = {}
        for each in verdicts:
            if each.page_id not in looked_at:
                continue
            found, before = each.verdict.id, self.said.get(each.page_id)
            now[each.page_id] = found
            if found is not before and (before is not None or found is not VerdictId.FINE):
                fresh.setdefault((_about(each), found), each)
        return InForce(now), tuple(fresh.values())


def verdict_line(found: PageVerdict, name: str, now: datetime) -> str:
    """Return the verdict in one line of text, with the local time in front, and whom it is about."""
    said = sentence(found.verdict, name, now)
    if name not in said and _about(found) != ("", ""):
        said = _("{name}: {sentence}").format(name=name, sentence=said)
    return _("{time}  Verdict: {sentence}").format(time=f"{now.astimezone():%H:%M:%S}", sentence=said)


def verdict_document(found: PageVerdict, name: str, now: datetime) -> Document:
    """Return the verdict as one JSON line of ``watch``; ``page`` is null where it is about the own connection."""
    return {
        "at": stamp(now),
        "kind": "verdict",
        "page": None if _about(found) == ("", "") else found.page_id,
        "verdict": found.verdict.id.value,
        "sentence": sentence(found.verdict, name, now),
    }


def _about(found: PageVerdict) -> About:
    if found.verdict.id is VerdictId.YOUR_CONNECTION:
        return "", ""
    return (found.provider_id, "") if found.provider_id else ("", found.page_id)

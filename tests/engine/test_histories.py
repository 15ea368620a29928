"""Whole invented histories, in the shape of real ones, through the real engine: none missed, none false, little noise.

``TRAYAPP_HISTORIES=N`` plays N histories of each page instead of one.
"""

import math
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from tests.builders import NOON
from tests.engine.running import Ran, answers, fails, play, recording
from tests.faces import FACES, Face
from tests.invented import OK, WORDS, Edit, Life, Post, lives
from trayapp.domain.alert import Alert, AlertKind, Decision
from trayapp.engine.http import Exchanged
from trayapp.engine.recording import Recording

SEEDS = range(int(os.environ.get("TRAYAPP_HISTORIES", "1")))
INCIDENTS = 30
POP_UPS_AN_INCIDENT = 2.0
POLL = 60
CALM = 20.0
"""Minutes after an outage of ours until a host is surely asked every minute again."""
REOPENED = 3.0
"""Minutes: a later one is the second beginning of an incident that was opened again."""
BEGINS = frozenset({AlertKind.OPENED, AlertKind.STARTED_DURING})
Line = dict[str, Any]


ROTATING = "incident.io, 25 of 40"
RENEWED = {ROTATING: 6.0}
"""Pages that are never the same: every so many minutes they answer anew."""


class Trouble(NamedTuple):
    """Our own outage: from ``start`` to ``end`` (minutes) every address is answered so."""

    start: float
    end: float
    line: Callable[[float, str], Line]


def failing(how: str) -> Callable[[float, str], Line]:
    return lambda at, url: fails(at, how, url)


def answering(body: str, status: int = 200, **headers: str) -> Callable[[float, str], Line]:
    return lambda at, url: {**answers(at, body, url, status), "headers": headers}


TROUBLES: Mapping[str, Callable[[float, str], Line]] = {
    **{how: failing(how) for how in ("timeout", "dns", "refused", "reset", "tls")},
    "html": answering("<!doctype html><p>Log in to the hotel"),
    "empty": answering(""),
    "busy": answering("busy", 503),
    "limited": answering("", 429, **{"retry-after": "90"}),
    "login": answering("", 302, location="https://login.hotel.example/"),
    "cut": answering('{"page": {"id": "acme'),
    "list": answering("[[]]"),
    "nothing": answering("{}"),
}


class History:
    """One page's history as it is answered, our own troubles strewn in, and what ought to come of it."""

    def __init__(
        self, face: Face, told: Iterable[Life], troubles: Sequence[Trouble] = (), every: float = 0, until: float = 0
    ) -> None:
        """``every`` so many minutes the page answers anew although nothing happened."""
        self.lives = {each.id: each for each in map(face.knows, told)}
        self.troubles = troubles
        self.shows_all = face is not FACES[ROTATING]
        self.looks: list[float] = []
        self.main = ""
        self.lines = tuple(self._written(face, every, until))

    def play(self, database: Path | None = None) -> "Played":
        recorded = recording(self.lines)
        self.main = recorded.urls[0]
        kept = structs.asdict(recorded)
        return Played(self, play(_Watched(**kept, asked=self._note), database=database))

    def seen(self, life: Life) -> bool:
        """Whether a valid answer that we got may have told of the incident while it was trouble."""
        return any(life.is_trouble(at) for at in self.looks)

    def told_us(self, life: Life) -> bool:
        """Whether one certainly did: what is listed no more shows in its parts alone, and one page leaves some out."""
        return any(life.is_trouble(at) and (self.shows_all or life.is_listed(at)) for at in self.looks)

    def _note(self, url: str, now: datetime) -> None:
        at = (now - NOON).total_seconds() / 60
        if url == self.main and not any(each.start <= at < each.end for each in self.troubles):
            self.looks.append(at)

    def _written(self, face: Face, every: float, until: float) -> Iterable[Line]:
        found = list(self.lives.values())
        moments = {0.0, *(at for life in found for at in life.moments)}
        moments |= {at for each in self.troubles for at in (each.start, each.end)}
        if every:
            moments |= {step * every for step in range(int(max(*moments, until) / every))}
        said: dict[str, Line] = {}
        for at in sorted(moments):
            trouble = next((each for each in self.troubles if each.start <= at < each.end), None)
            for url, body in face.bodies(found, at).items():
                line = trouble.line(at, url) if trouble else answers(at, body, url)
                if said.get(url) != {**line, "at": ""}:
                    said[url] = {**line, "at": ""}
                    yield line


class _Watched(Recording, frozen=True):
    """A recording that says when it is asked."""

    asked: Callable[[str, datetime], None] = lambda _url, _now: None

    def answer(self, url: str, now: datetime) -> Exchanged:
        self.asked(url, now)
        return super().answer(url, now)


class Played:
    """What the engine made of a history. Ends of ids are the numbers of the incidents."""

    def __init__(self, history: History, ran: Ran) -> None:
        self.history = history
        self.decisions: list[Decision] = [each for update in ran.updates for each in update.decisions]
        self.told: list[Alert] = [each.alert for each in self.decisions if each.told]
        self.statuses = ran.statuses
        self.end = ran.updates[-1].now
        self.pages = {each.page.id for update in ran.updates for each in update.snapshot.pages}
        named = [each.alert for each in self.decisions if each.alert.incident_id]
        self._of = {alert.concern: str(alert.incident_id)[-4:] for alert in named}

    def told_of(self, *kinds: AlertKind) -> Counter[str]:
        """How often each incident was told so; ``?`` stands for trouble that nothing names."""
        return Counter(self.number_of(each) for each in self.told if each.kind in kinds)

    def number_of(self, alert: Alert) -> str:
        return self._of.get(alert.concern, "?")


def troubles(chance: random.Random, until: float) -> list[Trouble]:
    """Our own outages all along: mostly short ones, some of them longer than the freshness limit."""
    found, at = [], 20.0
    while at < until:
        length = chance.choice((0.8, 1.5, 2.5, chance.uniform(3, 12), chance.uniform(10, 45)))
        found.append(Trouble(at, at + length, TROUBLES[chance.choice(sorted(TROUBLES))]))
        at += length + chance.expovariate(1 / 70)
    return found


def late(played: Played) -> list[str]:
    """What was told later than one look and 5 s after the page showed it, where nothing of ours stood in the way."""
    history = played.history
    found = []
    for alert in played.told:
        life = history.lives.get(played.number_of(alert))
        if life is None or alert.kind not in BEGINS or alert.status is None:
            continue
        shown = min(at for at in life.moments if life.is_trouble(at))
        told = (alert.at - NOON).total_seconds() / 60
        is_ours = any(each.start - 1 < told and shown < each.end + CALM for each in history.troubles)
        if not is_ours and told - shown > (POLL + 5) / 60 and told - shown < REOPENED:
            found.append(f"{60 * (told - shown):.0f} s late: {life}")
    return found


def dice(page: str, seed: int) -> random.Random:
    """Chance that falls the same every time."""
    return random.Random(f"{page} {seed}")  # noqa: S311 -- an invented history


def past(chance: random.Random, page: str) -> Life:
    """One incident that was posted when it was over, so that a page has something to tell."""
    life = replace(lives(chance, 1)[0], is_born_resolved=True, gone_at=math.inf, edits=())
    return FACES[page].knows(life) if page else life


def problems(played: Played) -> list[str]:
    """What is wrong with what was told, as sentences."""
    known = played.history.lives
    due = {each.id for each in known.values() if played.history.told_us(each)}
    real = {each.id for each in known.values() if played.history.seen(each)}
    begins, ends = played.told_of(*BEGINS), played.told_of(AlertKind.RECOVERED)
    again = {each.id for each in known.values() if sum(post.phase == "resolved" for post in each.posts) > 1}
    found = [f"missed: {known[each]}" for each in sorted(due - begins.keys())]
    found += [f"false: {known.get(each, each)}" for each in sorted(begins.keys() - real)]
    over = due | (real & begins.keys())
    found += [f"its end was not told: {known[each]}" for each in sorted(over - ends.keys())]
    found += [f"told twice: {known.get(each, each)}" for each in begins if begins[each] > 1 + (each in again)]
    found += [f"its end told twice: {known.get(each, each)}" for each in ends if ends[each] > 1 + (each in again)]
    odd = {each.kind for each in played.told} - BEGINS - {AlertKind.RECOVERED, AlertKind.ESCALATED}
    found += [f"nobody needed to hear: {sorted(odd)}"] * bool(odd)
    return found


@cache
def whole(page: str, seed: int) -> Played:
    """Everything at once: ordinary and odd incidents, edits, and our own outages strewn in."""
    chance = dice(page, seed)
    invented = lives(chance, INCIDENTS)
    until = max(life.ended for life in invented)
    return History(FACES[page], invented, troubles(chance, until), RENEWED.get(page, 0.0)).play()


@pytest.mark.parametrize("page", sorted(FACES))
def test_there_are_at_most_two_pop_ups_an_incident(page: str) -> None:
    """On average: a history of which each incident was seen, and one got worse, has a few more."""
    told = [len(whole(page, seed).told) for seed in SEEDS]

    assert sum(told) <= POP_UPS_AN_INCIDENT * INCIDENTS * len(told)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("page", sorted(FACES))
class TestWholeHistories:
    """What is news, and what is none, over histories of weeks."""

    def test_none_missed_and_none_false(self, page: str, seed: int) -> None:
        played = whole(page, seed)

        assert len(played.pages) == 1
        assert problems(played) == []
        assert page == ROTATING or late(played) == [], "25 of 40 may not have the bad one among them"

    def test_our_own_outages_are_no_news(self, page: str, seed: int) -> None:
        ours = troubles(dice(page, seed), 1200)
        played = History(FACES[page], [past(dice(page, seed), page)], ours, RENEWED.get(page, 0.0)).play()

        assert played.told == []
        assert {after for _page, _before, after in played.statuses} == {"operational", "unknown"}
        assert len(played.history.looks) > 100

    def test_born_resolved_and_edited_is_no_news(self, page: str, seed: int) -> None:
        """Neither is a beginning that is moved: none of them is news however often the list changes."""
        chance = dice(page, seed)
        kinds = ("text", "title", "begin", "text")
        told = [
            replace(
                life, is_born_resolved=True, edits=tuple(Edit(life.ended + 7 * k, what, -90.0) for k, what in kinds)
            )
            for life, kinds in ((each, enumerate(kinds, 1)) for each in lives(chance, 5))
        ]
        played = History(FACES[page], told, every=RENEWED.get(page, 0.0)).play()

        assert played.told == []
        assert [after for _page, _before, after in played.statuses] == ["operational"]


def test_a_list_that_shows_other_components_each_time_is_no_news() -> None:
    played = History(FACES[ROTATING], [past(dice(ROTATING, 0), ROTATING)], every=1.0, until=300).play()

    assert played.told == []
    assert [after for _page, _before, after in played.statuses] == ["operational"]


def test_a_page_that_goes_up_and_down_is_told_at_most_once_in_half_an_hour() -> None:
    words = [WORDS[3], OK] * 40
    posts = [Post(60 + 2 * place, "investigating", word) for place, word in enumerate(words)]
    over = Post(60 + 2 * len(words), "resolved", OK)
    life = replace(past(dice("flaps", 0), ""), is_born_resolved=False, impact="none", parts=(3,), named=(3,))
    life = replace(life, posts=(*posts, over), marked_at=60, cleared_at=over.at)
    played = History(FACES["statuspage"], [life]).play()
    began = next(each.at for each in played.told if each.kind is AlertKind.FLAPPING)

    assert [each.kind for each in played.told if each.at > began] == [AlertKind.RECOVERED]

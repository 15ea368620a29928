"""Invented histories of one status page with the statistics of real ones; the same every time for the same seed.

The shares come from the public histories of OpenAI, Anthropic, GitHub and Google Cloud: how many incidents are posted
already resolved, are edited afterwards, overlap, go backwards, name no component. Only the quiet time between them is
shortened. Times are minutes since the start.
"""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

PARTS = 40
"""How many components the page has."""
BORN_RESOLVED = 0.12
IMPACT_NONE = 0.14
NAMES_NOTHING = 0.10
LEFT_GREEN = 0.15
"""Open, and no component is ever marked."""
MARKED_EARLY = 0.08
MARKED_AFTERWARDS = 0.03
WORSENS = 0.09
GOES_BACK = 0.035
OPENED_AGAIN = 0.02
VANISHES = 0.01
OVERLAPS = 0.11
SHORT = 0.06
EDITED = 0.62
BEGIN_MOVED = 0.22
MEDIAN_MINUTES = 70.0
SPREAD = 1.1
"""Of the logarithm of the length: half are shorter than the median, one in twenty longer than six times it."""
LONGEST_MINUTES = 700.0
QUIET_MINUTES = 80.0

OK = "operational"
WORDS = (OK, "degraded_performance", "partial_outage", "major_outage")
_CHAINS = (
    ("investigating", "monitoring"),
    ("investigating",),
    ("investigating", "identified", "monitoring"),
    ("identified", "monitoring"),
    ("investigating", "identified"),
)
_IMPACTS = {"degraded_performance": "minor", "partial_outage": "major", "major_outage": "critical"}


@dataclass(frozen=True, slots=True)
class Post:
    """One update: when, its phase, and the word its components have from then on."""

    at: float
    phase: str
    word: str
    text: str = "We are looking into it."


@dataclass(frozen=True, slots=True)
class Edit:
    """What the page changes in an incident later: its text, its title, or its begin (moved by ``by`` minutes)."""

    at: float
    what: str
    by: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One incident from its first post to its last. ``parts`` are the components it breaks, ``named`` those it names.

    ``marked_at`` and ``cleared_at`` bound the time its components are marked, which may begin before the first post and
    end after the last. ``gone_at`` is when the page drops it although it is open.
    """

    id: str
    impact: str
    parts: tuple[int, ...]
    named: tuple[int, ...]
    posts: tuple[Post, ...]
    marked_at: float
    cleared_at: float
    is_born_resolved: bool = False
    gone_at: float = math.inf
    edits: tuple[Edit, ...] = ()

    @property
    def began(self) -> float:
        return self.posts[0].at

    @property
    def ended(self) -> float:
        """The last moment at which anything of it is wrong."""
        return self.posts[-1].at

    def is_listed(self, at: float) -> bool:
        """Whether the page shows it as open."""
        phase = self.phase(at)
        return bool(phase) and phase != "resolved" and at < self.gone_at

    def phase(self, at: float) -> str:
        """Its phase at a moment; empty before its first post."""
        if self.is_born_resolved and at < self.ended:
            return ""
        return next((post.phase for post in reversed(self.posts) if post.at <= at), "")

    def word(self, at: float) -> str:
        """What its components are marked with at a moment."""
        if self.is_born_resolved or not self.marked_at <= at < min(self.cleared_at, self.gone_at):
            return OK
        return next((post.word for post in reversed(self.posts) if post.at <= at), self.posts[0].word)

    def is_trouble(self, at: float) -> bool:
        """Whether somebody who watches the page should hear of it."""
        return (self.is_listed(at) and self.impact != "none") or (bool(self.parts) and self.word(at) != OK)

    @property
    def steps_up(self) -> int:
        """How often it gets worse than it was before."""
        worst = count = 0
        for post in self.posts:
            place = WORDS.index(post.word)
            count += bool(worst) and place > worst
            worst = max(worst, place)
        return count

    @property
    def moments(self) -> tuple[float, ...]:
        """When the page changes because of it."""
        ends = [each for each in (self.marked_at, self.cleared_at, self.gone_at) if math.isfinite(each)]
        return (*(post.at for post in self.posts), *(edit.at for edit in self.edits), *ends)


def lives(chance: random.Random, count: int) -> tuple[Life, ...]:
    """So many incidents, one after the other, some of them overlapping."""
    found: list[Life] = []
    at = 45.0
    for number in range(count):
        life = _life(chance, f"{number:04d}", at)
        found.append(life)
        end = max(life.ended, life.cleared_at if math.isfinite(life.cleared_at) else 0.0)
        if chance.random() < OVERLAPS:
            at += (life.ended - life.began) * chance.uniform(0.2, 0.9)
        else:
            at = end + 5 + chance.expovariate(1 / QUIET_MINUTES)
    return tuple(found)


def statuses(of: Iterable[Life], at: float) -> dict[int, str]:
    """The components that are not fine, each with the worst that is said of it."""
    found: dict[int, str] = {}
    for life in of:
        word = life.word(at)
        for part in life.parts if word != OK else ():
            found[part] = max(found.get(part, OK), word, key=WORDS.index)
    return found


def _life(chance: random.Random, number: str, at: float) -> Life:
    length = min(MEDIAN_MINUTES * math.exp(chance.gauss(0, SPREAD)), LONGEST_MINUTES)
    length = chance.uniform(3, 10) if chance.random() < SHORT else max(length, 6.0)
    word = chance.choices(WORDS[1:], (5, 4, 2))[0]
    parts = tuple(chance.sample(range(PARTS), chance.choice((1, 1, 2, 3))))
    life = Life(
        id=number,
        impact=_IMPACTS[word],
        parts=parts,
        named=parts,
        posts=_posts(chance, at, length, word),
        marked_at=at,
        cleared_at=at + length,
        edits=_edits(chance, at + length),
    )
    for share, change in _ODDITIES:
        if chance.random() < share:
            return change(life, chance)
    return life


def _posts(chance: random.Random, at: float, length: float, word: str) -> tuple[Post, ...]:
    """A chain of phases with further updates between them, two of them in the same minute now and then."""
    chain = list(chance.choice(_CHAINS))
    times = sorted(chance.uniform(0.05, 0.95) for _each in range(len(chain) - 1 + min(int(chance.expovariate(0.9)), 6)))
    marks = [at, *(at + length * each for each in times)]
    phases = [chain[min(place * len(chain) // len(marks), len(chain) - 1)] for place in range(len(marks))]
    is_green_in_the_end = chance.random() < 0.4
    posts = [
        Post(mark, phase, OK if phase == "monitoring" and is_green_in_the_end else word, f"Update {place}.")
        for place, (mark, phase) in enumerate(zip(marks, phases, strict=True))
    ]
    return (*posts, Post(at + length, "resolved", OK, "It is over."))


def _edits(chance: random.Random, end: float) -> tuple[Edit, ...]:
    """What the page does to it after its end."""
    found = [Edit(end + chance.uniform(20, 1500), chance.choice(("text", "text", "title")))] * (
        chance.random() < EDITED
    )
    if chance.random() < BEGIN_MOVED:
        found.append(Edit(end + chance.uniform(20, 600), "begin", chance.choice((-400.0, -60.0, -15.0, 20.0))))
    return tuple(found)


def _born_resolved(life: Life, _chance: random.Random) -> Life:
    return replace(life, is_born_resolved=True)


def _notice(life: Life, _chance: random.Random) -> Life:
    return replace(life, impact="none", parts=(), named=())


def _nameless(life: Life, _chance: random.Random) -> Life:
    return replace(life, named=())


def _green(life: Life, _chance: random.Random) -> Life:
    return replace(life, parts=(), impact="minor")


def _early(life: Life, chance: random.Random) -> Life:
    return replace(life, marked_at=life.began - chance.uniform(1, 4))


def _afterwards(life: Life, chance: random.Random) -> Life:
    end = life.ended + chance.uniform(5, 40)
    posts = tuple(replace(each, word=life.posts[0].word) for each in life.posts)
    return replace(life, cleared_at=end, posts=posts)


def _worsening(life: Life, _chance: random.Random) -> Life:
    half = len(life.posts) // 2
    posts = tuple(
        replace(each, word="major_outage" if place >= half and each.phase != "resolved" else "degraded_performance")
        for place, each in enumerate(life.posts[:-1])
    )
    return replace(life, impact="major", posts=(*posts, life.posts[-1]))


def _backwards(life: Life, _chance: random.Random) -> Life:
    """Monitoring with green components, then investigating again."""
    at, length, word = life.began, life.ended - life.began, life.posts[0].word
    chain = (("investigating", word), ("monitoring", OK), ("investigating", word), ("resolved", OK))
    return replace(life, posts=tuple(Post(at + length * place / 3, *each) for place, each in enumerate(chain)))


def _opened_again(life: Life, chance: random.Random) -> Life:
    """Resolved, back two to four minutes later, resolved again an hour after."""
    back = life.ended + chance.uniform(2, 4)
    again = (Post(back, "monitoring", life.posts[0].word), Post(back + 60, "resolved", OK))
    return replace(life, posts=(*life.posts, *again), cleared_at=back + 60)


def _vanishing(life: Life, _chance: random.Random) -> Life:
    return replace(life, gone_at=(life.began + life.ended) / 2)


_Oddity = Callable[[Life, random.Random], Life]
_ODDITIES: tuple[tuple[float, _Oddity], ...] = (
    (BORN_RESOLVED, _born_resolved),
    (IMPACT_NONE, _notice),
    (NAMES_NOTHING, _nameless),
    (LEFT_GREEN, _green),
    (MARKED_EARLY, _early),
    (MARKED_AFTERWARDS, _afterwards),
    (WORSENS, _worsening),
    (GOES_BACK, _backwards),
    (OPENED_AGAIN, _opened_again),
    (VANISHES, _vanishing),
)

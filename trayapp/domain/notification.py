"""Which changes of a page are worth a pop-up: a pure policy that answers with a reason.

Its memory (:class:`AlertBook`) is a value too. It is stored together with every decision before anything
is shown, so that a restart neither repeats nor forgets (PRODUCT.md section 5).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec.structs import replace

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, Concern, Decided, PageBook
from trayapp.domain.digest import offer, withdraw
from trayapp.domain.judgement import Judgement
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.domain.trouble import Trouble, overlap, troubles

GOOD_LOOKS_TO_RECOVER = 2
"""A page-sourced state opens on the first valid answer and recovers after two."""
FLAP_STATES = 21
FLAP_START = 0.30
FLAP_STOP = 0.20
"""Nagios' flap detection: 21 states, later changes weigh more (reliability.md A2)."""
FLAP_CALM = timedelta(minutes=30)
"""Going up and down is over only after so long without a change: until then nothing more is said of it."""
REOPEN_WINDOW = timedelta(minutes=10)
REOPEN_HOLD = timedelta(minutes=5)
"""Trouble that is back within the window after a recovery is told only when it has held for a while."""
LATE = timedelta(hours=24)
"""What ended longer ago than this is listed, not told."""


def decide(
    book: AlertBook, state: PageState, rules: NotificationRules, now: datetime, around: Circumstances | None = None
) -> Decided:
    """Decide what one valid look at one page is worth telling.

    A look that failed, or left the page unknown, changes nothing at all: so an unknown inserted anywhere
    into a sequence neither loses nor repeats an alert.

    Whoever acknowledges a concern knows of it as it is then: it counts as told, an opening that waits in a digest is
    taken out, and its end is told. Getting worse than that takes the acknowledgement back. "Tell me when it is back"
    holds for one concern, or for a page until two looks in a row found it fine; it is told once, and passes all that
    would otherwise speak against it: level, quiet hours, snooze, sleep, flapping, age, and a beginning that was not
    told. Only the limit of pop-ups in 30 s holds for it too, and of those held it is the first to be told.

    ==============================  ============================================  ======  ================
    what                            condition                                     told?   reason
    ==============================  ============================================  ======  ================
    concern gone for two looks      "tell me when it is back", for it             yes     WANTED
    page fine for two looks         "tell me when it is back", for the page       yes     WANTED
    concern new                     the page's first look in this run             yes     STARTED_DURING
    concern new                     takes over an untitled concern of the page    no      SAME_EVENT
    concern new                     the page is flapping                          no      FLAPPING
    concern new                     back within 10 min of its recovery            no      TOO_SOON
    concern new                     otherwise                                     yes     NEW
    concern back soon               has held for 5 min                            yes     NEW
    concern worse than told         otherwise                                     yes     WORSE
    concern gone for two looks      its beginning was told, or acknowledged       yes     OVER
    concern gone for two looks      it ended more than 24 h ago                   no      LATE
    concern gone for two looks      its beginning was not told, or still waits    no      NEVER_TOLD
    page begins to flap             all that is open is acknowledged              no      ACKNOWLEDGED
    page begins to flap             something was told in that time               yes     FLAPS
    page calm for 30 min            somebody knew that it flaps                   yes     CALM
    any of them                     the page is muted                             no      MUTED
    opened, started, worse          level "outages" and it is none                no      BELOW_LEVEL
    any that would be told          pop-ups are snoozed                           later   HELD_SNOOZED
    any that would be told          after sleep                                   later   HELD_AFTER_SLEEP
    any that would be told          quiet hours, not a major outage               later   HELD_QUIET_HOURS
    any that would be told          the fourth within 30 s                        later   HELD_FOR_GROUP
    ==============================  ============================================  ======  ================
    """
    judgement = state.judgement
    if state.failure is not None or judgement is None or judgement.status is None:
        return book, ()
    look = _Look(book, state, rules, now, around or Circumstances())
    return look.decide(judgement)


def is_flapping(states: tuple[bool, ...], *, before: bool) -> bool:
    """Return Nagios' verdict on the last states, oldest first.

    Each change weighs from 0.75 (oldest) to 1.25 (newest); states not seen yet count as no change. Flapping
    starts at 30 % and stops at 20 %; between them it stays as it was.
    """
    steps = FLAP_STATES - 1
    padded = (states[:1] * (FLAP_STATES - len(states)) + states)[-FLAP_STATES:]
    weight = sum(0.75 + 0.5 * place / (steps - 1) for place, (old, new) in enumerate(pairwise(padded)) if old != new)
    share = weight / steps
    if before:
        return share > FLAP_STOP
    return share >= FLAP_START


def _paired(open_now: Mapping[str, Trouble], mine: Mapping[str, Concern]) -> dict[str, Trouble]:
    """Return which of our concerns go on, each with what it is now.

    The same incident id goes on. An untitled concern goes on as an incident that names its components
    or none; an incident that closed goes on as untitled trouble while components it named are still bad.
    """
    pairs = {key: open_now[key] for key in mine if key in open_now}
    free = [each for key, each in open_now.items() if key not in mine]
    untitled = mine.get("")
    if untitled is not None and "" not in open_now:
        heirs = [each for each in free if overlap(untitled.component_ids, each.component_ids)]
        if heirs:
            pairs[""] = heirs[0]
            free.remove(heirs[0])
    orphan = next((each for each in free if not each.incident_id), None)
    if orphan is not None:
        for key, concern in mine.items():
            if key and key not in pairs and overlap(concern.component_ids, orphan.component_ids):
                pairs[key] = orphan
                break
    return pairs


class _Look:
    """One decision in the making; lives for one call of :func:`decide`."""

    def __init__(
        self, book: AlertBook, state: PageState, rules: NotificationRules, now: datetime, around: Circumstances
    ) -> None:
        self.book = book
        self.state = state
        self.now = now
        self.around = around
        self.page_id = state.page.id
        self.level = rules.level_for(self.page_id, state.page.provider_id)
        self.is_first = self.page_id not in book.started
        self.page_book = book.of(self.page_id)
        self.was_flapping = self.page_book.flapping_told
        self.is_flapping = self.was_flapping
        self.decisions: list[Decision] = []
        self.told_start = False

    def decide(self, judgement: Judgement) -> Decided:
        self._note_state(judgement)
        open_now = {each.incident_id: each for each in troubles(judgement)}
        mine = {each.incident_id: each for each in self.book.concerns if each.page_id == self.page_id}
        paired = _paired(open_now, mine)
        kept = [self._still(mine[key], trouble) for key, trouble in paired.items()]
        taken = {each.incident_id for each in paired.values()}
        new = [each for key, each in open_now.items() if key not in taken]
        kept.extend(self._new(each) for each in sorted(new, key=lambda each: each.severity, reverse=True))
        going = (self._going(each, judgement) for key, each in mine.items() if key not in paired)
        kept.extend(each for each in going if each is not None)
        if self._is_back:
            self._tell_wanted(
                self._alert(AlertKind.RECOVERED, status=judgement.status, concern=f"{self.page_id}/=back")
            )
        others = tuple(each for each in self.book.concerns if each.page_id != self.page_id)
        pages = tuple(each for each in self.book.pages if each.page_id != self.page_id)
        self.book = replace(
            self.book,
            concerns=(*others, *kept),
            pages=(*pages, self.page_book) if _is_worth_keeping(self.page_book) else pages,
            started=self.book.started | {self.page_id} if self.is_first else self.book.started,
        )
        return self.book, tuple(self.decisions)

    def _note_state(self, judgement: Judgement) -> None:
        """Add this look to the flap window."""
        is_bad = judgement.status is not None and judgement.status.is_bad
        before_that = self.page_book.states if self.page_book.states or self.is_first else (False,)
        states = (*before_that, is_bad)[-FLAP_STATES:]
        book = self.page_book
        changed_at = self.now if before_that[-1:] == (not is_bad,) else book.changed_at
        since = book.flapping_since
        flaps = is_flapping(states, before=since is not None)
        is_restless = since is not None and changed_at is not None and _is_within(changed_at, self.now, FLAP_CALM)
        told = book.flapping_told
        if flaps and not told and self._was_heard_of():
            told = self._say_flapping(self._alert(AlertKind.FLAPPING, status=judgement.status))
        flaps = flaps or is_restless
        self.is_flapping = flaps and told
        if self.was_flapping and not flaps and not is_bad:
            calm = self._alert(AlertKind.RECOVERED, status=judgement.status, started_at=since, ended_at=self.now)
            self._offer(calm, Reason.CALM)
        recoveries = book.recoveries if self.is_flapping else _within(book.recoveries, self.now)
        is_fine = judgement.status is Status.OPERATIONAL and not self.book.suspects(self.page_id)
        is_waited_for = is_fine and book.wanted_at is not None
        self.page_book = replace(
            book,
            states=states,
            changed_at=changed_at,
            flapping_since=(since or self.now) if flaps else None,
            flapping_told=self.is_flapping,
            recoveries=recoveries[-FLAP_STATES:],
            fine_looks=book.fine_looks + 1 if is_waited_for else 0,
        )

    def _say_flapping(self, alert: Alert) -> bool:
        """Say it, unless somebody acknowledged all of it; return whether somebody knows of it then."""
        mine = [each for each in self.book.concerns if each.page_id == self.page_id]
        if mine and all(each.acknowledged is not None for each in mine):  # one that is just going counts too
            self._refuse(alert, Reason.ACKNOWLEDGED)
            return True
        outcome = self._offer(alert, Reason.FLAPS)
        return outcome is None or outcome in _HOLDING

    def _was_heard_of(self) -> bool:
        """Return whether anything about the page was told lately: only then flapping is worth a word."""
        told = any(each.page_id == self.page_id and each.told is not None for each in self.book.concerns)
        return told or bool(_within(self.page_book.recoveries, self.now))

    def _still(self, concern: Concern, trouble: Trouble) -> Concern:
        """Go on with a concern: it may take a name, and it may be worse than what was told."""
        is_adopted = bool(trouble.incident_id) and not concern.incident_id
        now = replace(
            concern,
            incident_id=trouble.incident_id or concern.incident_id,
            title=trouble.title or concern.title,
            severity=trouble.severity,
            component_ids=trouble.component_ids or concern.component_ids,
            good_looks=0,
            good_since=None,
            resolved_at=None,
            acknowledged=_unless_worse(concern.acknowledged, trouble.severity),
        )
        if is_adopted and concern.told is not None and trouble.severity <= concern.told:
            self._refuse(self._of(AlertKind.OPENED, now, trouble.components), Reason.SAME_EVENT)
            return now
        if concern.told is None:
            return self._retry(now, trouble)
        if trouble.severity <= concern.told:
            return now
        alert = self._of(AlertKind.ESCALATED, now, trouble.components)
        refusal = Reason.FLAPPING if self.is_flapping else self._refusal(alert)
        if refusal is None:
            return self._offered(now, alert, Reason.WORSE)
        if concern.refused is not None and trouble.severity <= concern.refused:
            return now
        self._refuse(alert, refusal)
        return replace(now, refused=trouble.severity)

    def _retry(self, concern: Concern, trouble: Trouble) -> Concern:
        """Tell a concern late: its level was too low, it has held by now, or the flapping is over."""
        alert = self._of(AlertKind.OPENED, concern, trouble.components)
        if concern.held or self.is_flapping:
            return concern
        if concern.soon:
            if _is_within(concern.seen_at or self.now, self.now, REOPEN_HOLD):
                return concern
            return self._offered(replace(concern, soon=False), alert, Reason.NEW)
        if self.was_flapping:
            return self._offered(concern, alert, Reason.CALM)
        if self._refusal(alert) is not None:
            return concern
        return self._offered(concern, alert, Reason.NEW)

    def _new(self, trouble: Trouble) -> Concern:
        key = trouble.incident_id or f"since {self.now:%Y-%m-%dT%H:%M:%SZ}"
        concern = Concern(
            page_id=self.page_id,
            name=f"{self.page_id}/{key}",
            incident_id=trouble.incident_id,
            title=trouble.title,
            opened_at=trouble.started_at or self.now,
            severity=trouble.severity,
            component_ids=trouble.component_ids,
            seen_at=self.now,
        )
        if self.is_first:
            alert = self._of(AlertKind.STARTED_DURING, concern, trouble.components)
            if trouble.is_forgotten(self.now):
                self._refuse(alert, Reason.LATE)
                return replace(concern, told=concern.severity)
            if self.told_start:
                self._refuse(alert, Reason.SAME_EVENT)
                return replace(concern, told=concern.severity)
            self.told_start = True
            return self._offered(concern, alert, Reason.STARTED_DURING)
        alert = self._of(AlertKind.OPENED, concern, trouble.components)
        is_back = any(key == trouble.incident_id for key, _at in self.page_book.recoveries)
        if self.is_flapping and (is_back or not trouble.incident_id):
            self._refuse(alert, Reason.FLAPPING)
            return concern
        if is_back:
            self._refuse(alert, Reason.TOO_SOON)
            return replace(concern, soon=True)
        return self._offered(concern, alert, Reason.NEW)

    def _going(self, concern: Concern, judgement: Judgement) -> Concern | None:
        """Count a good look; after two it is over."""
        ended = concern.good_since or self._end_of(concern) or self.now
        gone = replace(concern, good_looks=concern.good_looks + 1, good_since=ended)
        if gone.good_looks < GOOD_LOOKS_TO_RECOVER:
            return gone
        alert = self._alert(
            AlertKind.RECOVERED,
            incident_id=concern.incident_id or None,
            title=concern.title,
            status=judgement.status,
            started_at=concern.opened_at,
            ended_at=max(ended, concern.opened_at),
            concern=concern.name,
        )
        if concern.held:
            self.book = withdraw(self.book, concern.name)
        if concern.is_wanted or self._is_back:
            self._tell_wanted(alert)
        elif concern.held or concern.told is None:
            self._refuse(alert, Reason.NEVER_TOLD)
        elif self.is_flapping:
            self._refuse(alert, Reason.FLAPPING)
        elif self.now - ended > LATE:
            self._refuse(alert, Reason.LATE)
        else:
            self._offer(alert, Reason.OVER)
        if concern.told is not None or self.is_flapping:
            recovery = (concern.incident_id, self.now)
            self.page_book = replace(self.page_book, recoveries=(*self.page_book.recoveries, recovery))
        return None

    def _end_of(self, concern: Concern) -> datetime | None:
        """Return the page's own end of an incident, where it gives one."""
        report = self.state.report
        for incident in report.incidents if report is not None else ():
            if incident.id == concern.incident_id:
                return incident.resolved_at
        return None

    @property
    def _is_back(self) -> bool:
        """Whether the page is what somebody waits for it to be."""
        return self.page_book.fine_looks >= GOOD_LOOKS_TO_RECOVER

    def _tell_wanted(self, alert: Alert) -> None:
        """Tell what somebody asked for, once; a page that is back has no other wish."""
        self._offer(replace(alert, is_wanted=True), Reason.WANTED)
        if self._is_back:
            self.page_book = replace(self.page_book, wanted_at=None, fine_looks=0)

    def _offered(self, concern: Concern, alert: Alert, reason: Reason) -> Concern:
        outcome = self._offer(alert, reason)
        if outcome is None:
            if concern.held:  # its beginning waits in a digest, and is no news any more
                self.book = withdraw(self.book, concern.name)
            return replace(concern, told=concern.severity, held=False)
        if outcome in _HOLDING:
            return replace(concern, told=concern.severity, held=concern.held or concern.told is None)
        return concern

    def _offer(self, alert: Alert, reason: Reason) -> Reason | None:
        """Tell, unless something speaks against it; return what did."""
        refusal = self._refusal(alert)
        if refusal is not None:
            self._refuse(alert, refusal)
            return refusal
        self.book, (decision,) = offer(self.book, alert, reason, self.around)
        self.decisions.append(decision)
        return None if decision.told else decision.reason

    def _refusal(self, alert: Alert) -> Reason | None:
        if alert.is_wanted:
            return None
        if self.level is Level.MUTE:
            return Reason.MUTED
        is_bad_news = alert.kind not in {AlertKind.RECOVERED, AlertKind.FLAPPING}
        if self.level is Level.OUTAGES and is_bad_news and not (alert.status is not None and alert.status.is_outage):
            return Reason.BELOW_LEVEL
        return None

    def _refuse(self, alert: Alert, reason: Reason) -> None:
        self.decisions.append(Decision(alert, told=False, reason=reason))

    def _of(self, kind: AlertKind, concern: Concern, components: tuple[str, ...]) -> Alert:
        return self._alert(
            kind,
            incident_id=concern.incident_id or None,
            title=concern.title,
            status=concern.severity,
            started_at=concern.opened_at,
            components=components,
            concern=concern.name,
        )

    def _alert(
        self,
        kind: AlertKind,
        *,
        status: Status | None,
        incident_id: str | None = None,
        title: str = "",
        started_at: datetime | None = None,
        ended_at: datetime | None = None,
        components: tuple[str, ...] = (),
        concern: str = "",
    ) -> Alert:
        return Alert(
            kind=kind,
            at=self.now,
            page_id=self.page_id,
            incident_id=incident_id,
            title=title,
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            components=components,
            concern=concern or f"{self.page_id}/",
        )


def _within(recoveries: tuple[tuple[str, datetime], ...], now: datetime) -> tuple[tuple[str, datetime], ...]:
    return tuple(each for each in recoveries if _is_within(each[1], now, REOPEN_WINDOW))


def _is_within(moment: datetime, now: datetime, length: timedelta) -> bool:
    """Return whether a moment is less than so long ago; one to come is left from before the clock was set back."""
    return timedelta(0) <= now - moment < length


def _is_worth_keeping(book: PageBook) -> bool:
    """Return whether a page was in trouble lately; one that was always fine needs no memory."""
    is_awaited = book.wanted_at is not None
    return any(book.states) or bool(book.recoveries) or book.flapping_since is not None or is_awaited


def _unless_worse(acknowledged: Status | None, severity: Status) -> Status | None:
    return None if acknowledged is None or severity > acknowledged else acknowledged


_HOLDING = frozenset({Reason.HELD_SNOOZED, Reason.HELD_AFTER_SLEEP, Reason.HELD_QUIET_HOURS, Reason.HELD_FOR_GROUP})

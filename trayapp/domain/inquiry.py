"""It fails for me: somebody asks whose problem it is, and everybody is asked again and again for 15 minutes."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from trayapp.domain.snapshot import PageState
from trayapp.domain.verdict import Verdict, VerdictId

EVERY = timedelta(seconds=30)
LASTS = timedelta(minutes=15)


class Inquiry(Struct, frozen=True, kw_only=True):
    """One inquiry about a provider (or about a page that belongs to none: its id). All times are UTC.

    ``verdict`` and ``causes`` are those of the last whole round, which ended at ``answered_at``; ``findings`` is every
    change of the verdict, oldest first. It goes on until ``until``.
    """

    provider: str
    name: str
    page_ids: tuple[str, ...]
    began_at: datetime
    until: datetime
    rounds: int = 0
    is_asking: bool = True
    answered_at: datetime | None = None
    verdict: Verdict | None = None
    causes: tuple[PageState, ...] = ()
    findings: tuple[tuple[datetime, VerdictId], ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether nobody is asked any more."""
        return not self.is_asking and self.answered_at is not None and self.answered_at + EVERY > self.until


def begin(provider: str, name: str, page_ids: tuple[str, ...], now: datetime, lasts: timedelta = LASTS) -> Inquiry:
    """Return an inquiry that begins now; one that lasts no time has one round."""
    return Inquiry(provider=provider, name=name, page_ids=page_ids, began_at=now, until=now + lasts)


def answered(inquiry: Inquiry, verdict: Verdict, causes: tuple[PageState, ...], at: datetime) -> Inquiry:
    """Fold one round into an inquiry; a finding is noted where the verdict is another than before."""
    is_same = inquiry.verdict is not None and inquiry.verdict.id is verdict.id
    return replace(
        inquiry,
        rounds=inquiry.rounds + 1,
        is_asking=False,
        answered_at=at,
        verdict=verdict,
        causes=causes,
        findings=inquiry.findings if is_same else (*inquiry.findings, (at, verdict.id)),
    )


def next_round(inquiry: Inquiry, asked_at: datetime, now: datetime) -> datetime | None:
    """Return when to ask again after a round that began at ``asked_at``; ``None`` when it is over.

    ==========================================  =====================
    what                                        next
    ==========================================  =====================
    that would be after the inquiry's end       never
    a round took longer than 30 s (asleep)      now
    otherwise                                   30 s after it began
    ==========================================  =====================
    """
    due = max(asked_at + EVERY, now)
    return due if due <= inquiry.until else None

from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.presentation.test_now import BAD, FINE, about, looked, page
from trayapp.domain.snapshot import Snapshot
from trayapp.domain.verdict import Icon, PageVerdict, VerdictId
from trayapp.presentation.tray import TrayView, tray_view
from trayapp.presentation.trayverdict import tray_told
from trayapp.presentation.words import Mark

NOW = NOON + timedelta(seconds=40)
ACME, GLOBEX = looked(page(), FINE), looked(page("Globex"), BAD)


def view(*verdicts: PageVerdict, is_bad: bool = False) -> TrayView:
    snapshot = Snapshot(pages=(GLOBEX,) if is_bad else (ACME,), at=NOW)
    return tray_view(snapshot, NOW, told=tray_told(snapshot, verdicts, NOW))


@pytest.mark.parametrize(
    "verdicts",
    [(), (about(ACME, VerdictId.FINE, Icon.TICK),), (about(ACME, VerdictId.MAINTENANCE, Icon.WRENCH),)],
)
def test_where_all_is_calm_the_pages_say_it(verdicts: tuple[PageVerdict, ...]) -> None:
    assert (view(*verdicts).mark, view(*verdicts).sentence) == (Mark.FINE, "Acme is fine - checked 40 s ago")


@pytest.mark.parametrize(
    ("which", "addition"),
    [
        (VerdictId.INCIDENT, ""),
        (VerdictId.INCIDENT_KEY_WORKS, " - your key works"),
        (VerdictId.INCIDENT_CONFIRMED, " - confirmed from here"),
    ],
)
def test_an_incident_is_told_in_the_pages_words_with_what_is_known_here(which: VerdictId, addition: str) -> None:
    alone, told = view(is_bad=True), view(about(GLOBEX, which), is_bad=True)

    assert told.mark is alone.mark is Mark.OUTAGE
    assert told.sentence == alone.sentence.replace(" - checked", f"{addition} - checked")
    assert addition in told.tooltip


@pytest.mark.parametrize(
    ("which", "icon", "mark"),
    [
        (VerdictId.YOUR_CONNECTION, Icon.HOLLOW_CLOCK, Mark.UNKNOWN),
        (VerdictId.LOOKS_LIKE_PROVIDER, Icon.TRIANGLE_QUESTION, Mark.SUSPECTED),
        (VerdictId.POSSIBLY_PROVIDER, Icon.TRIANGLE_QUESTION, Mark.SUSPECTED),
        (VerdictId.TLS_INTERCEPTED, Icon.HOLLOW, Mark.UNKNOWN),
        (VerdictId.NAME_NOT_RESOLVED, Icon.HOLLOW, Mark.UNKNOWN),
        (VerdictId.CANNOT_TELL, Icon.HOLLOW, Mark.UNKNOWN),
        (VerdictId.KEY_REJECTED, Icon.KEY_BADGE, Mark.FINE),
        (VerdictId.KEY_LIMITED, Icon.UNCHANGED, Mark.FINE),
    ],
)
def test_a_verdict_that_does_not_trust_the_page_gives_the_tray_its_shape(
    which: VerdictId, icon: Icon, mark: Mark
) -> None:
    told = view(about(ACME, which, icon))

    assert told.mark is mark
    assert "is fine - checked" not in told.sentence or which is VerdictId.KEY_REJECTED
    assert told.sentence.endswith(" - checked 40 s ago")
    assert told.tooltip.endswith(" - checked 12:00")


def test_a_key_that_needs_attention_is_seen_beside_whatever_is_more_urgent() -> None:
    both = Snapshot(pages=(ACME, GLOBEX), at=NOW)
    verdicts = (about(ACME, VerdictId.KEY_REJECTED, Icon.KEY_BADGE), about(GLOBEX, VerdictId.INCIDENT))
    told = tray_view(both, NOW, told=tray_told(both, verdicts, NOW))

    assert (told.mark, told.needs_key) == (Mark.OUTAGE, True)
    assert view(about(ACME, VerdictId.KEY_REJECTED, Icon.KEY_BADGE)).needs_key
    assert not view(about(ACME, VerdictId.KEY_LIMITED, Icon.UNCHANGED)).needs_key
    assert not view().needs_key

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.presentation.test_now import BAD, FINE, about, looked, page
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.verdict import PageVerdict, VerdictId
from trayapp.presentation.document import stamp
from trayapp.presentation.verdictnews import InForce, verdict_document, verdict_line

NOW = NOON + timedelta(seconds=40)
ACME, GLOBEX = looked(page(), FINE), looked(page("Globex"), BAD)
BOTH = Snapshot(pages=(ACME, GLOBEX), at=NOW)


def one(which: VerdictId) -> PageVerdict:
    return about(ACME, which)


def news(*rounds: tuple[PageVerdict, ...]) -> list[list[tuple[str, VerdictId]]]:
    """What each of several rounds of verdicts brings."""
    found, in_force = [], InForce()
    for verdicts in rounds:
        in_force, fresh = in_force.news(BOTH, verdicts)
        found.append([(each.page_id, each.verdict.id) for each in fresh])
    return found


@pytest.mark.parametrize("which", set(VerdictId) - {VerdictId.FINE})
def test_what_is_not_fine_is_news_once_and_so_is_that_it_is_fine_again(which: VerdictId) -> None:
    trouble, fine = (one(which),), (one(VerdictId.FINE),)
    here = ACME.page.id

    assert news(fine, trouble, trouble, fine, fine) == [[], [(here, which)], [], [(here, VerdictId.FINE)], []]


def test_trouble_at_the_start_is_news() -> None:
    assert news((one(VerdictId.INCIDENT),)) == [[(ACME.page.id, VerdictId.INCIDENT)]]


def test_nothing_is_said_of_a_page_before_the_first_look_at_it() -> None:
    unseen = Snapshot(pages=(PageState(page=ACME.page),))
    in_force, fresh = InForce().news(unseen, (one(VerdictId.CANNOT_TELL),))

    assert fresh == ()
    assert in_force.news(BOTH, (one(VerdictId.FINE),))[1] == ()


def test_the_own_connection_is_said_once_for_all_pages_and_each_provider_once_for_all_of_its() -> None:
    down = tuple(about(each, VerdictId.YOUR_CONNECTION) for each in (ACME, GLOBEX))
    fine = tuple(about(each, VerdictId.FINE) for each in (ACME, GLOBEX))
    twice = tuple(replace(each, provider_id="globex") for each in fine)

    assert [len(each) for each in news(down, fine, down, twice)] == [1, 2, 1, 1]


def test_a_verdict_is_a_line_of_text_and_one_of_json() -> None:
    found = one(VerdictId.LOOKS_LIKE_PROVIDER)

    assert (
        verdict_line(found, "Acme", NOW)
        == f"{NOW.astimezone():%H:%M:%S}  Verdict: Looks like a problem of Acme, not posted yet."
    )
    assert verdict_line(one(VerdictId.CANNOT_TELL), "Acme", NOW).endswith(
        "  Verdict: Acme: Cannot tell whose problem it is."
    )
    assert "Acme" not in verdict_line(one(VerdictId.YOUR_CONNECTION), "Acme", NOW)
    assert verdict_document(found, "Acme", NOW) == {
        "at": stamp(NOW),
        "kind": "verdict",
        "page": ACME.page.id,
        "verdict": "looks_like_provider",
        "sentence": "Looks like a problem of Acme, not posted yet.",
    }
    assert verdict_document(one(VerdictId.YOUR_CONNECTION), "Acme", NOW)["page"] is None

from datetime import timedelta

from msgspec.structs import replace

from tests.builders import NOON
from tests.domain.test_crowd import NEWS
from tests.presentation.test_inquiry import ASKED, LATER
from trayapp.domain.crowd import CrowdSource
from trayapp.domain.inquiry import answered
from trayapp.domain.verdict import Icon, PopUp, Verdict, VerdictId
from trayapp.presentation.crowd import crowd_lines
from trayapp.presentation.inquiry import inquiry_view

NOW = NOON + timedelta(minutes=2)


def test_a_count_its_time_and_where() -> None:
    assert crowd_lines((NEWS,), "acme", NOW) == (
        "People are reporting on Hacker News · 3 in the last 2 h · 2 min ago · https://hn.example",
    )


def test_what_is_usual_is_said_where_it_is_known() -> None:
    told = replace(
        NEWS, source=CrowdSource.DOWNDETECTOR, span=timedelta(minutes=15), count=900, baseline=12, said="danger", url=""
    )

    assert crowd_lines((told,), "acme", NOW) == (
        "People are reporting on Downdetector · 900 in the last 15 min · usual: 12 · 2 min ago",
    )
    assert crowd_lines((replace(told, count=None, baseline=None),), "acme", NOW) == (
        "People are reporting on Downdetector · 2 min ago",
    )


def test_it_stands_beside_the_answer_and_is_no_evidence() -> None:
    fine = Verdict(id=VerdictId.FINE, icon=Icon.TICK, pop_up=PopUp.NO)
    told = inquiry_view(answered(ASKED, fine, (), LATER), LATER, (NEWS,))

    assert len(told.crowd) == 1
    assert told.sentence == "Acme is fine."
    assert told.evidence == ()

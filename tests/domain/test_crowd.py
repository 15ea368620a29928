from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.crowd import CROWD_LASTS, CrowdCount, CrowdSource, fresh

NEWS = CrowdCount(
    provider="acme", source=CrowdSource.HACKER_NEWS, at=NOON, span=timedelta(hours=2), count=3, url="https://hn.example"
)


@pytest.mark.parametrize(
    ("counted", "is_talk"),
    [
        (NEWS, True),
        (replace(NEWS, count=0), False),
        (replace(NEWS, count=None), False),
        (replace(NEWS, baseline=3), False),
        (replace(NEWS, baseline=2), True),
        (replace(NEWS, said="success"), False),
        (replace(NEWS, count=None, said="danger"), True),
        (replace(NEWS, count=0, said="warning"), True),
    ],
)
def test_only_more_than_usual_is_worth_a_line(counted: CrowdCount, *, is_talk: bool) -> None:
    assert counted.is_talk is is_talk
    assert fresh((counted,), "acme", NOON) == ((counted,) if is_talk else ())


def test_old_counts_and_those_of_others_are_no_news() -> None:
    assert fresh((NEWS,), "acme", NOON + CROWD_LASTS) == (NEWS,)
    assert fresh((NEWS,), "acme", NOON + CROWD_LASTS + timedelta(seconds=1)) == ()
    assert fresh((NEWS,), "globex", NOON) == ()

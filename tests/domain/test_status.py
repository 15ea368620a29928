from itertools import combinations

import pytest

from trayapp.domain.status import Status, worst

OK, WORK, SLOW, PART, DOWN = Status


def test_the_order_is_the_contracts() -> None:
    assert sorted(Status, reverse=True) == [DOWN, PART, SLOW, WORK, OK]
    assert all(better < worse for better, worse in combinations(Status, 2))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((), None),
        ((None,), None),
        ((OK,), OK),
        ((OK, WORK), WORK),
        ((OK, None), None),
        ((WORK, None), None),
        ((SLOW, None), SLOW),
        ((DOWN, None, OK), DOWN),
        ((OK, SLOW, PART), PART),
    ],
)
def test_a_known_bad_one_wins_and_an_unknown_one_never_counts_as_good(
    statuses: tuple[Status | None, ...], expected: Status | None
) -> None:
    assert worst(statuses) == expected


def test_maintenance_is_not_trouble_and_degraded_is_no_outage() -> None:
    assert [each.is_bad for each in Status] == [False, False, True, True, True]
    assert [each.is_outage for each in Status] == [False, False, False, True, True]

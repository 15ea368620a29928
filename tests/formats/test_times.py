from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.formats.times import instant

NOON = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-08-01T12:00:00Z",
        "2026-08-01t12:00:00z",
        "2026-08-01T12:00:00 Z",
        "2026-08-01T12:00:00.000Z",
        "2026-08-01T12:00:00.0000000Z",
        "2026-08-01T12:00:00,000Z",
        "2026-08-01T05:00:00-07:00",
        "2026-08-01T05:00:00-0700",
        "2026-08-01T05:00:00-07",
        "2026-08-01T17:30:00.000+05:30",
        "2026-08-01 12:00:00 +0000",
        "2026-08-01 12:00:00 UTC",
        "2026-08-01T12:00:00",
        "2026-08-01 12:00",
        " 2026-08-01T12:00:00Z\n",
        "Sat, 01 Aug 2026 12:00:00 GMT",
        "Sat, 01 Aug 2026 12:00:00 Z",
        "Sat, 01 Aug 2026 12:00:00 +0000",
        "Sat, 01 Aug 2026 05:00:00 PDT",
        "Sat, 01 Aug 2026 20:00:00 +0800",
        "01 Aug 2026 12:00:00 GMT",
        "Sat Aug 01 2026 12:00:00 GMT+0000 (Coordinated Universal Time)",
        "Sat Aug 01 2026 14:00:00 GMT+0200 (Central European Summer Time)",
        "Aug 1, 2026 12:00:00 UTC",
        1785585600,
        1785585600.0,
        "1785585600",
        1785585600000,
        "1785585600000",
        1785585600000000,
        NOON,
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=9))),
    ],
)
def test_the_same_noon_in_every_spelling(written: object) -> None:
    found = instant(written)

    assert found == NOON
    assert found is not None
    assert found.tzinfo is UTC


def test_fractions_are_kept_to_the_microsecond() -> None:
    assert instant("2026-08-01T12:00:00.1234567Z") == NOON + timedelta(microseconds=123456)
    assert instant("2026-08-01T12:00:60Z") == NOON + timedelta(seconds=59)
    assert instant("2026-08-01") == NOON - timedelta(hours=12)


@pytest.mark.parametrize(
    "nonsense",
    [
        None, True, False, "", " ", "soon", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z",
        0, -1,
        "2026-13-01T00:00:00Z", "2026-02-30", "2026-08-01T25:00:00Z", "9999-12-31T23:59:59Z",
        "2026-08-01T00:00:00+99:99",
        10**400, float("nan"), float("inf"), "9" * 20, "9" * 500, [], {}, b"2026-08-01",
        "Sat Xyz 01 2026 12:00:00 GMT+0000",
        "Sat, 99 Aug 2026 12:00:00 GMT", "٢٠٢٦-٠٨-٠١", "2026-08-01T12:00:00Z junk", datetime(1, 1, 1),  # noqa: DTZ001  naive on purpose
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_nonsense_is_no_moment(nonsense: object) -> None:
    assert instant(nonsense) is None


@given(
    st.text(max_size=60)
    | st.text(st.sampled_from("0123456789-:+TZ., augsteGMPD"), max_size=40)
    | st.floats()
    | st.integers()
)
def test_nothing_raises(value: object) -> None:
    found = instant(value)

    assert found is None or found.tzinfo is UTC


@given(st.datetimes(datetime(1990, 1, 2), datetime(2199, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  bounds are naive
def test_iso_comes_back_as_it_went(moment: datetime) -> None:
    fixed = moment.astimezone(UTC)

    assert instant(fixed.isoformat()) == fixed

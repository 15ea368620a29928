"""The tests that break pages must themselves be able to fail: mistakes are planted, and they have to find them."""

from collections.abc import Callable

import pytest
from hypothesis.errors import FlakyFailure

from tests.platforms import test_every_platform as breaking
from tests.replaying import Mood
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.formats import body, statuspage, statuspage_faces
from trayapp.platforms import BUILTIN, betterstack, datadog, gatus, statusio, upptime, uptimekuma

ENOUGH = 20_000
MOODS = {f"{mood.platform}/{mood.name}": mood for mood in breaking.ALL}


class Hopeful(dict[str, Status | None]):
    """A table of words that takes every unknown one for good news."""

    def get(self, word: str, *_otherwise: object) -> Status | None:
        return super().get(word, Status.OPERATIONAL)


def test_so_many_pages_are_broken_in_all() -> None:
    assert breaking.MUTANTS * len(BUILTIN) >= ENOUGH


def test_every_one_of_them_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    outcome = breaking._outcome

    def counted(mood: Mood) -> object:
        asked.append(mood.name)
        return outcome(mood)

    monkeypatch.setattr(breaking, "_outcome", counted)

    breaking.test_a_broken_page_is_read_or_unreadable_and_nothing_else("gatus")

    assert len(asked) >= breaking.MUTANTS
    assert set(asked) == {mood.name for mood in breaking.ALL if mood.platform == "gatus"}


def test_statuses_are_broken_on_every_platform_that_has_a_word_for_them() -> None:
    broken = {mood.platform: len(list(breaking._broken(mood))) for mood in breaking.BAD}

    assert sum(broken.values()) > 1000
    # these two read feeds, where there is no field to break
    assert {name for name in BUILTIN if not broken.get(name)} == {"azure", "feed"}


def test_quiet_pages_are_broken_on_every_platform_that_lists_what_is_well() -> None:
    # the other four list trouble only
    assert set(BUILTIN) - {mood.platform for mood in breaking.ALL if mood.carriers} == {
        "aws", "azure", "feed", "googlecloud"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("table", "name", "platform"),
    [
        (statuspage, "COMPONENT_WORDS", "statuspage"),
        (statuspage, "COMPONENT_WORDS", "incidentio"),
        (betterstack, "_STATUS", "betterstack"),
        (datadog, "_STATUSES", "datadog"),
        (statusio, "_STATUS", "statusio"),
        (upptime, "_STATUSES", "upptime"),
    ],
)
def test_an_unknown_word_taken_for_good_news_is_found(
    table: object, name: str, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, name, Hopeful(getattr(table, name)))

    with pytest.raises(AssertionError):
        breaking.test_a_quiet_page_of_which_one_status_is_broken_is_not_fine(MOODS[f"{platform}/operational"])


def test_a_lost_list_of_incidents_taken_for_an_empty_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statuspage_faces, "dialect", lambda _body: statuspage.Dialect.UNCLEAR)

    with pytest.raises(AssertionError):
        breaking.test_no_mutant_of_a_bad_page_that_lost_a_status_looks_fine(MOODS["statuspage/none-but-critical"])


def test_a_name_that_comes_twice_and_wins_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_object", dict)

    with pytest.raises(AssertionError):
        breaking.test_no_mutant_of_a_bad_page_that_lost_a_status_looks_fine(MOODS["statuspage/bad-without-incident"])


def test_a_body_cut_short_and_read_all_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaking, "_outcome", lambda _mood: StatusReport())

    with pytest.raises(AssertionError):
        breaking.test_a_page_cut_off_in_the_middle_never_looks_fine(MOODS["gatus/outage"])


@pytest.mark.parametrize(
    ("adapter", "name", "mistake"),
    [
        (gatus, "_component", lambda each: {}[each.key]),
        (gatus, "_fails", lambda each: each.results[-1].errors[0]),
        (uptimekuma, "_window", lambda work: work.date_range[0].upper()),
    ],
)
def test_an_exception_that_leaves_an_adapter_is_found(
    adapter: object, name: str, mistake: Callable[[object], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, name, mistake)

    with pytest.raises((KeyError, TypeError, IndexError, AttributeError, ExceptionGroup, FlakyFailure)):
        breaking.test_a_broken_page_is_read_or_unreadable_and_nothing_else(adapter.PLATFORM.name)  # type: ignore[attr-defined]  # every adapter has one

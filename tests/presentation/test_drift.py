"""What has drifted, in words a person can act on."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON, component, failure, report
from trayapp.catalogue.lookup import CataloguedPage
from trayapp.domain.drift import Found, Match
from trayapp.domain.provider import ComponentRef, Product, Provider
from trayapp.domain.report import Absence, FailureKind, FetchFailure, Observation, StatusReport
from trayapp.domain.snapshot import PageState, Snapshot, advance, read_as
from trayapp.presentation.drift import drift_sentences, found_line, joined
from trayapp.presentation.verifying import VerifiedPage, document, lines, verified

MINUTE = timedelta(minutes=1)
URL = "https://status.acme.example"
API, OLD, GONE = ComponentRef("api", "API"), ComponentRef("old", "API"), ComponentRef("gone", "Gone")
PAGE = CataloguedPage(
    id="acme",
    name="Acme",
    url=URL,
    platform="instatus",
    watched=(API,),
    products=(Product("api", "API", (API, GONE)),),
)
ACME = Provider(id="acme", name="Acme AI", pages=(PAGE,))


def looked(outcome: StatusReport | FetchFailure, page: CataloguedPage = PAGE) -> PageState:
    snapshot = Snapshot(pages=(PageState(page=page, interval=MINUTE),))
    return advance(snapshot, Observation(page.id, NOON, outcome, MINUTE)).pages[0]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (
            looked(FetchFailure(kind=FailureKind.MOVED, detail="", moved_to="https://new.example")),
            f"This page has moved to https://new.example. Change its address in Settings: {URL}",
        ),
        (
            looked(FetchFailure(kind=FailureKind.MOVED, detail="")),
            f"This page has moved to an address that cannot be used. Change its address in Settings: {URL}",
        ),
        (
            read_as(looked(report()), "rootly"),
            (
                "This page runs on rootly now, not on instatus, and is read as that. "
                f"Change its platform in the settings file or the catalogue: {URL}"
            ),
        ),
        (
            looked(report(), replace(PAGE, watched=(GONE,))),
            f"The page no longer lists: Gone. Choose again in Settings: {URL}",
        ),
        (
            looked(report(absence=Absence.SAYS_NOTHING), replace(PAGE, watched=(GONE,))),
            "The page lists only some of its components at a time, and just now not: Gone.",
        ),
        (
            looked(report(page_updated_at=NOON - timedelta(days=9))),
            f"This page has shown no sign of life since 23 Nov 12:00; it may no longer be kept up: {URL}",
        ),
    ],
)
def test_each_drift_is_a_sentence_with_the_address_to_edit(state: PageState, sentence: str) -> None:
    assert drift_sentences(state, NOON) == (sentence,)


@pytest.mark.parametrize(
    ("match", "line"),
    [
        (Match.BY_ID, "API: found as The API"),
        (Match.BY_NAME, "API: found by its name"),
        (Match.ID_CHANGED, "API: found by its name only; its id is new now, not api"),
        (Match.NOT_FOUND, "API: NOT FOUND"),
        (Match.NOT_LISTED_NOW, "API: not listed just now; this page never lists everything"),
    ],
)
def test_each_match_is_a_line(match: Match, line: str) -> None:
    assert found_line(Found(API, match, (component("The API", id="new"),))) == line


def test_many_names_are_counted() -> None:
    assert joined(("A", "B", "C")) == "A, B, C"
    assert joined(("A", "B", "C", "D")) == "A, B, C and 1 more"


def test_an_entry_is_compared_with_all_its_components() -> None:
    seen = verified(PAGE, looked(report()), NOON)
    text = "\n".join(lines(ACME, (seen,)))

    assert seen.is_wrong
    assert [each.match for each in seen.found] == [Match.BY_ID, Match.NOT_FOUND]
    assert "CHECK" in text
    assert "- API: found as API" in text
    assert "! Gone: NOT FOUND" in text


def test_a_page_that_could_not_be_read_is_told_with_the_reason() -> None:
    seen = verified(PAGE, looked(failure()), NOON)

    assert seen.is_wrong
    assert "could not be compared: acme.example did not answer." in "\n".join(lines(ACME, (seen,)))
    assert verified(PAGE, PageState(page=PAGE), NOON).problem == ""


def test_a_page_that_moved_is_told_once_in_plain_words() -> None:
    seen = verified(PAGE, looked(FetchFailure(kind=FailureKind.MOVED, detail="It moved.")), NOON)
    text = "\n".join(lines(ACME, (seen,)))

    assert "! This page has moved" in text
    assert "It moved." not in text


def test_a_right_entry_is_ok() -> None:
    page = replace(PAGE, products=())

    assert "ok " in lines(ACME, (verified(page, looked(report(), page), NOON),))[1]
    assert "no status page: nothing to compare" in lines(replace(ACME, pages=()), ())[1]


def test_the_document_tells_the_same() -> None:
    told = document({"acme": (verified(PAGE, looked(report()), NOON), VerifiedPage(PAGE, ""))})

    assert told["schema"] == "trayapp.providers/1"
    (provider,) = _rows(told["providers"])
    assert (provider["id"], provider["ok"]) == ("acme", False)
    first, second = _rows(provider["pages"])
    assert (first["platform"], first["listed"], first["ok"]) == ("instatus", 1, False)
    assert [each["found"] for each in _rows(first["components"])] == ["by id", "not found"]
    assert (second["platform"], second["ok"]) == (None, True)


def _rows(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value

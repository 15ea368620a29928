"""What is said of new versions and of the catalogue."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from trayapp.domain.updates import FileState, Installation, Release, Standing, UpdatesState
from trayapp.presentation.updates import came_as, catalogue_sentence, program_news, updates_hint

ON = FileState(Standing.ON, "https://example.org", NOON - timedelta(hours=2), serial=7)
NEW = Release("2.0", "https://example.org/2.0", NOON, ("Reads more",))


def program(file: FileState, release: Release | None = None) -> str:
    return program_news(UpdatesState(program=file, release=release), "1.0", NOON).sentence


@pytest.mark.parametrize(
    ("file", "release", "sentence"),
    [
        (
            FileState(),
            None,
            "Looking for new versions is not configured: this build has no address for it. Nobody is asked.",
        ),
        (FileState(Standing.OFF), None, "Looking for new versions is switched off."),
        (
            FileState(Standing.MANAGED),
            None,
            "New versions are left to the package manager; this app does not look for them.",
        ),
        (FileState(Standing.ON), None, "Nobody was asked yet."),
        (ON, None, "This is the newest version. Last asked 2 h ago."),
        (ON, replace(NEW, version="1.0"), "This is the newest version. Last asked 2 h ago."),
        (ON, NEW, "Version 2.0 of 2 December 2025 is out; this is 1.0. Last asked 2 h ago."),
        (ON, replace(NEW, released_at=None), "Version 2.0 is out; this is 1.0. Last asked 2 h ago."),
        (
            replace(ON, problem="It is not signed.", refused=True),
            None,
            "Last asked 2 h ago. What came was refused: It is not signed.",
        ),
        (replace(ON, problem="Nobody there."), None, "Last asked 2 h ago. There was no answer: Nobody there."),
    ],
)
def test_the_program(file: FileState, release: Release | None, sentence: str) -> None:
    assert program(file, release) == sentence


def test_something_newer_comes_with_its_news_and_its_address() -> None:
    found = program_news(UpdatesState(program=ON, release=NEW), "1.0", NOON)

    assert (found.new_version, found.news, found.url) == ("2.0", ("Reads more",), "https://example.org/2.0")
    assert program_news(UpdatesState(program=ON, release=NEW), "2.0", NOON).url == ""


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (UpdatesState(), "The catalogue is the one of this version; fetching a newer one is not configured."),
        (
            UpdatesState(catalogue=FileState(Standing.OFF)),
            "The catalogue is the one of this version; fetching a newer one is switched off.",
        ),
        (UpdatesState(catalogue=ON), "The catalogue is the one of this version. Last asked 2 h ago."),
        (
            UpdatesState(catalogue=ON, is_catalogue_used=True),
            "The catalogue was fetched (number 7). Last asked 2 h ago.",
        ),
    ],
)
def test_the_catalogue(state: UpdatesState, sentence: str) -> None:
    assert catalogue_sentence(state, NOON) == sentence


@pytest.mark.parametrize("installation", list(Installation))
def test_every_way_to_install_has_words(installation: Installation) -> None:
    assert came_as(installation).startswith("This copy came as a")


def test_what_cannot_be_switched_on_says_why() -> None:
    managed = UpdatesState(program=FileState(Standing.MANAGED), catalogue=ON)

    assert updates_hint(UpdatesState()).startswith("Where nothing is configured")
    assert updates_hint(managed) == "New versions of this copy are brought by the package manager."
    assert updates_hint(UpdatesState(program=ON, catalogue=ON)) == ""

"""One test for all platforms: adding one needs a module, a line in the table and recorded pages, but no test code.

``tests/pages/<platform>/<mood>/expected.toml``::

    url = "https://status.acme.example"          # Ask.url
    options = { widget = "1" }                    # Ask.options; also with_history, open_incidents
    [[answer]]                                    # anything else is a 404
    path = "/api/v2/summary.json"                 # with its query where that matters; or a full address
    file = "summary.json"                         # status = 200, headers = {...}
    [expected]                                    # what is not named is not compared
    status = "operational"                        # of judge(report, ()); "unknown" where it cannot tell
    error = "not_a_status_page"                   # instead: why the page is unreadable
    components = { "API" = "operational" }        # exactly all of them
    open_incidents = ["Elevated errors"]          # titles, exactly all of them
    running_maintenances = []
    [fuzz]
    status_fields = ["status", "components"]      # of a bad page: see test_no_mutant_...
    carriers = ["components.*.status"]            # of a quiet page: see test_a_quiet_page_...
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trayapp.platforms
from tests.mutating import Json, breaks_at, dumped, losses, mutant, spoilt
from tests.replaying import PAGES, Mood, moods, replay, with_body
from trayapp.domain.judgement import judge
from trayapp.domain.report import StatusReport
from trayapp.domain.status import Status
from trayapp.exchange import Ask, Response, UnreadableResponseError
from trayapp.platforms import BUILTIN, platform, recognise

ALL = moods()
REQUIRED = {"operational", "outage", "not_this_platform"}
WITHOUT_MAINTENANCE = {"alertmanager", "aws", "azure", "feed", "gatus", "googlecloud", "microsoft", "upptime"}
"""Platforms that have no word for planned work."""
BAD = tuple(
    mood
    for mood in ALL
    if mood.status_fields and mood.expected.get("status") in {each.value for each in list(Status)[1:]}
)
MUTANTS = 900
"""Broken pages per platform (all together about 20,000); TRAYAPP_FUZZ sets another number."""
UNHURRIED = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
"""Breaking a whole page takes more choices than a property test is used to."""


def test_every_module_is_in_the_table_and_every_row_has_its_module() -> None:
    folder = Path(trayapp.platforms.__file__).parent

    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    assert modules == set(BUILTIN)
    assert {name: f"trayapp.platforms.{name}" for name in BUILTIN} == dict(BUILTIN)


@pytest.mark.parametrize("name", BUILTIN)
def test_a_platform_says_who_it_is(name: str) -> None:
    found = platform(name)

    assert found.name == name
    assert all(path.startswith("/") for path in found.paths)
    assert all(host == host.lower() and "/" not in host for host in found.hosts)


@pytest.mark.parametrize("name", BUILTIN)
def test_a_platform_has_recorded_pages_of_each_kind(name: str) -> None:
    recorded = {mood.name for mood in ALL if mood.platform == name}

    assert recorded >= REQUIRED
    assert "maintenance" in recorded or name in WITHOUT_MAINTENANCE


def test_every_folder_of_pages_belongs_to_a_platform() -> None:
    assert {path.name for path in PAGES.iterdir() if path.is_dir()} <= set(BUILTIN)


@pytest.mark.parametrize("mood", ALL, ids=str)
def test_a_recorded_page_reads_as_it_should(mood: Mood) -> None:
    assert _told(_outcome(mood), mood.expected) == mood.expected


@pytest.mark.parametrize("mood", ALL, ids=str)
def test_a_body_belongs_to_one_platform_at_the_most(mood: Mood) -> None:
    for path, answer in mood.answers.items():
        response = Response(url=f"https://unknown.example{path}", status=200, body=answer.body)

        claimed = [name for name in BUILTIN if platform(name).recognises(response)]

        assert claimed in ([], [mood.platform]) or mood.name.startswith("not_this_platform"), path
        assert mood.name != "not_this_platform" or mood.platform not in claimed, path


@pytest.mark.parametrize("name", BUILTIN)
def test_a_platform_knows_its_own_quiet_page_and_its_outage(name: str) -> None:
    for mood in (each for each in ALL if each.platform == name and each.name in {"operational", "outage"}):
        answers = [
            Response(url=mood.url, status=200, body=answer.body)
            for answer in mood.answers.values()
            if answer.status == 200
        ]

        assert any(platform(name).recognises(answer) for answer in answers), mood.name


@pytest.mark.parametrize("name", BUILTIN)
def test_a_broken_page_is_read_or_unreadable_and_nothing_else(name: str) -> None:
    recorded = [(mood, path) for mood in ALL if mood.platform == name for path in mood.answers]
    bodies = [(mood, path, mood.answers[path].body, _tree(mood, path)) for mood, path in recorded]

    @settings(max_examples=int(os.environ.get("TRAYAPP_FUZZ", MUTANTS)), database=None, suppress_health_check=UNHURRIED)
    @given(number=st.integers(0, len(bodies) - 1), random=st.randoms(use_true_random=False))
    def breaks(number: int, random: Random) -> None:
        mood, path, body, tree = bodies[number]
        broken = spoilt(body, random) if tree is None else mutant(tree, random)

        # any other exception than the one _outcome() catches fails the test
        _outcome(with_body(mood, path, broken))

    breaks()


def test_whose_a_broken_body_is_can_always_be_asked() -> None:
    """Break bodies of all platforms: each is somebody's or nobody's, and no adapter chokes on it."""
    bodies = [(path, answer.body, _tree(mood, path)) for mood in ALL for path, answer in mood.answers.items()]

    @settings(max_examples=int(os.environ.get("TRAYAPP_FUZZ", MUTANTS)), database=None, suppress_health_check=UNHURRIED)
    @given(number=st.integers(0, len(bodies) - 1), random=st.randoms(use_true_random=False))
    def breaks(number: int, random: Random) -> None:
        path, body, tree = bodies[number]
        broken = spoilt(body, random) if tree is None else mutant(tree, random)

        found = recognise(Response(url=f"https://unknown.example{path}", status=200, body=broken))

        assert found is None or found.platform in BUILTIN

    breaks()


@pytest.mark.parametrize("kind", [{}, [], 1, None, "pigeons"])
def test_a_row_of_an_odd_kind_is_nobodys(kind: object) -> None:
    row = {"id": "1", "type": kind, "attributes": {"name": "API", "status": 1}}

    assert recognise(Response("https://unknown.example/x", 200, dumped({"data": [row]}))) is None


@pytest.mark.parametrize("mood", BAD, ids=str)
def test_no_mutant_of_a_bad_page_that_lost_a_status_looks_fine(mood: Mood) -> None:
    """Break every status-bearing field of a bad page, one at a time, and the page must not read as fine.

    A field is lost, of another type, a word that means nothing, or doubled. If it carried the bad status, the page
    is unknown or unreadable now; if it did not, whatever carried it still stands. So ``operational`` (and
    ``maintenance``, where the page was worse) is wrong for every one of them. A mood marks the names of its
    status-bearing fields; a field whose absence is how the platform says "none" must not be marked.
    """
    fine = (
        {Status.OPERATIONAL} if mood.expected["status"] == "maintenance" else {Status.OPERATIONAL, Status.MAINTENANCE}
    )

    for path, broken in _broken(mood):
        outcome = _outcome(with_body(mood, path, broken))

        if isinstance(outcome, StatusReport):
            assert judge(outcome, ()).status not in fine, (path, broken)


@pytest.mark.parametrize("mood", [mood for mood in ALL if mood.carriers], ids=str)
def test_a_quiet_page_of_which_one_status_is_broken_is_not_fine(mood: Mood) -> None:
    """Break one status of a page where all is well: nothing else is bad, so taking the lost word for fine shows."""
    for path in mood.answers:
        tree = _tree(mood, path)
        for broken in breaks_at(tree, mood.carriers) if tree is not None else ():
            outcome = _outcome(with_body(mood, path, dumped(broken)))

            if isinstance(outcome, StatusReport):
                assert judge(outcome, ()).status is not Status.OPERATIONAL, (path, broken)


@pytest.mark.parametrize("mood", [mood for mood in ALL if mood.status_fields and len(mood.answers) == 1], ids=str)
def test_a_page_cut_off_in_the_middle_never_looks_fine(mood: Mood) -> None:
    """Cut the only answer of a page anywhere: what is left is unreadable, whatever it says."""
    (path,) = mood.answers
    body = mood.answers[path].body.rstrip()
    for length in range(0, len(body), max(1, len(body) // 40)):
        outcome = _outcome(with_body(mood, path, body[:length]))

        assert isinstance(outcome, UnreadableResponseError), body[:length]


def _broken(mood: Mood) -> Iterator[tuple[str, bytes]]:
    for path in mood.answers:
        tree = _tree(mood, path)
        if tree is not None:
            yield from ((path, dumped(broken)) for broken in losses(tree, mood.status_fields))


def _tree(mood: Mood, path: str) -> Json | None:
    try:
        tree: Json = json.loads(mood.answers[path].body)
    except ValueError:
        return None
    return tree


def _outcome(mood: Mood) -> StatusReport | UnreadableResponseError:
    ask = Ask(url=mood.url, options=mood.options, with_history=mood.with_history, open_incidents=mood.open_incidents)
    try:
        return replay(platform(mood.platform).read(ask), mood.answers)
    except UnreadableResponseError as error:
        return error


def _told(outcome: StatusReport | UnreadableResponseError, asked: object) -> dict[str, object]:
    """Return what the outcome says, in the words of ``expected.toml``, and only what is asked for."""
    assert isinstance(asked, dict)
    if isinstance(outcome, UnreadableResponseError):
        return {"error": outcome.kind.value}
    said: dict[str, object] = {
        "status": _word(judge(outcome, ()).status),
        "components": {each.name: _word(each.status) for each in outcome.components},
        "open_incidents": [each.title for each in outcome.incidents if each.is_open],
        "running_maintenances": [each.title for each in outcome.maintenances if each.is_running],
    }
    return {name: value for name, value in said.items() if name in asked}


def _word(status: Status | None) -> str:
    return "unknown" if status is None else status.value

"""Signed files over a real connection: fetched seldom, refused with a sentence, the last good one kept."""

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.fakepage import FakePage, html, redirects, says
from tests.signing import STRANGER, catalogue, news, public, signed
from trayapp import bootstrap
from trayapp.domain.updates import FileState, Installation, SignedKind, Standing
from trayapp.engine.commands import ApplySettings
from trayapp.engine.http import Network
from trayapp.engine.signedfiles import SignedFiles
from trayapp.engine.updates import Update
from trayapp.formats.signed import Opened, RefusedFileError
from trayapp.storage.settings import Settings, Updates
from trayapp.storage.signedfiles import SignedStore

PROGRAM, CATALOGUE = SignedKind.PROGRAM, SignedKind.CATALOGUE
DAY = timedelta(days=1)


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as page:
        page.set("/program.json", says(signed(news())))
        page.set("/catalogue.json", says(signed(catalogue(), CATALOGUE, 9_999_999_999)))
        yield page


def wishes(page: FakePage) -> Updates:
    return Updates(key=public(), program_url=f"{page.url}/program.json", catalogue_url=f"{page.url}/catalogue.json")


def files(page: FakePage, folder: Path, came: Installation = Installation.BUNDLE) -> SignedFiles:
    return SignedFiles(SignedStore(folder), wishes(page), came)


def check(signed_files: SignedFiles, now: datetime = NOON, kind: SignedKind = PROGRAM) -> Opened | None:
    async def run() -> Opened | None:
        network = Network()
        try:
            return await signed_files.check(kind, network, now)
        finally:
            await network.close()

    return asyncio.run(run())


def test_a_good_file_is_found_kept_and_believed_by_the_next_run(page: FakePage, tmp_path: Path) -> None:
    mine = files(page, tmp_path)

    assert mine.due(NOON) == (PROGRAM, CATALOGUE)
    assert check(mine) == Opened(1, news())
    assert files(page, tmp_path).last_good(PROGRAM) == Opened(1, news())
    state = files(page, tmp_path).state(PROGRAM)
    assert (state.serial, state.checked_at, state.problem, state.refused) == (1, NOON, "", False)


def test_it_is_fetched_once_a_day_also_over_a_restart(page: FakePage, tmp_path: Path) -> None:
    check(files(page, tmp_path))

    assert PROGRAM not in files(page, tmp_path).due(NOON + DAY - timedelta(seconds=1))
    assert PROGRAM in files(page, tmp_path).due(NOON + DAY)
    assert check(files(page, tmp_path), NOON + DAY) is None  # the very same file: nothing new


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (signed(news(), key=STRANGER), "not signed with the key"),
        (signed(news(), CATALOGUE), "not about the program"),
        (signed(news(), serial=4), "older"),
        (signed(news("98"), serial=5), "under the same serial"),
        (signed("nonsense", serial=6), "announcement cannot be read"),
        (b"{}", "no signed file"),
        (b"x" * 1_000_001, "too large|larger|more than"),
    ],
)
def test_a_file_that_is_not_to_be_believed_is_refused_and_the_last_good_one_stays(
    page: FakePage, tmp_path: Path, body: bytes, said: str
) -> None:
    page.set("/program.json", says(signed(news(), serial=5)))
    check(files(page, tmp_path))
    page.set("/program.json", says(body))

    assert check(files(page, tmp_path), NOON + DAY) is None

    state = files(page, tmp_path).state(PROGRAM)
    assert state.refused
    assert state.serial == 5
    assert files(page, tmp_path).last_good(PROGRAM) == Opened(5, news())
    assert any(word in state.problem for word in said.split("|")), state.problem


def test_a_rollback_is_refused_also_when_the_kept_file_is_lost(page: FakePage, tmp_path: Path) -> None:
    page.set("/program.json", says(signed(news(), serial=5)))
    check(files(page, tmp_path))
    (tmp_path / "program.signed.json").unlink()
    page.set("/program.json", says(signed(news(), serial=4)))

    assert check(files(page, tmp_path), NOON + DAY) is None
    assert files(page, tmp_path).state(PROGRAM).refused

    page.set("/program.json", says(signed(news(), serial=5)))
    assert check(files(page, tmp_path), NOON + 2 * DAY) == Opened(5, news())


def test_nobody_there_is_no_refusal_and_tried_again_within_the_day(page: FakePage, tmp_path: Path) -> None:
    page.refuse()

    assert check(files(page, tmp_path)) is None
    state = files(page, tmp_path).state(PROGRAM)
    assert (state.refused, bool(state.problem)) == (False, True)
    assert PROGRAM in files(page, tmp_path).due(NOON + timedelta(hours=1))
    assert PROGRAM not in files(page, tmp_path).due(NOON + timedelta(minutes=59))


def test_an_answer_of_another_kind_is_said_and_no_refusal(page: FakePage, tmp_path: Path) -> None:
    page.set("/program.json", html(status=404))
    check(files(page, tmp_path))
    assert not files(page, tmp_path).state(PROGRAM).refused

    page.set("/program.json", redirects("https://elsewhere.example/program.json"))
    check(files(page, tmp_path), NOON + DAY)
    assert "elsewhere.example" in files(page, tmp_path).state(PROGRAM).problem


def test_another_key_or_address_is_a_new_beginning(page: FakePage, tmp_path: Path) -> None:
    page.set("/program.json", says(signed(news(), serial=50)))
    check(files(page, tmp_path))
    other = SignedFiles(SignedStore(tmp_path), replace(wishes(page), key=public(STRANGER)), Installation.BUNDLE)

    assert PROGRAM in other.due(NOON)
    with pytest.raises(RefusedFileError, match="key in the settings"):
        other.last_good(PROGRAM)
    page.set("/program.json", says(signed(news(), serial=1, key=STRANGER)))
    assert check(other) == Opened(1, news())
    moved = replace(wishes(page), key=public(STRANGER), program_url=f"{page.url}/elsewhere.json")
    assert PROGRAM in SignedFiles(SignedStore(tmp_path), moved, Installation.BUNDLE).due(NOON)


def test_a_kept_file_that_was_tampered_with_is_not_believed(page: FakePage, tmp_path: Path) -> None:
    check(files(page, tmp_path))
    (tmp_path / "program.signed.json").write_bytes(signed(news("1000"), key=STRANGER))

    with pytest.raises(RefusedFileError):
        files(page, tmp_path).last_good(PROGRAM)


@pytest.mark.parametrize(
    ("updates", "came", "program", "catalogue_standing"),
    [
        (Updates(), Installation.BUNDLE, Standing.NOT_CONFIGURED, Standing.NOT_CONFIGURED),
        (Updates(key="k"), Installation.BUNDLE, Standing.NOT_CONFIGURED, Standing.NOT_CONFIGURED),
        (Updates(), Installation.DEB, Standing.MANAGED, Standing.NOT_CONFIGURED),
        (Updates(key="k", program_url="u", catalogue_url="u"), Installation.PIP, Standing.MANAGED, Standing.ON),
        (Updates(key="k", program_url="u", catalogue_url="u"), Installation.APPIMAGE, Standing.ON, Standing.ON),
        (
            Updates(program=False, catalogue=False, key="k", program_url="u", catalogue_url="u"),
            Installation.BUNDLE,
            Standing.OFF,
            Standing.OFF,
        ),
    ],
)
def test_nobody_is_asked_unless_that_is_configured_wanted_and_nobody_elses_business(
    tmp_path: Path, updates: Updates, came: Installation, program: Standing, catalogue_standing: Standing
) -> None:
    mine = SignedFiles(SignedStore(tmp_path), updates, came)

    assert (mine.standing(PROGRAM), mine.standing(CATALOGUE)) == (program, catalogue_standing)
    assert len(mine.due(NOON)) == [program, catalogue_standing].count(Standing.ON)
    if program is not Standing.ON:
        assert mine.state(PROGRAM) == FileState(program, updates.program_url)


def test_a_folder_that_takes_nothing_is_said_and_nobody_is_asked_again_at_once(page: FakePage, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    mine = files(page, tmp_path / "data")

    assert check(mine) is None
    assert "could not be kept" in mine.state(PROGRAM).problem
    assert PROGRAM not in mine.due(NOON + timedelta(minutes=30))


def test_without_the_library_the_extra_is_named(
    page: FakePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(files(page, tmp_path))
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)

    with pytest.raises(RefusedFileError, match=r"trayapp\[updates\]"):
        files(page, tmp_path).last_good(PROGRAM)
    assert check(files(page, tmp_path), NOON + DAY) is None
    assert "trayapp[updates]" in files(page, tmp_path).state(PROGRAM).problem


def run_engine(folder: Path, settings: Settings, until: str) -> list[Update]:
    """Run the whole engine with these settings, until an update tells what is awaited: a word on the state."""
    seen: list[Update] = []
    engine = bootstrap.build_engine(bootstrap.Options(folder / "config.toml", folder / "data"))

    def publish(update: Update) -> None:
        if not seen:
            asyncio.get_running_loop().call_soon(engine.handle, ApplySettings(settings))
        seen.append(update)
        if _has(update, until):
            engine.stop()

    async def main() -> None:
        asyncio.get_running_loop().call_later(60, engine.stop)
        await engine.run(publish)

    asyncio.run(main())
    assert _has(seen[-1], until), seen[-1].updates
    return seen


def _has(update: Update, awaited: str) -> bool:
    state = update.updates
    return {
        "both": state.is_catalogue_used and state.release is not None,
        "refusal": state.catalogue.refused and state.program.checked_at is not None,
    }[awaited]


def test_the_engine_takes_a_newer_catalogue_into_use_without_a_restart(page: FakePage, tmp_path: Path) -> None:
    page.serve("/api/v2/summary.json", "")
    (tmp_path / "config.toml").write_text(f'[[watch]]\nurl = "{page.url}"\n', encoding="utf-8")
    loaded = bootstrap.home(bootstrap.Options(tmp_path / "config.toml", tmp_path / "data"))
    (tmp_path / "catalogue.toml").write_text('[mine]\nname = "Mine"\nnote = "No page."\n', encoding="utf-8")

    seen = run_engine(tmp_path, replace(loaded.settings, updates=wishes(page)), "both")

    assert len(seen[0].providers) > 100
    assert [each.id for each in seen[-1].providers] == ["acme", "mine"]
    assert seen[-1].updates.release is not None
    assert seen[-1].updates.release.version == "99.1"
    again = bootstrap.home(bootstrap.Options(tmp_path / "config.toml", tmp_path / "data"))
    assert [each.id for each in again.catalogue.providers] == ["acme", "mine"]
    assert bootstrap.updates_state(again) == seen[-1].updates


def test_the_engine_says_what_was_refused_and_goes_on_with_what_it_has(page: FakePage, tmp_path: Path) -> None:
    page.set("/catalogue.json", says(signed(catalogue(), CATALOGUE, 5, STRANGER)))
    (tmp_path / "config.toml").write_text(f'[[watch]]\nurl = "{page.url}"\n', encoding="utf-8")
    loaded = bootstrap.home(bootstrap.Options(tmp_path / "config.toml", tmp_path / "data"))

    last = run_engine(tmp_path, replace(loaded.settings, updates=wishes(page)), "refusal")[-1]

    assert len(last.providers) > 100
    assert any("refused" in each.sentence and "key in the settings" in each.sentence for each in last.notes)


def test_a_kept_catalogue_that_cannot_be_believed_is_a_note(page: FakePage, tmp_path: Path) -> None:
    text = (
        f'[[watch]]\nurl = "{page.url}"\n[updates]\nkey = "{public()}"\ncatalogue_url = "{page.url}/catalogue.json"\n'
    )
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "catalogue.signed.json").write_bytes(b"broken")

    mine = bootstrap.home(bootstrap.Options(tmp_path / "config.toml", tmp_path / "data"))

    assert [each.key for each in mine.notes] == ["updates-kept"]
    assert len(mine.catalogue.providers) > 100

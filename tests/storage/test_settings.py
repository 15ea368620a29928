import os
import stat
import sys
from datetime import time, timedelta
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from trayapp.domain.alert import Level
from trayapp.domain.provider import PLATFORM_PLUGINS, Access, Login
from trayapp.storage.kinds import Weekday
from trayapp.storage.options import Layout, Section, options_of
from trayapp.storage.paths import UnsafeFileError
from trayapp.storage.reading import LARGEST_FILE
from trayapp.storage.settings import (
    DEFAULT_WATCH,
    Alerts,
    Baseline,
    ColorScheme,
    Keeping,
    Look,
    Polling,
    Proxy,
    ProxyMode,
    QuietHours,
    Settings,
    SettingsBrokenError,
    Watch,
    export_text,
    interval_for,
    load,
    parse,
    save,
)

FILE = Path("config.toml")
FULL = """\
# my settings
first_run_done = true

[polling]            # seconds
idle = 120   # often enough
incident = 30

# what I use
[[watch]]
provider = "openai"
components = ["ChatGPT", "Chat Completions"]
# the vendor
[[watch]]
name = "My vendor"
url = "https://status.example.com"
platform = "statuspage"
[watch.options]
region = "eu"

# inside
[[watch]]
url = "http://10.0.0.5:3001"
internal = true

[endpoints]
anthropic = "http://127.0.0.1:4000"

# what I want to hear
[alerts]
level = "outages"
[alerts.providers]
openai = "mute"

[quiet_hours]
from = "23:30"
to = 06:00:00
days = ["mon", "Friday"]

[proxy]
mode = "url"
url = "http://proxy.example.com:8080"

[baseline]
hosts = ["https://one.example", "https://two.example"]

[history]
keep_days = 30

[look]
color_scheme = "dark"
color_only_when_wrong = true
"""
FULL_SETTINGS = Settings(
    first_run_done=True,
    polling=Polling(idle=timedelta(minutes=2), incident=timedelta(seconds=30)),
    watch=(
        Watch(provider="openai", components=("ChatGPT", "Chat Completions")),
        Watch(name="My vendor", url="https://status.example.com", platform="statuspage", options={"region": "eu"}),
        Watch(url="http://10.0.0.5:3001", internal=True),
    ),
    endpoints={"anthropic": "http://127.0.0.1:4000"},
    alerts=Alerts(level=Level.OUTAGES, providers={"openai": Level.MUTE}),
    quiet_hours=QuietHours(time(23, 30), time(6), (Weekday.MONDAY, Weekday.FRIDAY)),
    proxy=Proxy(ProxyMode.URL, "http://proxy.example.com:8080"),
    baseline=Baseline(("https://one.example", "https://two.example")),
    history=Keeping(30),
    look=Look(ColorScheme.DARK, color_only_when_wrong=True),
)


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.name != "home"]


def problems(text: str) -> list[tuple[int | None, str]]:
    return [(each.line, each.sentence) for each in parse(text, FILE).problems]


def test_without_a_file_openai_and_anthropic_are_watched(tmp_path: Path) -> None:
    loaded = load(tmp_path / "missing" / "config.toml")

    assert loaded.settings == Settings()
    assert [each.provider for each in loaded.settings.watch] == ["openai", "anthropic"]
    assert not loaded.broken
    assert names_in(tmp_path) == []


def test_every_option_is_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(FULL)

    loaded = load(tmp_path / "config.toml")

    assert loaded.problems == ()
    assert loaded.settings == FULL_SETTINGS


def test_the_tables_of_the_manual_without_lines_mean_the_defaults() -> None:
    text = "[polling]\n[endpoints]\n[alerts]\n[quiet_hours]\n[proxy]\n[baseline]\n"

    loaded = parse(text, FILE)

    assert loaded.problems == ()
    assert loaded.settings == Settings()


@pytest.mark.parametrize(
    ("text", "watch"),
    [
        ("", DEFAULT_WATCH),
        ("watch = []", ()),
        ('watch = [{provider = "groq"}]', (Watch(provider="groq"),)),
        ("\ufeff[[watch]]\r\nprovider = 'groq'\r\n", (Watch(provider="groq"),)),
    ],
)
def test_watch_may_be_left_out_empty_or_inline(tmp_path: Path, text: str, watch: tuple[Watch, ...]) -> None:
    (tmp_path / "config.toml").write_bytes(text.encode())

    loaded = load(tmp_path / "config.toml")

    assert loaded.problems == ()
    assert loaded.settings.watch == watch


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[polling]\n\nidle = 'fast'", 3, "polling.idle: write a whole number of seconds, e.g. 300"),
        ("[polling]\nidle = 0", 2, "polling.idle: write a whole number"),
        ("[polling]\nidle = 1.5", 2, "polling.idle: write a whole number"),
        ("[polling]\nidle = true", 2, "polling.idle: write a whole number"),
        ("polling.idle = -1", 1, "polling.idle: write a whole number"),
        ("polling = 300", 1, "polling: write a table"),
        ("[polling]\nidel = 3", 2, "polling.idel: is not an option; do you mean idle?"),
        ("[poling]\nidle = 3", 1, "poling: is not an option; do you mean polling?"),
        ("\nidle = 3", 2, "idle: belongs below the line [polling]"),
        ("[look]\nzzz = 3", 2, "look.zzz: is not an option; remove it, or write one of: color_scheme"),
        ("first_run_done = 1", 1, "first_run_done: write true or false"),
        ("[[watch]]\nprovider = 'a'\n[[watch]]\nname = 'b'", 3, "watch #2: write provider ="),
        ("[[watch]]\nprovider = 3", 2, 'watch #1.provider: write a text in quotes, e.g. "openai"'),
        ("[[watch]]\nprovider = 'a\\\\'\ncomponents = 'b'", 3, "watch #1.components: write a list of texts"),
        ("[[watch]]\nprovider = 'a'\n[watch.options]\nx = 3", 4, "watch #1.options.x: write a text"),
        ("[watch]\nprovider = 'a'", 1, "watch: write [[watch]] above its lines"),
        ("watch = ['a']", 1, "watch #1: write a table"),
        ("[[watch]]\nurl = 'http://status.example.com'", 2, "watch #1.url: write https://"),
        ("[[watch]]\nurl = 'https://me:secret@status.example.com'", 2, "watch #1.url: write the address"),
        ("[[watch]]\nurl = 'ftp://status.example.com'", 2, "watch #1.url: write the address"),
        ("[[watch]]\nurl = 'https://[::1'", 2, "watch #1.url: write the address"),
        (
            "[[watch]]\nurl = 'https://a.example'\nplatform = 'nope'",
            3,
            "watch #1.platform: is no platform; write one of",
        ),
        ("[[watch]]\nplatform = 'Statuspge'", 2, 'watch #1.platform: do you mean "statuspage"?'),
        ("[[watch]]\nplatform = 3", 2, "watch #1.platform: is no platform; write one of statuspage, incidentio,"),
        ("[endpoints]\nopenai = 'http://gateway.example.com'", 2, "endpoints.openai: write an https address"),
        ("[alerts]\nlevel = 'some'", 2, 'alerts.level: write "all", "outages" or "mute"'),
        ("[alerts.providers]\nopenai = 'some'", 2, "alerts.providers.openai: write"),
        ("[quiet_hours]\nfrom = '25:00'", 2, "quiet_hours.from: write a time of day"),
        ("[quiet_hours]\nfrom = '09:00'\nto = '9:00'", 3, "quiet_hours.to: write another time"),
        ("[quiet_hours]\ndays = ['someday']", 2, "quiet_hours.days: write a list of days"),
        ("[proxy]\nmode = 'url'", 2, "proxy.mode: add url"),
        ("[proxy]\nurl = 'socks5://localhost:1080'", 2, "proxy.url: write the address of an HTTP proxy"),
        ("[baseline]\nhosts = [\n 'https://a.example',\n 'http://b.example']", 2, "baseline.hosts: write a list"),
        ("[history]\nkeep_days = 0", 2, "history.keep_days: write a whole number of days"),
        ("[look]\ncolor_scheme = 'pink'", 2, "look.color_scheme: write"),
        ("endpoints = 3", 1, "endpoints: write a table"),
        ("[polling]\nidle = \n\n", 2, "Invalid value (column 8)"),
        ("[polling]\nidle = ", 2, "Invalid value"),
        ("a = 1\na = 2", 2, "Cannot overwrite a value"),
        ("x = " + "[" * 5000, None, "cannot be read as TOML"),
        ("x = " + "9" * 5000, None, "cannot be read as TOML"),
        ("note = '''\nidle = 1\n'''\n[polling]\nidle = ''", 5, "polling.idle: write"),
    ],
)
def test_a_problem_names_the_line_and_what_to_write(text: str, line: int | None, words: str) -> None:
    found = problems(text)

    assert any(each_line == line and each.startswith(words) for each_line, each in found), found


def test_a_wrong_value_costs_that_value_only() -> None:
    loaded = parse(FULL.replace("idle = 120", "idle = '120'").replace('level = "outages"', "level = 3"), FILE)

    assert loaded.broken
    assert len(loaded.problems) == 2
    assert loaded.settings == replace(
        FULL_SETTINGS,
        polling=Polling(incident=timedelta(seconds=30)),
        alerts=Alerts(providers={"openai": Level.MUTE}),
    )


def test_one_mistake_in_a_watch_is_told_once_and_the_others_are_watched() -> None:
    loaded = parse("[[watch]]\nurl = 3\n[[watch]]\nprovider = 'groq'\n", FILE)

    assert len(loaded.problems) == 1
    assert loaded.settings.watch == (Watch(provider="groq"),)


def test_a_page_with_a_wrong_platform_is_watched_and_its_platform_found_out() -> None:
    loaded = parse("[[watch]]\nurl = 'https://a.example'\nplatform = 'nope'\n", FILE)

    assert len(loaded.problems) == 1
    assert loaded.settings.watch == (Watch(url="https://a.example"),)


def test_a_platform_may_be_written_large_or_come_from_a_plug_in(monkeypatch: pytest.MonkeyPatch) -> None:
    own = metadata.EntryPoint("homemade", "homemade.pages", PLATFORM_PLUGINS)
    monkeypatch.setattr(metadata, "entry_points", lambda group: metadata.EntryPoints([own]).select(group=group))

    entry = "[[watch]]\nurl = 'https://a.example'\nplatform = "
    loaded = parse(f"{entry}'homemade'\n{entry}'Gatus'\n", FILE)

    assert loaded.problems == ()
    assert [each.platform for each in loaded.settings.watch] == ["homemade", "gatus"]


def test_a_file_where_every_watch_is_wrong_watches_the_defaults() -> None:
    assert parse("[[watch]]\nname = 'x'\n", FILE).settings.watch == DEFAULT_WATCH


def test_a_problem_reads_like_a_compilers() -> None:
    (problem,) = parse("\nfoo = 1", FILE).problems

    assert str(problem).startswith("config.toml:2: foo: is not an option")


def test_line_numbers_do_not_cost_the_square_of_a_long_text() -> None:
    text = "x = '''\n" + "a\n" * 100_000 + "'''\n"

    assert problems(text)[0][0] is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
def test_a_file_that_is_none_is_broken_and_never_blocks(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin").write_bytes(b"a = 1\n# caf\xe9\n")
    (tmp_path / "large").write_text("#" * (LARGEST_FILE + 1))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    found = {name: load(tmp_path / name) for name in ("folder", "pipe", "latin", "large", "loop")}

    assert all(each.broken and each.settings == Settings() for each in found.values())
    words = {"folder": "plain file", "pipe": "plain file", "latin": "UTF-8", "large": "1 MB", "loop": "cannot be read"}
    assert all(words[name] in each.problems[0].sentence for name, each in found.items())
    assert found["latin"].problems[0].line == 2


def test_saving_changes_only_the_changed_lines(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(FULL.replace("\n", "\r\n").encode())
    after = replace(
        FULL_SETTINGS,
        polling=replace(FULL_SETTINGS.polling, idle=timedelta(seconds=240)),
        alerts=replace(FULL_SETTINGS.alerts, providers={"openai": Level.ALL}),
    )

    assert save(file, FULL_SETTINGS, after) == after

    wanted = FULL.replace("idle = 120", "idle = 240").replace('openai = "mute"', 'openai = "all"')
    assert file.read_bytes() == wanted.replace("\n", "\r\n").encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_comments_survive_adding_removing_and_editing_what_is_watched(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FULL)
    comments = [line for line in FULL.splitlines() if "#" in line]
    first, vendor, inside = FULL_SETTINGS.watch
    groq = Watch(provider="groq", components=("API",))
    steps: list[tuple[Watch, ...]] = [
        (first, vendor, inside, groq),
        (replace(first, components=("ChatGPT", "Files")), vendor, inside, groq),
        (vendor, inside, groq),
        (vendor, groq),
        (groq, vendor),
        (groq,),
        (groq, inside),
    ]

    before = FULL_SETTINGS
    for watch in steps:
        after = replace(before, watch=watch)
        assert save(file, before, after) == after
        assert load(file).settings == after
        assert not [line for line in comments if line not in file.read_text()], file.read_text()
        before = after

    assert '# what I want to hear\n[alerts]\nlevel = "outages"' in file.read_text()


def test_a_comment_inside_a_list_survives(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[baseline]\nhosts = [\n  "https://a.example", # near\n  "https://b.example", # far\n]\n')
    before = load(file).settings

    save(file, before, replace(before, baseline=Baseline(("https://a.example", "https://c.example"))))

    assert "# near" in file.read_text()
    assert load(file).settings.baseline.hosts == ("https://a.example", "https://c.example")


def test_saving_makes_the_file_the_tables_and_the_options_that_are_missing(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"

    save(file, Settings(), replace(Settings(), first_run_done=True))
    save(file, replace(Settings(), first_run_done=True), FULL_SETTINGS)

    assert load(file).settings == FULL_SETTINGS
    assert not load(file).broken


def test_saving_the_defaults_again_leaves_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FULL)

    save(file, FULL_SETTINGS, Settings())

    assert load(file).settings == Settings()
    assert "[quiet_hours]" not in file.read_text()
    assert "# what I want to hear" in file.read_text()


def test_nothing_watched_is_kept_as_such(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FULL)

    save(file, FULL_SETTINGS, replace(FULL_SETTINGS, watch=()))
    emptied = load(file)
    save(file, emptied.settings, replace(emptied.settings, watch=(Watch(provider="groq"),)))

    assert emptied.settings.watch == ()
    assert load(file).settings.watch == (Watch(provider="groq"),)


def test_what_a_person_wrote_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FULL)
    by_hand = '[[watch]]\nprovider = "mistral"\n\n[endpoints]\nopenai = "https://gateway.example"\n'
    file.write_text(FULL.replace("keep_days = 30", "keep_days = 90").replace("[endpoints]\n", by_hand))
    after = replace(
        FULL_SETTINGS,
        watch=(*FULL_SETTINGS.watch[1:], Watch(provider="groq")),
        endpoints={},
        look=Look(ColorScheme.LIGHT, color_only_when_wrong=True),
    )

    saved = save(file, FULL_SETTINGS, after)

    assert saved == load(file).settings
    assert saved.history.keep_days == 90
    assert saved.look.color_scheme is ColorScheme.LIGHT
    assert saved.endpoints == {"openai": "https://gateway.example"}
    assert saved.watch == (*FULL_SETTINGS.watch[1:], Watch(provider="mistral"), Watch(provider="groq"))


def test_a_broken_file_is_never_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[polling]\nidle = 'soon'\n")

    with pytest.raises(SettingsBrokenError, match=r"config\.toml:2: polling\.idle"):
        save(file, Settings(), replace(Settings(), first_run_done=True))

    assert file.read_text() == "[polling]\nidle = 'soon'\n"


def test_saving_nothing_new_touches_nothing(tmp_path: Path) -> None:
    save(tmp_path / "config.toml", Settings(), Settings())

    assert names_in(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links")
def test_a_linked_file_is_read_but_not_written(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(FULL)
    (tmp_path / "config.toml").symlink_to(tmp_path / "real.toml")

    assert load(tmp_path / "config.toml").settings == FULL_SETTINGS
    with pytest.raises(UnsafeFileError, match=r"real\.toml"):
        save(tmp_path / "config.toml", FULL_SETTINGS, Settings())


@pytest.mark.parametrize("settings", [Settings(), FULL_SETTINGS, replace(FULL_SETTINGS, watch=())])
def test_exported_settings_can_be_read_again(settings: Settings) -> None:
    loaded = parse(export_text(settings), FILE)

    assert loaded.problems == ()
    assert loaded.settings == settings


def test_an_export_has_no_password() -> None:
    text = export_text(Settings(proxy=Proxy(ProxyMode.URL, "http://me:secret@proxy.example.com:8080")))

    assert "secret" not in text
    assert "http://proxy.example.com:8080" in text


@pytest.mark.parametrize(
    ("url", "seconds", "used"),
    [
        ("https://status.example.com", 1, 30),
        ("https://status.example.com", 300, 300),
        ("http://127.0.0.1:8000", 1, 1),
        ("http://[::1]:8000", 1, 1),
        ("http://localhost:8000/x", 2, 2),
        ("http://localhost.example.com", 1, 30),
        ("http://[broken", 1, 30),
        ("http://127.0.0.1:99999", 1, 30),
    ],
)
def test_only_this_machine_may_be_asked_every_second(url: str, seconds: int, used: int) -> None:
    assert interval_for(url, timedelta(seconds=seconds)) == timedelta(seconds=used)


def test_every_field_of_a_section_must_be_declared_as_an_option() -> None:
    with pytest.raises(ValueError, match="zip"):

        class Bare(Section, frozen=True):
            number: int = 1


def test_every_option_has_a_label() -> None:
    def rows(section: Section) -> int:
        count = 0
        for option in options_of(section).values():
            assert option.label, option
            assert (option.kind is None) == (option.layout in {Layout.TABLE, Layout.TABLES})
            count += 1 + (rows(option.empty) if option.empty else 0)
        return count

    assert rows(Settings()) > 25


@given(st.text())
def test_any_text_at_all_is_read_without_an_exception(text: str) -> None:
    parse(text, FILE)


_WORDS = st.sampled_from(["openai", "groq", "My vendor", 'quo"te', "back\\slash", "é", "# no comment", "[x]"])
_TEXTS = st.lists(_WORDS, max_size=3, unique=True).map(tuple)
_WATCHES = st.builds(
    Watch, provider=_WORDS, components=_TEXTS, name=_WORDS, options=st.dictionaries(_WORDS, _WORDS, max_size=2)
)
_SETTINGS = st.builds(
    Settings,
    first_run_done=st.booleans(),
    polling=st.builds(
        Polling,
        idle=st.integers(1, 900).map(lambda each: timedelta(seconds=each)),
        incident=st.just(timedelta(seconds=60)),
    ),
    watch=st.lists(_WATCHES, max_size=4).map(tuple),
    endpoints=st.dictionaries(_WORDS, st.just("https://gateway.example"), max_size=2),
    alerts=st.builds(Alerts, level=st.sampled_from(Level), providers=st.dictionaries(_WORDS, st.sampled_from(Level))),
    quiet_hours=st.none() | st.just(QuietHours(days=(Weekday.SUNDAY,))),
    look=st.builds(Look, color_scheme=st.sampled_from(ColorScheme)),
)


@settings(max_examples=60, deadline=None)
@given(one=_SETTINGS, other=_SETTINGS, text=st.sampled_from(["", FULL]))
def test_any_change_can_be_saved(
    tmp_path_factory: pytest.TempPathFactory, one: Settings, other: Settings, text: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    file.write_text(text)
    start = load(file).settings

    save(file, start, one)
    save(file, one, other)

    assert load(file).settings == other


OWN = "[[watch]]\nurl = 'http://10.0.0.5:9093'\ninternal = true\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[[watch]]\nurl = 'https://a.example'\nca = '/etc/own.pem'", 3, "watch #1.ca: add internal = true"),
        ("[[watch]]\nurl = 'https://a.example'\nlogin = 'bearer'", 3, "watch #1.login: add internal = true"),
        (f"{OWN}certificate_key = '/etc/own.key'", 4, "watch #1.certificate_key: add certificate ="),
        (f"{OWN}login = 'bearer'", 4, "watch #1.login: run: trayapp login http://10.0.0.5:9093"),
        (f"{OWN}login = 'digest'", 4, 'watch #1.login: write "bearer", "basic"'),
        (
            f"{OWN}login = 'bearer'\nsecret = 'hunter2'",
            5,
            "watch #1.secret: take this line away",
        ),
        (f"{OWN}secret = 'env:TOKEN'", 4, "watch #1.secret: add login ="),
        (f"{OWN}login = 'basic'\nsecret = 'env:TOKEN'", None, "watch #1.user: write the user name"),
        (f"{OWN}login = 'basic'\nuser = 'a:b'\nsecret = 'env:TOKEN'", 5, "watch #1.user: write the user name"),
    ],
)
def test_half_a_login_and_one_for_others_are_refused(text: str, line: int | None, words: str) -> None:
    found = problems(text)

    assert any(line in {None, each_line} and each.startswith(words) for each_line, each in found), found
    assert not any("hunter2" in each for _line, each in found)


def test_own_monitoring_says_how_it_lets_us_in() -> None:
    text = f"{OWN}ca = '/etc/own.pem'\nlogin = 'Basic'\nuser = 'viewer'\nsecret = 'env:TOKEN'"

    (watch,) = parse(text, FILE).settings.watch

    assert watch.access == Access(ca="/etc/own.pem", login=Login.BASIC, user="viewer", secret="env:TOKEN")

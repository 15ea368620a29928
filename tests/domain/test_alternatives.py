"""What is offered instead: the table, row by row, and never anything stale."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.domain.test_verdict import DOWN3, OK, key, signals
from tests.domain.test_verdict import page as page_state
from trayapp.domain.alternatives import (
    KEY_LASTS,
    LOCAL_LASTS,
    MOST,
    Alternative,
    LocalModel,
    Way,
    alternatives,
)
from trayapp.domain.keys import KeyHealth, KeyState, Reachability
from trayapp.domain.provider import Provider
from trayapp.domain.snapshot import PageState, Snapshot
from trayapp.domain.status import Status
from trayapp.domain.verdict import Icon, PageVerdict, PopUp, Verdict, VerdictId, is_anything_wrong, verdict

NOW = NOON + timedelta(minutes=1)
OLLAMA = LocalModel("Ollama", "http://127.0.0.1:11434/v1", ("llama3.2",), NOON)
GROQ = Provider(id="groq", name="Groq", base_url="https://api.groq.example/v1", key_env="GROQ_API_KEY", chat="")
CHAT = Provider(id="kimi", name="Kimi", chat="https://kimi.example")


def watched(provider: str, status: Status | None = Status.OPERATIONAL, *, at: datetime = NOON) -> PageState:
    known = replace(page_state().page, id=provider, name=provider.title(), provider_id=provider)
    return page_state(status, at=at, known=known)


BAD = watched("acme", Status.MAJOR_OUTAGE)


def about(provider: str, which: VerdictId) -> PageVerdict:
    return PageVerdict(provider, provider, Verdict(id=which, icon=Icon.BY_PAGE, pop_up=PopUp.NO))


def held(
    provider: str = "groq",
    health: KeyHealth = KeyHealth.OK,
    reach: Reachability = Reachability.REACHED,
    at: datetime = NOON,
) -> KeyState:
    state = key(health, reach).state
    return replace(state, ref=replace(state.ref, provider=provider, label="work"), health_at=at, checked_at=at)


def offered(
    *pages: PageState,
    verdicts: Iterable[PageVerdict] = (),
    keys: Iterable[KeyState] = (),
    local: Iterable[LocalModel] = (),
    providers: Iterable[Provider] = (GROQ, CHAT),
    now: datetime = NOW,
) -> tuple[Alternative, ...]:
    return alternatives(Snapshot(pages=pages, at=now), verdicts, now, keys=keys, providers=providers, local=local)


def names(found: tuple[Alternative, ...]) -> list[tuple[str, Way]]:
    return [(each.name, each.way) for each in found]


@pytest.mark.parametrize("status", [Status.OPERATIONAL, Status.MAINTENANCE, None])
def test_while_nothing_is_bad_nothing_is_offered(status: Status | None) -> None:
    pages = (watched("acme", status), watched("groq"), watched("kimi"))

    assert offered(*pages, keys=[held()], local=[OLLAMA]) == ()


def test_a_provider_that_is_up_and_a_key_that_works() -> None:
    (found,) = offered(BAD, watched("groq"), keys=[held()])

    assert found == Alternative(
        way=Way.KEY,
        name="Groq",
        at=NOON,
        provider="groq",
        key_label="work",
        base_url="https://api.groq.example/v1",
        key_env="GROQ_API_KEY",
    )


@pytest.mark.parametrize(
    "pages",
    [
        (BAD,),  # not watched: nobody looked
        (BAD, watched("groq", Status.DEGRADED), watched("kimi", Status.PARTIAL_OUTAGE)),
        (BAD, watched("groq", Status.MAINTENANCE), watched("kimi", Status.MAINTENANCE)),
        (BAD, watched("groq", None), watched("kimi", None)),
        (
            BAD,
            watched("groq", at=NOW - timedelta(hours=1)),
            watched("kimi", at=NOW - timedelta(hours=1)),
        ),
    ],
)
def test_a_provider_that_is_not_known_to_be_up_is_never_offered(pages: tuple[PageState, ...]) -> None:
    assert offered(*pages, keys=[held()]) == ()


def test_every_page_of_a_provider_has_to_be_up() -> None:
    second = replace(watched("groq"), page=replace(watched("groq").page, id="groq-two"), shown=Status.DEGRADED)

    assert offered(BAD, watched("groq"), second, keys=[held()]) == ()


@pytest.mark.parametrize("which", VerdictId)
def test_a_provider_whose_verdict_doubts_it_is_not_offered(which: VerdictId) -> None:
    found = offered(BAD, watched("groq"), watched("kimi"), verdicts=[about("groq", which)], keys=[held()])
    is_fine = which is VerdictId.FINE or which.value.startswith("key_")

    assert (("Groq", Way.KEY) in names(found)) is is_fine


@pytest.mark.parametrize(
    "state",
    [
        held(health=KeyHealth.REJECTED),
        held(health=KeyHealth.NO_CREDIT),
        held(health=KeyHealth.UNCHECKED),
        held(reach=Reachability.RATE_LIMITED),
        held(reach=Reachability.UNREACHABLE),
        held(at=NOW - KEY_LASTS - timedelta(seconds=1)),
        held(at=NOW + timedelta(minutes=1)),
        held("acme"),
        replace(held(), answer=None),
        replace(held(), health_at=None),
    ],
)
def test_a_key_that_is_not_known_to_work_now_is_not_offered(state: KeyState) -> None:
    assert offered(BAD, watched("groq"), keys=[state]) == ()


def test_a_chat_needs_no_key_and_a_key_brings_its_chat_along() -> None:
    both = replace(GROQ, chat="https://chat.groq.example")

    assert names(offered(BAD, watched("kimi"))) == [("Kimi", Way.CHAT)]
    (found,) = offered(BAD, watched("groq"), keys=[held()], providers=[both])
    assert (found.way, found.chat) == (Way.KEY, "https://chat.groq.example")
    (found,) = offered(BAD, watched("groq"), keys=[held(health=KeyHealth.REJECTED)], providers=[both])
    assert found.way is Way.CHAT


def test_a_key_without_an_address_to_copy_is_no_way() -> None:
    bare = replace(GROQ, base_url="")
    own = replace(held(), ref=replace(held().ref, base_url="https://gateway.example", reference="env:MY_KEY"))

    assert offered(BAD, watched("groq"), keys=[held()], providers=[bare]) == ()
    (found,) = offered(BAD, watched("groq"), keys=[own], providers=[bare])
    assert (found.base_url, found.key_env) == ("https://gateway.example", "MY_KEY")


def test_of_two_keys_the_one_that_was_seen_to_work_last() -> None:
    older = replace(held(at=NOON - timedelta(minutes=5)), ref=replace(held().ref, label="old"))

    assert [each.key_label for each in offered(BAD, watched("groq"), keys=[older, held()])] == ["work"]


def test_models_on_this_computer_need_nobody_else() -> None:
    assert names(offered(BAD, local=[OLLAMA])) == [("Ollama", Way.LOCAL)]
    assert offered(BAD, local=[replace(OLLAMA, models=())]) == ()
    assert offered(BAD, local=[replace(OLLAMA, at=NOW - LOCAL_LASTS - timedelta(seconds=1))]) == ()


@pytest.mark.parametrize("which", [VerdictId.YOUR_CONNECTION, VerdictId.TLS_INTERCEPTED])
def test_cut_off_from_everybody_only_what_is_here_is_offered(which: VerdictId) -> None:
    found = offered(
        BAD, watched("groq"), watched("kimi"), verdicts=[about("acme", which)], keys=[held()], local=[OLLAMA]
    )

    assert names(found) == [("Ollama", Way.LOCAL)]


def test_trouble_that_is_not_posted_counts_too() -> None:
    guess = verdict_of_a_failing_edge()

    assert names(offered(watched("acme"), watched("kimi"), verdicts=[guess])) == [("Kimi", Way.CHAT)]
    assert is_anything_wrong((watched("acme"),), [guess], NOW)
    assert not is_anything_wrong((watched("acme"),), [], NOW)


def verdict_of_a_failing_edge() -> PageVerdict:
    found = verdict(signals(OK, page_state(), DOWN3))
    assert found.id is VerdictId.POSSIBLY_PROVIDER
    return PageVerdict("acme", "acme", found)


def test_the_freshest_comes_first_and_no_more_than_one_can_read() -> None:
    pages = [watched(f"p{number}", at=NOON + timedelta(seconds=number)) for number in range(MOST + 3)]
    many = [Provider(id=each.page.id, name=each.page.name, chat="https://c.example") for each in pages]

    found = offered(BAD, *pages, providers=many)

    assert len(found) == MOST
    assert [each.at for each in found] == sorted((each.at for each in found), reverse=True)
    assert found[0].provider == f"p{MOST + 2}"

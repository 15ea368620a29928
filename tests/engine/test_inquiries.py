"""It fails for me: how often everybody is asked, what is kept of it, and that it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from tests.builders import NOON
from trayapp.domain.inquiry import EVERY, LASTS, Inquiry
from trayapp.domain.verdict import Icon, PopUp, Verdict, VerdictId
from trayapp.engine.diagnosis import Diagnosis
from trayapp.engine.inquiries import Inquiries
from trayapp.engine.simulation import JumpingLoop

ROUND = timedelta(seconds=7)


class Desk:
    """Inquiries on simulated time; each round takes seven seconds and finds what the test says."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.asked: list[float] = []
        self.heard: list[tuple[VerdictId, bool]] = []
        self.found = VerdictId.FINE
        self.is_anybody_there = True
        self.tasks: list[asyncio.Task[None]] = []
        self.inquiries = Inquiries(
            now=self.now,
            start=lambda chore: self.tasks.append(self.loop.create_task(chore)),
            ask=self.ask,
            heard=lambda _inquiry, found, is_news: self.heard.append((found.verdict.id, is_news)),
            changed=lambda: None,
        )

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.loop.time() - self.began)

    async def ask(self, _inquiry: Inquiry) -> Diagnosis | None:
        self.asked.append(self.loop.time() - self.began)
        await asyncio.sleep(ROUND.total_seconds())
        if not self.is_anybody_there:
            return None
        verdict = Verdict(id=self.found, icon=Icon.BY_PAGE, pop_up=PopUp.NO)
        return Diagnosis(at=self.now(), provider="acme", verdict=verdict)

    def begin(self) -> None:
        self.inquiries.begin("acme", "Acme", ("acme",))

    async def settle(self) -> None:
        await asyncio.gather(*self.tasks)


def simulated(step: Callable[[Desk], Awaitable[None]]) -> Desk:
    async def main() -> Desk:
        desk = Desk()
        await step(desk)
        return desk

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main())


def test_every_30_seconds_for_15_minutes_and_then_no_more() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await desk.settle()
        await asyncio.sleep(3600)

    desk = simulated(step)

    assert len(desk.asked) == LASTS // EVERY + 1
    assert {round(later - before) for before, later in zip(desk.asked, desk.asked[1:], strict=False)} == {30}
    (left,) = desk.inquiries.shown
    assert (left.is_asking, left.is_over, left.rounds) == (False, True, len(desk.asked))
    assert desk.heard[:2] == [(VerdictId.FINE, True), (VerdictId.FINE, False)]


def test_a_second_click_asks_at_once_and_begins_the_time_again() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await asyncio.sleep(605)
        desk.begin()
        await desk.settle()

    desk = simulated(step)

    assert len(desk.inquiries.shown) == 1
    assert any(605 <= each < 608 for each in desk.asked)
    assert desk.asked[-1] > 605 + 870
    assert desk.inquiries.shown[0].began_at == NOON


def test_a_click_while_it_asks_is_not_lost() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await asyncio.sleep(3)
        desk.begin()
        await asyncio.sleep(12)

    assert [round(each) for each in simulated(step).asked] == [0, 7]


def test_put_away_it_asks_no_more() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await asyncio.sleep(3)
        desk.inquiries.end("acme")
        assert desk.inquiries.shown == ()
        await desk.settle()
        desk.inquiries.end("acme")
        await asyncio.sleep(600)

    desk = simulated(step)

    assert (len(desk.asked), desk.heard) == (1, [])


def test_put_away_and_asked_again_while_it_still_asks_is_one_inquiry() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await asyncio.sleep(3)
        desk.inquiries.end("acme")
        desk.begin()
        assert len(desk.inquiries.shown) == 1
        await asyncio.sleep(20)

    desk = simulated(step)

    assert len(desk.asked) == 2
    assert desk.inquiries.shown[0].rounds == 2


def test_where_nobody_is_left_to_ask_it_goes_away() -> None:
    async def step(desk: Desk) -> None:
        desk.is_anybody_there = False
        desk.begin()
        await desk.settle()

    assert simulated(step).inquiries.shown == ()


def test_a_finding_is_told_once_for_each_change() -> None:
    async def step(desk: Desk) -> None:
        desk.begin()
        await asyncio.sleep(45)
        desk.found = VerdictId.POSSIBLY_PROVIDER
        await asyncio.sleep(60)

    desk = simulated(step)

    assert [which for which, is_news in desk.heard if is_news] == [VerdictId.FINE, VerdictId.POSSIBLY_PROVIDER]
    (inquiry,) = desk.inquiries.shown
    assert [which for _at, which in inquiry.findings] == [VerdictId.FINE, VerdictId.POSSIBLY_PROVIDER]


def test_a_fault_of_ours_does_not_look_like_asking_for_ever() -> None:
    async def step(desk: Desk) -> None:
        async def fails(_inquiry: Inquiry) -> Diagnosis | None:
            raise RuntimeError("a fault of ours")

        desk.inquiries._ask = fails
        desk.begin()
        await asyncio.gather(*desk.tasks, return_exceptions=True)
        assert [each.is_asking for each in desk.inquiries.shown] == [False]

    simulated(step)

"""Pages that many stand on: looked at only where several fail, and not too often."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

from msgspec.structs import replace

from tests.builders import NOON, outage
from tests.fakepage import SUMMARY, FakePage
from trayapp.domain.provider import StatusPage
from trayapp.engine.causes import EVERY, CommonCauses
from trayapp.engine.http import Network
from trayapp.engine.looking import Looker

TWO = frozenset({"acme", "globex"})


def test_only_where_several_fail_and_not_too_often() -> None:
    times = [NOON]

    async def main(page: StatusPage) -> None:
        network = Network()
        chores: list[asyncio.Task[None]] = []
        changes: list[int] = []

        def start(chore: Coroutine[None, None, None]) -> None:
            chores.append(asyncio.get_running_loop().create_task(chore))

        causes = CommonCauses(
            looker=lambda: Looker(network), now=lambda: times[-1], start=start, changed=lambda: changes.append(1)
        )
        try:
            causes.want(frozenset({"acme"}), (page,))
            causes.want(TWO, ())
            assert not chores
            for moment in (NOON, NOON + EVERY / 2, NOON + EVERY, NOON - timedelta(hours=1)):
                times.append(moment)
                causes.want(TWO, (page,))
                await asyncio.gather(*chores)
            assert (len(chores), len(changes)) == (3, 3)
            assert [each.page.id for each in causes.of(TWO, ())] == ["cloudflare"]
            assert causes.of(frozenset({"acme"}), ()) == ()
            watched = replace(causes.of(TWO, ())[0], page=replace(page, id="aws", provider_id="aws"))
            assert [each.page.id for each in causes.of(TWO, (watched,))] == ["aws", "cloudflare"]
        finally:
            await network.close()

    with FakePage() as cloudflare:
        cloudflare.serve(SUMMARY, outage())
        asyncio.run(
            main(
                StatusPage(
                    id="cloudflare",
                    name="Cloudflare",
                    url=cloudflare.url,
                    platform="statuspage",
                    provider_id="cloudflare",
                    internal=True,
                )
            )
        )

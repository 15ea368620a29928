"""The words of a verdict and its evidence."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.builders import NOON
from tests.domain.test_verdict import BAD, DOWN3, ROWS, key, other, reports, signals
from trayapp.domain.alert import Alert, AlertKind
from trayapp.domain.keys import KeyHealth, Reachability
from trayapp.domain.verdict import (
    BaselineKind,
    BaselineState,
    EdgeKind,
    HostAnswer,
    Signals,
    VerdictId,
    after_baseline,
    verdict,
)
from trayapp.domain.verdictalerts import SUFFIX
from trayapp.presentation.verdict import (
    diagnosis_document,
    evidence_lines,
    hint,
    sentence,
)
from trayapp.presentation.wording import worded

NOW = NOON + timedelta(minutes=1)
LOGIN = HostAnswer("https://one.example/generate_204", BaselineKind.PORTAL, "200")
GONE = HostAnswer("https://two.example/", BaselineKind.FAILS, "dns", "The name two.example could not be looked up.")
WELL = HostAnswer("https://one.example/generate_204", BaselineKind.OK, "204")


@pytest.mark.parametrize(("given_signals", "_expected"), ROWS)
def test_every_verdict_has_one_plain_sentence(given_signals: Signals, _expected: VerdictId) -> None:
    said = sentence(verdict(given_signals), "Acme", NOW)

    assert said.isprintable()
    assert "{" not in said
    assert said[-1] in ".)"


def test_a_key_is_called_by_its_label_and_the_reason_is_said() -> None:
    refused = key(KeyHealth.REJECTED)
    refused = replace(refused, state=replace(refused.state, reason="It was revoked."))
    limited = key(reach=Reachability.RATE_LIMITED, retry_after=600)

    assert sentence(verdict(signals(keys=(refused,))), "Acme", NOW) == (
        "Acme is fine; work is not accepted. (It was revoked.)"
    )
    assert sentence(verdict(signals(keys=(limited,))), "Acme", NOW).endswith("until 12:10.")


def test_what_is_missing_is_said() -> None:
    said = sentence(verdict(signals(state=None)), "Acme", NOW)

    assert said == "Cannot tell whose problem it is. What would be needed: the status page, the edge of the API."


def test_the_evidence_line_by_line() -> None:
    own = after_baseline(BaselineState(), (WELL, GONE, LOGIN), NOON, has_route=False)
    found = verdict(signals(own, BAD, DOWN3, (key(),), reports(529, 529)))

    assert evidence_lines(found, NOW) == (
        "Your connection: one.example answers (1 min ago) · 204 · 12:00:00 · https://one.example/generate_204",
        "Your connection: The name two.example could not be looked up. (1 min ago) · 12:00:00 · https://two.example/",
        (
            "Your connection: somebody else answers for one.example, as before a login (1 min ago) · 200 · 12:00:00 · "
            "https://one.example/generate_204"
        ),
        "Your connection: this computer knows no way out (1 min ago) · 12:00:00",
        "Status page of Acme: major outage: Elevated errors (1 min ago) · 12:00:00 · https://status.acme.example",
        "The API's edge at api.acme.example: answered 503 (1 min ago) · 12:00:00 · https://api.acme.example/v1/models",
        "Your key work: works (1 min ago) · 12:00:00",
        "Your programs reported 529 2 times in the last 15 minutes (1 min ago) · 12:00:00",
    )


def test_an_edge_that_answers_proves_no_more() -> None:
    answering = signals(api=replace(DOWN3, code="401", kind=EdgeKind.OK, is_down=False))

    assert "more than that is not proven" in "".join(evidence_lines(verdict(answering), NOW))


def test_the_document_is_the_contract() -> None:
    document = diagnosis_document("acme", "Acme", verdict(signals(state=BAD)), NOW, (other("cloudflare"),))

    assert list(document) == ["schema", "generated_at", "provider", "verdict", "checks", "hint"]
    assert document["schema"] == "trayapp.diagnosis/1"
    assert document["generated_at"] == "2025-12-02T12:01:00Z"
    assert document["verdict"] == {"id": "incident", "sentence": "Acme reports an incident."}
    checks = document["checks"]
    assert isinstance(checks, list)
    assert checks[0] == {
        "signal": "page",
        "ok": False,
        "code": "major_outage",
        "detail": "Status page of Acme: major outage: Elevated errors",
        "url": "https://status.acme.example",
        "at": "2025-12-02T12:00:00Z",
    }
    assert "Cloudflare" in str(document["hint"])


def test_a_hint_is_no_verdict_and_often_absent() -> None:
    assert hint(()) == ""
    assert "may be the cause" in hint((other("aws"), other("azure")))


def test_a_pop_up_about_unposted_trouble_only_says_that_it_looks_like_it() -> None:
    alert = Alert(kind=AlertKind.OPENED, at=NOON, page_id="acme", concern=f"acme{SUFFIX}")
    over = replace(alert, kind=AlertKind.RECOVERED)

    assert worded(alert, {"acme": "Acme"}, NOW).title == "Acme: looks like a problem of theirs"
    assert "Nothing is posted yet" in worded(alert, {"acme": "Acme"}, NOW).body
    assert worded(over, {"acme": "Acme"}, NOW).title == "Acme answers again"


def test_a_login_of_the_network_and_who_listens_in_are_said_in_the_sentence() -> None:
    portal = after_baseline(after_baseline(BaselineState(), (LOGIN,), NOON), (LOGIN,), NOON)
    refused = HostAnswer("https://one.example/", BaselineKind.INTERCEPTED, "tls", "It is signed by “Nosy Box”.")
    spied = after_baseline(after_baseline(BaselineState(), (refused,), NOON), (refused,), NOON)

    assert "want a login first" in sentence(verdict(signals(portal, state=None)), "Acme", NOW)
    assert sentence(verdict(signals(spied, state=None)), "Acme", NOW).endswith("(It is signed by “Nosy Box”.)")


def test_what_went_wrong_is_said_even_where_only_its_kind_is_known() -> None:
    silent = HostAnswer("https://two.example/", BaselineKind.FAILS, "dns")
    odd = HostAnswer("https://two.example/", BaselineKind.FAILS, "of a later version")
    found = verdict(signals(after_baseline(BaselineState(), (silent, odd), NOON), state=None))
    lines = evidence_lines(found, NOW)

    assert lines[0].startswith("Your connection: ")
    assert "unclear" in lines[1]

"""Whose problem it is, in words for both shells: the sentence, the evidence line by line, the hint."""

from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import gettext as _
from gettext import ngettext
from types import MappingProxyType
from urllib.parse import urlsplit

from trayapp.domain.keys import KeyHealth, Reachability
from trayapp.domain.report import FailureKind, FetchFailure
from trayapp.domain.snapshot import PageState
from trayapp.domain.status import Status
from trayapp.domain.verdict import Evidence, SignalKind, Verdict, VerdictId
from trayapp.presentation.ages import age, clock
from trayapp.presentation.document import Document, stamp
from trayapp.presentation.words import failure_phrase, status_phrase


def sentence(verdict: Verdict, name: str, now: datetime) -> str:
    """Return the verdict in one sentence; ``name`` is the provider's."""
    words = _(_SENTENCES[verdict.id]).format(
        name=name,
        label=verdict.key.ref.label if verdict.key is not None else _("your key"),
        until=clock(verdict.until, now) if verdict.until is not None else _("it says otherwise"),
    )
    if verdict.id is VerdictId.YOUR_CONNECTION and any(map(_is_portal, verdict.evidence)):
        words = _("Your connection: this network seems to want a login first. What is shown is from before.")
    signers = [each.detail for each in verdict.evidence if each.code == FailureKind.TLS and each.detail]
    if verdict.id is VerdictId.TLS_INTERCEPTED and signers:
        words = _("{sentence} ({reason})").format(sentence=words, reason=signers[0])
    if verdict.id in _WITH_REASON and verdict.key is not None and verdict.key.reason:
        words = _("{sentence} ({reason})").format(sentence=words, reason=verdict.key.reason)
    if verdict.missing:
        missing = ", ".join(signal_word(each) for each in verdict.missing)
        words = _("{sentence} What would be needed: {signals}.").format(sentence=words, signals=missing)
    return words


def signal_word(signal: SignalKind) -> str:
    """Return what a signal is called: "status page"."""
    return _(_SIGNALS[signal])


def evidence_lines(verdict: Verdict, now: datetime) -> tuple[str, ...]:
    """Return the evidence, one line each: what the signal said, its code, its age, the time and whom we asked."""
    return tuple(_in_full(each, now) for each in verdict.evidence)


def brief(found: VerdictId) -> str:
    """Return a verdict in a few words: "provider incident"."""
    return _(_BRIEF[found])


def evidence_line(evidence: Evidence, now: datetime) -> str:
    """Return one line of evidence. The address itself is left to the shell, which may make a link of it."""
    line = _LINES[evidence.signal](evidence)
    return _("{line} ({age})").format(line=line, age=age(evidence.at, now)) if evidence.at is not None else line


def hint(causes: tuple[PageState, ...]) -> str:
    """Return what may stand behind the trouble of several providers, or an empty string; never a verdict."""
    if not causes:
        return ""
    names = ", ".join(each.page.name for each in causes)
    return ngettext(
        "Several providers fail together, and {names} reports trouble too: that may be the cause.",
        "Several providers fail together, and {names} report trouble too: they may be the cause.",
        len(causes),
    ).format(names=names)


def diagnosis_document(
    provider: str, name: str, verdict: Verdict, now: datetime, causes: tuple[PageState, ...] = ()
) -> Document:
    """Return ``trayapp.diagnosis/1``. ``provider`` is its id, ``name`` what people call it."""
    return {
        "schema": "trayapp.diagnosis/1",
        "generated_at": stamp(now),
        "provider": provider,
        "verdict": {"id": verdict.id.value, "sentence": sentence(verdict, name, now)},
        "checks": [
            {
                "signal": each.signal.value,
                "ok": each.ok,
                "code": each.code,
                "detail": _LINES[each.signal](each),
                "url": each.url or None,
                "at": stamp(each.at),
            }
            for each in verdict.evidence
        ],
        "hint": hint(causes) or None,
    }


def derived_title(name: str, *, is_over: bool) -> str:
    """Return the title of a pop-up about trouble that no page has posted."""
    return (_("{name} answers again") if is_over else _("{name}: looks like a problem of theirs")).format(name=name)


def derived_body(*, is_over: bool) -> str:
    """Return the text below that title."""
    if is_over:
        return _("Its API answers from here again. No incident was posted.")
    return _("Its API fails from here, while your connection works. Nothing is posted yet.")


def _in_full(evidence: Evidence, now: datetime) -> str:
    parts = [evidence_line(evidence, now)]
    if evidence.code.isdecimal() and evidence.code not in parts[0]:
        parts.append(evidence.code)
    if evidence.at is not None:
        parts.append(f"{evidence.at.astimezone():%H:%M:%S}")
    if evidence.url:
        parts.append(evidence.url)
    return " · ".join(parts)


def _is_portal(evidence: Evidence) -> bool:
    """Return whether somebody else answered in a well-known host's place."""
    is_answer = evidence.signal is SignalKind.BASELINE and evidence.ok is False and evidence.code.isdecimal()
    return is_answer and not evidence.detail


def _baseline_line(evidence: Evidence) -> str:
    if evidence.code in _ROUTES:
        return _(_ROUTES[evidence.code])
    host = urlsplit(evidence.url).netloc.rpartition("@")[2]
    if evidence.ok:
        return _("Your connection: {host} answers").format(host=host)
    if not _is_portal(evidence):
        return _("Your connection: {said}").format(said=_what(evidence))
    return _("Your connection: somebody else answers for {host}, as before a login").format(host=host)


def _page_line(evidence: Evidence) -> str:
    said = _what(evidence) if evidence.ok is None else status_phrase(Status(evidence.code))
    if evidence.ok is not None and evidence.detail:
        said = _("{status}: {titles}").format(status=said, titles=evidence.detail)
    return _("Status page of {name}: {said}").format(name=evidence.name, said=said)


def _edge_line(evidence: Evidence) -> str:
    host = urlsplit(evidence.url).netloc.rpartition("@")[2]
    if evidence.ok:
        return _("The API's edge at {host} answers ({code}); more than that is not proven").format(
            host=host, code=evidence.code
        )
    return _("The API's edge at {host}: {said}").format(host=host, said=_what(evidence))


def _key_line(evidence: Evidence) -> str:
    words = _(_KEY_WORDS.get(evidence.code, "unclear"))
    said = f"{words}: {evidence.detail}" if evidence.detail else words
    return _("Your key {label}: {said}").format(label=evidence.name, said=said)


def _report_line(evidence: Evidence) -> str:
    return ngettext(
        "Your programs reported {code} once in the last 15 minutes",
        "Your programs reported {code} {count} times in the last 15 minutes",
        evidence.count,
    ).format(code=evidence.code, count=evidence.count)


def _what(evidence: Evidence) -> str:
    """Return what went wrong with an attempt: our sentence for it, else the word for its kind."""
    if evidence.code == "not_asked":
        return _("not asked")
    if evidence.detail:
        return evidence.detail
    if evidence.code.isdecimal():
        return _("answered {code}").format(code=evidence.code)
    try:
        return failure_phrase(FetchFailure(kind=FailureKind(evidence.code), detail=""))
    except ValueError:
        return _("unclear")


def _later(text: str) -> str:
    """Mark a text for translation that stands in a table; it is translated when it is used."""
    return text


_SENTENCES: Mapping[VerdictId, str] = MappingProxyType(
    {
        VerdictId.YOUR_CONNECTION: _later("Your connection: nothing answers from here. What is shown is from before."),
        VerdictId.INCIDENT_KEY_WORKS: _later("{name} reports an incident; {label} still works here."),
        VerdictId.INCIDENT_CONFIRMED: _later("{name} reports an incident, and it is confirmed from here."),
        VerdictId.INCIDENT: _later("{name} reports an incident."),
        VerdictId.MAINTENANCE: _later("{name}: planned maintenance."),
        VerdictId.LOOKS_LIKE_PROVIDER: _later("Looks like a problem of {name}, not posted yet."),
        VerdictId.POSSIBLY_PROVIDER: _later("Possibly {name}: the edge of its API does not answer."),
        VerdictId.TLS_INTERCEPTED: _later(
            "No secure connection to {name} can be trusted from here: something in your network seems to intercept TLS."
        ),
        VerdictId.NAME_NOT_RESOLVED: _later(
            "The name of {name}'s API does not resolve here: a blocker, a VPN or your DNS."
        ),
        VerdictId.KEY_REJECTED: _later("{name} is fine; {label} is not accepted."),
        VerdictId.KEY_BALANCE: _later("{name} is fine; {label} is out of credit or has reached its limit."),
        VerdictId.KEY_LIMITED: _later("{name} is fine; {label} is being limited until {until}."),
        VerdictId.KEY_ACCOUNT: _later("{name} is fine; {label} or its account is not served."),
        VerdictId.FINE: _later("{name} is fine."),
        VerdictId.PAGE_UNREACHABLE: _later("The status page of {name} cannot be reached; the service answers."),
        VerdictId.LIKELY_PROVIDER: _later("Likely a problem of {name}; its status page is down too."),
        VerdictId.CANNOT_TELL: _later("Cannot tell whose problem it is."),
    }
)
_BRIEF: Mapping[VerdictId, str] = MappingProxyType(
    {
        VerdictId.YOUR_CONNECTION: _later("your connection"),
        VerdictId.INCIDENT_KEY_WORKS: _later("provider incident; your key still works"),
        VerdictId.INCIDENT_CONFIRMED: _later("provider incident, confirmed from here"),
        VerdictId.INCIDENT: _later("provider incident"),
        VerdictId.MAINTENANCE: _later("planned maintenance"),
        VerdictId.LOOKS_LIKE_PROVIDER: _later("looks like a provider problem, not posted"),
        VerdictId.POSSIBLY_PROVIDER: _later("possibly them: their edge does not answer"),
        VerdictId.TLS_INTERCEPTED: _later("your network seems to intercept TLS"),
        VerdictId.NAME_NOT_RESOLVED: _later("the name does not resolve here"),
        VerdictId.KEY_REJECTED: _later("your key is not accepted"),
        VerdictId.KEY_BALANCE: _later("your balance or limit"),
        VerdictId.KEY_LIMITED: _later("you are being limited"),
        VerdictId.KEY_ACCOUNT: _later("your account or key"),
        VerdictId.FINE: _later("fine"),
        VerdictId.PAGE_UNREACHABLE: _later("status page unreachable; the service answers"),
        VerdictId.LIKELY_PROVIDER: _later("likely them; their page is down too"),
        VerdictId.CANNOT_TELL: _later("cannot tell"),
    }
)
_WITH_REASON = frozenset({VerdictId.KEY_REJECTED, VerdictId.KEY_BALANCE, VerdictId.KEY_ACCOUNT})

_SIGNALS: Mapping[SignalKind, str] = MappingProxyType(
    {
        SignalKind.BASELINE: _later("your own connection"),
        SignalKind.PAGE: _later("the status page"),
        SignalKind.EDGE: _later("the edge of the API"),
        SignalKind.KEY: _later("a check with your key"),
        SignalKind.REPORT: _later("no more errors in your own programs"),
    }
)

_ROUTES: Mapping[str, str] = MappingProxyType(
    {
        "route": _later("Your connection: this computer knows a way out"),
        "no_route": _later("Your connection: this computer knows no way out"),
    }
)

_KEY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        KeyHealth.OK: _later("works"),
        KeyHealth.OK_LIMITED: _later("works, limited"),
        KeyHealth.NO_CREDIT: _later("out of credit"),
        KeyHealth.SPEND_LIMIT: _later("spending limit reached"),
        KeyHealth.EXPIRED: _later("expired"),
        KeyHealth.REJECTED: _later("not accepted"),
        KeyHealth.SUSPENDED: _later("account or key suspended"),
        KeyHealth.BLOCKED_REGION: _later("not allowed from this country or region"),
        KeyHealth.BLOCKED_IP: _later("not allowed from this network"),
        KeyHealth.MISCONFIGURED: _later("its settings do not match"),
        KeyHealth.MODEL_UNAVAILABLE: _later("works; that model is not available"),
        KeyHealth.UNKNOWN: _later("unclear answer"),
        KeyHealth.UNCHECKED: _later("not checked"),
        Reachability.RATE_LIMITED: _later("the provider asks us to wait"),
        Reachability.PROVIDER_DOWN: _later("the provider fails"),
        Reachability.UNREACHABLE: _later("the provider was not reached"),
        Reachability.STORE_LOCKED: _later("the key could not be read"),
    }
)

_LINES: Mapping[SignalKind, Callable[[Evidence], str]] = MappingProxyType(
    {
        SignalKind.BASELINE: _baseline_line,
        SignalKind.PAGE: _page_line,
        SignalKind.EDGE: _edge_line,
        SignalKind.KEY: _key_line,
        SignalKind.REPORT: _report_line,
    }
)

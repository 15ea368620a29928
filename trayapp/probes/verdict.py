"""The one pure function that reads a provider's answer to a question asked with a key."""

from collections.abc import Iterable, Mapping

from trayapp.domain.keys import KeyAnswer, KeyHealth, Reachability
from trayapp.probes.dialect import SENTENCES, Dialect, Rule, answered, welcomed
from trayapp.probes.dialects import dialect_of
from trayapp.probes.reply import Reply, read
from trayapp.probes.standard import CODES, GENERATED, LISTS, PAGES, STATUSES, WORDS

_PROXY = 407
_TIMED_OUT = 408
_SIGN_IN_FIRST = 511
_FIRST_ANSWER = 200
_REDIRECTS = range(300, 400)


def classify(provider: str, status: int, headers: Mapping[str, str], body: bytes) -> KeyAnswer:
    """Return what an answer says about the key it was asked with. Never raises, whatever the bytes.

    The first of these that fits decides:

    ===============================================  =======================================================
    redirect, proxy, sign-in page where data is due  not reached
    other web page                                   the network or the provider's edge; never the key
    the provider's own body codes, flags and words   as its table says, whatever the status
    codes, then words, that many share               as the shared tables say
    a good answer's known shape                      works; unchecked where anyone may read it
    the status                                       402, 404, 429, 5xx; 401 raises a suspicion only
    anything else                                    unknown
    ===============================================  =======================================================

    Args:
        provider: the catalogue's name or another one in use ("gemini", "google_gemini").
        status: the HTTP status.
        headers: the answer's headers, names in any case.
        body: decoded from its content coding, otherwise as it came.
    """
    reply = read(status, headers, body)
    if (lost := _never_arrived(reply)) is not None:
        return lost
    dialect = dialect_of(provider)
    if reply.is_html:
        return _from(reply, (dialect.rules, PAGES)) or _unclear(reply)
    return (
        _from(reply, (dialect.rules, CODES, WORDS))
        or _good(dialect, reply)
        or _from(reply, (STATUSES,))
        or _unclear(reply)
    )


def _never_arrived(reply: Reply) -> KeyAnswer | None:
    if reply.status == _PROXY:
        return _unreachable("The proxy wants a sign-in first; the provider was not reached.")
    if reply.status == _TIMED_OUT:
        return _unreachable("The question took too long to arrive.")
    if reply.status == _SIGN_IN_FIRST:
        return _unreachable("This network wants a sign-in first; the provider was not reached.")
    if reply.status in _REDIRECTS:
        return _unreachable("The answer points to another address; the key was not sent there (a sign-in page?).")
    if reply.status < _FIRST_ANSWER:
        return _unreachable("There was no answer.")
    if reply.is_html and reply.succeeded:
        return _unreachable("A web page came instead of data: a sign-in page of this network?")
    return None


def _unreachable(reason: str) -> KeyAnswer:
    return KeyAnswer(health=KeyHealth.UNKNOWN, reachability=Reachability.UNREACHABLE, reason=reason)


def _from(reply: Reply, tables: Iterable[tuple[Rule, ...]]) -> KeyAnswer | None:
    for table in tables:
        for row in table:
            if row.fits(reply):
                return answered(row, reply)
    return None


def _good(dialect: Dialect, reply: Reply) -> KeyAnswer | None:
    if not reply.succeeded:
        return None
    for row in (*dialect.good, *GENERATED):
        if row.when(reply):
            return welcomed(row, reply)
    for row in LISTS:
        if row.when(reply):
            found = welcomed(row, reply)
            if dialect.list_proves:
                return found
            return KeyAnswer(health=KeyHealth.UNCHECKED, reason=SENTENCES[KeyHealth.UNCHECKED], facts=found.facts)
    return None


def _unclear(reply: Reply) -> KeyAnswer:
    unclear = answered(Rule(health=KeyHealth.UNKNOWN), reply)
    if reply.is_html:
        reason = f"A web page came instead of data (HTTP {reply.status}); it says nothing about the key."
    else:
        reason = unclear.reason.replace("The answer says", f"The answer (HTTP {reply.status}) says", 1)
    return KeyAnswer(health=KeyHealth.UNKNOWN, reason=reason, retry_after=unclear.retry_after)

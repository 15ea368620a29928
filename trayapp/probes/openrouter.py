"""OpenRouter: it relays other providers' errors, which say nothing of this key, and has a 402 that passes."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import RELAYED, Dialect, Good, at_most, both, has, is_true, limited, reaches, rule
from trayapp.probes.reply import Missing, Reply

_KEY_FACTS = (
    ("key_name", "data.label"),
    ("limit", "data.limit"),
    ("remaining", "data.limit_remaining"),
    ("reset", "data.limit_reset"),
    ("used", "data.usage"),
    ("expires", "data.expires_at"),
    ("free_tier", "data.is_free_tier"),
)
_KEY = has("data.label", "data.usage")


def _is_relayed(reply: Reply) -> bool:
    named = (reply.at(path) for path in ("error.metadata.provider_name", "error.metadata.raw"))
    return any(each not in (Missing.FIELD, None, "") for each in named)


OPENROUTER = Dialect(
    id="openrouter",
    rules=(
        rule(
            KeyHealth.UNKNOWN,
            status=range(400, 500),
            when=_is_relayed,
            reason=RELAYED,
        ),
        limited("in_flight_budget_exhausted openrouter_in_flight_budget"),
        rule(KeyHealth.NO_CREDIT, words=r"can only afford 0\b", status=402),
        rule(
            KeyHealth.OK_LIMITED,
            words=r"can only afford|more credits, or fewer|weight_exceeds_budget|tokens limit exceeded"
            r"|credits are required to run this",
            status=402,
            reason="The credit is low: too little for this request, not used up.",
        ),
        rule(KeyHealth.OK_LIMITED, words=r"only management keys|management key", status=(401, 403)),
        rule(
            KeyHealth.SPEND_LIMIT,
            words=r"key limit exceeded|(?:daily|weekly|monthly|total) limit",
            status=(401, 402, 403, 429),
        ),
        rule(KeyHealth.MISCONFIGURED, words=r"data policy|privacy settings", status=(400, 403, 404)),
        rule(
            KeyHealth.MODEL_UNAVAILABLE,
            words=r"no endpoints found|no allowed providers|not a valid model",
            status=(400, 404),
        ),
        rule(
            KeyHealth.REJECTED,
            words=r"user not found|missing authentication|no auth credentials|no cookie auth|invalid credentials",
            status=401,
        ),
    ),
    good=(
        Good(when=both(_KEY, is_true("data.disabled")), health=KeyHealth.SUSPENDED, facts=_KEY_FACTS),
        Good(when=both(_KEY, at_most("data.limit_remaining", 0)), health=KeyHealth.SPEND_LIMIT, facts=_KEY_FACTS),
        Good(when=_KEY, facts=_KEY_FACTS),
        Good(
            when=reaches("data.total_usage", "data.total_credits"),
            health=KeyHealth.NO_CREDIT,
            facts=(("used", "data.total_usage"), ("credit", "data.total_credits")),
        ),
        Good(
            when=has("data.total_credits", "data.total_usage"),
            facts=(("used", "data.total_usage"), ("credit", "data.total_credits")),
        ),
    ),
    list_proves=False,
)

"""Anthropic: five different signals about money, two of them a plain 400, one a 429 without ``retry-after``."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, both, down, equals, has, limited, rule

ANTHROPIC = Dialect(
    id="anthropic",
    names=("claude", "anthropic-admin"),
    rules=(
        rule(KeyHealth.NO_CREDIT, "billing_error credit_balance_exhausted"),
        rule(KeyHealth.NO_CREDIT, words=r"credit balance|out of extra usage", status=(400, 402, 403, 429)),
        rule(KeyHealth.SPEND_LIMIT, "enforced_spend_limit_reached"),
        rule(
            KeyHealth.SPEND_LIMIT, words=r"usage limits|spend(?:ing)? limit|monthly limit", status=(400, 402, 403, 429)
        ),
        rule(
            KeyHealth.SUSPENDED,
            words=r"(?:organi[sz]ation|account|workspace|api key).{0,60}"
            r"(?:disabled|suspended|deactivated|archived|banned)",
            status=(400, 401, 403, 404),
        ),
        rule(KeyHealth.EXPIRED, words=r"expired", status=(400, 401, 403)),
        rule(KeyHealth.MISCONFIGURED, words=r"oauth.{0,40}(?:not|un)|does not match", status=(401, 403)),
        rule(
            KeyHealth.BLOCKED_REGION,
            words=r"request not allowed|not available in your|unsupported (?:countr|region|territor)"
            r"|(?:country|region|territory|location)\b[^.]{0,40}\bnot (?:currently )?(?:supported|available|allowed)",
            status=(400, 403),
            reason="Blocked here, or not allowed: a country that is not served looks like this.",
        ),
        rule(KeyHealth.BLOCKED_IP, words=r"\bip\b.{0,60}(?:not|allow-?list|restrict)", status=(401, 403)),
        rule(KeyHealth.OK_LIMITED, "permission_error"),
        rule(KeyHealth.OK_LIMITED, words=r"requires? an? admin|admin (?:api )?key (?:is )?required", status=(400, 401)),
        rule(KeyHealth.REJECTED, "authentication_error", status=401),
        rule(KeyHealth.MODEL_UNAVAILABLE, "not_found_error", words=r"model|claude", status=404),
        down("overloaded_error api_error timeout_error", status=(400, *range(500, 600))),
        limited("rate_limit_error", status=(400, 429)),
    ),
    good=(
        Good(
            when=both(equals("type", "organization"), has("id", "name")),
            facts=(("organisation", "name"), ("organisation_id", "id")),
        ),
    ),
)

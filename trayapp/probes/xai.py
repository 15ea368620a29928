"""xAI: a bad key is a 400, a blocked one a 200 with flags, an empty team a 403 or a 429."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, has, is_true, rule, succeeds

_FACTS = (
    ("key_name", "name"),
    ("scopes", "acls"),
    ("organisation_id", "team_id"),
    ("created", "create_time"),
)

XAI = Dialect(
    id="xai",
    names=("x-ai", "grok", "x.ai"),
    rules=(
        rule(
            KeyHealth.SUSPENDED,
            when=succeeds(is_true("team_blocked", "api_key_blocked", "api_key_disabled")),
            reason="The provider answers, and says that the key or its team is blocked.",
        ),
        rule(
            KeyHealth.NO_CREDIT,
            words=r"used all available credits|any credits|purchase (?:more )?credits",
            status=(400, 402, 403, 429),
        ),
        rule(KeyHealth.SPEND_LIMIT, words=r"spending limit", status=(400, 402, 403, 429)),
        rule(KeyHealth.REJECTED, words=r"incorrect api key|invalid api key", status=(400, 401, 403)),
        rule(KeyHealth.SUSPENDED, words=r"(?:key|team).{0,60}(?:blocked|disabled)", status=(400, 401, 403)),
        rule(KeyHealth.OK_LIMITED, words=r"permission", status=403),
    ),
    good=(
        Good(when=has("api_key_blocked", "api_key_disabled", "team_blocked"), facts=_FACTS),
        Good(when=has("total.val"), facts=(("credit_cents_owed", "total.val"),)),
    ),
)

"""Cloudflare Workers AI: numbered errors; what a number means depends on its sentence, too."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, both, equals, has, is_true, limited, lists, rule

_FACTS = (("status", "result.status"), ("expires", "result.expires_on"))

CLOUDFLARE = Dialect(
    id="workers-ai",
    names=("cloudflare", "cloudflare-workers-ai", "cloudflare-ai"),
    rules=(
        rule(KeyHealth.BLOCKED_IP, words=r"from location|\bip\b.{0,40}(?:not|restrict)", status=(400, 401, 403)),
        rule(KeyHealth.EXPIRED, words=r"expired", status=(400, 401, 403)),
        rule(KeyHealth.OK_LIMITED, "9109", words=r"requested resource|not authorized|permission"),
        rule(KeyHealth.MISCONFIGURED, "7003 7000", reason="The account id is wrong."),
        rule(KeyHealth.MODEL_UNAVAILABLE, "5007 5018"),
        rule(
            KeyHealth.SPEND_LIMIT,
            words=r"daily free allocation|free allocation|neurons",
            status=(400, 402, 403, 429),
            reason="The free allowance of the day is used up.",
        ),
        rule(KeyHealth.REJECTED, "1000 6003 6111 9106 9109 9103 10000 10001", status=(400, 401, 403)),
        limited("3040 3036 971 10429 1015", status=429),
    ),
    good=(
        Good(when=both(has("result.id"), equals("result.status", "expired")), health=KeyHealth.EXPIRED, facts=_FACTS),
        Good(
            when=both(has("result.id"), equals("result.status", "disabled")), health=KeyHealth.SUSPENDED, facts=_FACTS
        ),
        Good(when=both(has("result.id"), equals("result.status", "active")), facts=_FACTS),
        Good(when=both(is_true("success"), lists("result", "name")), facts=(("models", "result.*.name"),)),
        Good(when=both(is_true("success"), has("result.response"))),
    ),
)

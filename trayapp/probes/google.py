"""Google's Gemini and Vertex AI: ``ErrorInfo`` reasons, and one that means both "expired" and "never was".

A per-minute limit uses the words of an empty account, so the quota's id and the asked-for delay come first.
"""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, Rule, down, has, limited, lists, rule

_OLD_KIND = (
    "What was sent is not taken for an API key here: a token of another Google service, or a key of the old kind "
    "(AIza...), which Google no longer takes. Make a new one."
)
_SHARED: tuple[Rule, ...] = (
    rule(KeyHealth.NO_CREDIT, words=r"prepa(?:y|id|yment)\b.{0,40}(?:credit|balance|deplet)|credits are depleted"),
    rule(KeyHealth.SPEND_LIMIT, words=r"spend(?:ing)? (?:cap|limit)", status=(402, 403, 429)),
    limited(status=429, when=lambda reply: any("perminute" in code or "perday" in code for code in reply.codes)),
    limited(status=429, when=lambda reply: bool(reply.delays)),
    rule(KeyHealth.NO_CREDIT, status=402),
    rule(KeyHealth.NO_CREDIT, "billing_disabled"),
    rule(
        KeyHealth.NO_CREDIT,
        words=r"billing to be enabled|billing account .{0,60}(?:disabled|closed)",
        status=(400, 403),
    ),
    rule(KeyHealth.MISCONFIGURED, "service_disabled api_key_service_blocked"),
    rule(KeyHealth.SUSPENDED, "consumer_suspended"),
    rule(
        KeyHealth.SUSPENDED,
        words=r"leaked",
        status=(400, 401, 403),
        reason="This key was reported as leaked: replace it.",
    ),
    rule(KeyHealth.SUSPENDED, words=r"been (?:suspended|denied access|blocked|disabled)", status=403),
    rule(
        KeyHealth.BLOCKED_IP,
        "api_key_ip_address_blocked api_key_http_referrer_blocked api_key_android_app_blocked api_key_ios_app_blocked",
    ),
    rule(KeyHealth.OK_LIMITED, "access_token_scope_insufficient iam_permission_denied"),
    rule(KeyHealth.MISCONFIGURED, "access_token_type_unsupported", reason=_OLD_KIND),
    rule(KeyHealth.MISCONFIGURED, "consumer_invalid user_project_denied credentials_missing project_invalid"),
    rule(
        KeyHealth.MISCONFIGURED,
        words=r"multiple authentication credentials|unregistered callers|api keys are not supported"
        r"|has not been used in project",
        status=(400, 401, 403),
    ),
    rule(KeyHealth.EXPIRED, "access_token_expired api_key_expired"),
    rule(KeyHealth.EXPIRED, words=r"key (?:has )?expired|credentials? (?:has |have )?expired", status=(400, 401, 403)),
    rule(KeyHealth.REJECTED, "api_key_invalid"),
    rule(KeyHealth.REJECTED, words=r"api key not (?:valid|found)", status=(400, 401, 403)),
    rule(
        KeyHealth.MODEL_UNAVAILABLE,
        words=r"publisher model|models?/.{0,80}(?:not found|no longer|not supported)|not servable",
        status=(400, 403, 404),
        when=lambda reply: "permission 'aiplatform" not in reply.words,
    ),
    limited("rate_limit_exceeded resource_exhausted", status=429),
    down("unavailable internal deadline_exceeded", status=range(500, 600)),
)

GEMINI = Dialect(
    id="gemini",
    names=("google-gemini", "google", "google-ai", "ai-studio"),
    rules=(
        *_SHARED,
        rule(
            KeyHealth.MISCONFIGURED,
            words=r"expected oauth 2 access token",
            status=401,
            reason=_OLD_KIND,
        ),
    ),
)

VERTEX = Dialect(
    id="vertex-ai",
    names=("google-vertex", "vertex"),
    rules=(
        rule(
            KeyHealth.MISCONFIGURED,
            "invalid_grant",
            words=r"timeframe|clock|iat|short-lived|audience",
            reason="This computer's clock does not agree with the provider's.",
        ),
        rule(KeyHealth.REJECTED, "invalid_grant invalid_client deleted_client unauthorized_client"),
        rule(KeyHealth.SUSPENDED, "disabled_client account_disabled"),
        *_SHARED,
    ),
    good=(
        Good(when=lists("endpoints", "name"), facts=(("endpoints", "endpoints.*.displayName"),)),
        Good(when=has("access_token", "expires_in"), facts=(("scopes", "scope"),)),
    ),
)

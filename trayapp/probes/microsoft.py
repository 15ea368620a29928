"""Azure OpenAI: one text for a wrong key and a wrong endpoint; a missing deployment proves the key."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, limited, rule

AZURE = Dialect(
    id="azure-openai",
    names=("azure", "azure-ai", "azure-foundry", "foundry"),
    rules=(
        rule(
            KeyHealth.MISCONFIGURED,
            "deploymentnotfound resourcenotfound unsupportedapiversion invalidapiversionparameter",
        ),
        rule(KeyHealth.MISCONFIGURED, "authenticationtypedisabled", reason="This resource does not take keys."),
        rule(KeyHealth.MISCONFIGURED, words=r"key based authentication is disabled", status=(401, 403)),
        rule(
            KeyHealth.SUSPENDED,
            words=r"temporarily blocked|subscription .{0,40}(?:disabled|suspended|inactive)",
            status=(401, 403),
        ),
        rule(
            KeyHealth.BLOCKED_IP,
            words=r"virtual network|firewall|public access is disabled|private endpoint",
            status=403,
        ),
        rule(KeyHealth.OK_LIMITED, "permissiondenied"),
        rule(KeyHealth.OK_LIMITED, words=r"lacks the required|does not have access to (?:the )?api", status=(401, 403)),
        rule(KeyHealth.SPEND_LIMIT, words=r"out of call volume quota|quota will be replenished", status=(403, 429)),
        rule(KeyHealth.MODEL_UNAVAILABLE, "servicemodeldeprecating servicemodeldeprecated modeldeprecated"),
        rule(KeyHealth.MODEL_UNAVAILABLE, words=r"deprecat|no longer available", status=(400, 404, 410)),
        rule(
            KeyHealth.REJECTED,
            words=r"invalid subscription key|access token is missing, invalid|missing subscription key",
            status=(401, 403),
            reason="Azure does not accept this key at this endpoint; one of the two is wrong.",
        ),
        limited("ratelimitreached toomanyrequests nocapacity", status=(429, 503)),
    ),
)

"""Qwen on Alibaba Cloud (DashScope): a key of another region looks like a wrong one; debts are a 400."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, limited, rule

QWEN = Dialect(
    id="qwen",
    names=("dashscope", "alibaba", "model-studio", "aliyun", "alibaba-cloud"),
    rules=(
        rule(
            KeyHealth.NO_CREDIT,
            "arrearage allocationquota.freetieronly prepaidbilloverdue postpaidbilloverdue commoditynotpurchased "
            "access_denied.arrearage",
        ),
        rule(KeyHealth.NO_CREDIT, words=r"good standing|free tier .{0,60}exhausted|free quota", status=(400, 403, 429)),
        rule(
            KeyHealth.MISCONFIGURED, "accessdenied.unpurchased", reason="The service is not activated for this account."
        ),
        rule(KeyHealth.MODEL_UNAVAILABLE, "model.accessdenied modelnotfound model_not_found model_not_supported"),
        rule(
            KeyHealth.REJECTED,
            "invalidapikey invalid_api_key",
            reason="The provider does not accept this key; a key of another region looks the same.",
        ),
        limited("throttling* limit_requests limit_burst_rate insufficient_quota", status=(400, 403, 429)),
        rule(KeyHealth.BLOCKED_IP, words=r"\bip\b.{0,60}(?:not|white|deny|denied)", status=(401, 403)),
        rule(KeyHealth.OK_LIMITED, "accessdenied access_denied workspace.accessdenied app.accessdenied"),
    ),
)

"""Amazon Bedrock: nearly everything is a 403 ``AccessDeniedException``; the sentence decides."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, down, limited, lists, rule

BEDROCK = Dialect(
    id="bedrock",
    names=("aws-bedrock", "amazon-bedrock", "aws"),
    rules=(
        rule(KeyHealth.EXPIRED, "expiredtokenexception expiredtoken requestexpired"),
        rule(KeyHealth.MISCONFIGURED, words=r"signature expired|clock|date.{0,20}skew", status=(400, 401, 403)),
        rule(KeyHealth.EXPIRED, words=r"(?:token|key|credentials?).{0,60}expired", status=(400, 401, 403)),
        rule(
            KeyHealth.BLOCKED_REGION,
            words=r"unsupported (?:countries|regions|territor)"
            r"|not (?:available|supported|allowed) (?:in|from) your (?:country|region)",
            status=(400, 403),
        ),
        rule(KeyHealth.NO_CREDIT, words=r"invalid_payment_instrument|payment instrument", status=(400, 403)),
        rule(KeyHealth.OK_LIMITED, words=r"not authorized to perform|explicit deny", status=(400, 401, 403)),
        rule(
            KeyHealth.MODEL_UNAVAILABLE,
            words=r"access to the model|model access|use case details|model identifier|foundation model"
            r"|on-demand throughput|end of (?:its )?life|resolve the .{0,30}model",
            status=(400, 403, 404),
        ),
        rule(KeyHealth.MODEL_UNAVAILABLE, "ftuformnotfilled"),
        rule(
            KeyHealth.REJECTED,
            "unrecognizedclientexception invalidsignatureexception invalidclienttokenid missingauthenticationtoken "
            "missingauthenticationtokenexception incompletesignature invalid_api_key",
            reason="Amazon does not accept this key; an expired short-lived key looks the same.",
        ),
        rule(
            KeyHealth.REJECTED,
            words=r"authentication failed|api key is valid|invalid api key|security token.{0,40}invalid",
            status=(400, 401, 403),
            reason="Amazon does not accept this key; an expired short-lived key looks the same.",
        ),
        limited(
            "throttlingexception throttling toomanyrequestsexception modelnotreadyexception "
            "servicequotaexceededexception"
        ),
        down("serviceunavailableexception internalserverexception modeltimeoutexception", status=range(500, 600)),
    ),
    good=(Good(when=lists("modelSummaries", "modelId"), facts=(("models", "modelSummaries.*.modelId"),)),),
)

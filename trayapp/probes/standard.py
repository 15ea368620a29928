"""The fallback for every provider: shared codes, then words, then the status; and shapes of good answers.

The order within each table matters: what speaks for a living key comes before what speaks against it, and words
about a key come before words about money that often stand beside them.
"""

import re

from trayapp.domain.keys import KeyHealth, Reachability
from trayapp.probes.dialect import NOT_THE_KEY, RELAYED, Good, Rule, down, limited, lists, rule
from trayapp.probes.reply import Reply

_COOLDOWN = re.compile(r"(?:re)?try (?:again |the request )?(?:in|after) (?:about )?\d")


def _has_no_cooldown(reply: Reply) -> bool:
    return not _has_cooldown(reply)


def _has_cooldown(reply: Reply) -> bool:
    """Return whether the answer asks to come back soon: then it is about pace, whatever its words."""
    return bool(
        "retry-after" in reply.headers
        or "retry-after-ms" in reply.headers
        or reply.delays
        or any("perminute" in code or "perday" in code for code in reply.codes)
        or _COOLDOWN.search(reply.words)
    )


_EDGE_SERVERS = frozenset(
    {"cloudflare", "cloudfront", "akamaighost", "akamainetstorage", "sucuri/cloudproxy", "awselb/2.0"}
)
_REFUSALS = (400, 401, 402, 403, 404, 406, 409, 410, 412, 418, 422, 423, 432, 433, 434, 498)
_DENIALS = (401, 403, 498)
_PASSED_ON = (400, 401, 402, 403, 404, 412)

CODES: tuple[Rule, ...] = (
    rule(KeyHealth.UNKNOWN, "upstream_error upstreamerror bad_response_status_code", status=_PASSED_ON, reason=RELAYED),
    rule(KeyHealth.BLOCKED_REGION, "unsupported_country_region_territory unsupported_country unsupported_region"),
    rule(KeyHealth.OK_LIMITED, "missing_permissions insufficient_permissions insufficient_scope missing_scope"),
    rule(
        KeyHealth.NO_CREDIT,
        "insufficient_balance insufficient_credits insufficient_credit insufficient_funds credit_balance_exhausted "
        "no_more_credits payment_required billing_not_active billing_error arrearage not_enough_balance "
        "billing_balance_not_enough out_of_credits",
    ),
    rule(
        KeyHealth.SPEND_LIMIT,
        "organization_spend_limit_exceeded project_spend_limit_exceeded spend_limit_exceeded budget_exceeded "
        "organization_usage_limit_exceeded enforced_spend_limit_reached billing_hard_limit_reached",
    ),
    rule(KeyHealth.NO_CREDIT, "insufficient_quota", when=_has_no_cooldown),
    rule(
        KeyHealth.SUSPENDED,
        "account_deactivated account_suspended organization_restricted access_terminated api_key_disabled",
    ),
    rule(KeyHealth.EXPIRED, "api_key_expired expired_api_key expired_key token_expired key_expired expired_token"),
    rule(
        KeyHealth.REJECTED,
        "invalid_api_key invalidapikey incorrect_api_key wrong_api_key invalid_key api_key_invalid "
        "invalid_authentication_error unauthorized_api_key api_key_not_found token_invalidated token_revoked "
        "api_key_revoked revoked_api_key oauth.v2.invalidapikey oauth.v2.failedtoresolveapikey",
        status=_REFUSALS,
    ),
    rule(
        KeyHealth.MODEL_UNAVAILABLE,
        "model_not_found model_not_available invalid_model unknown_model model_not_supported model_decommissioned "
        "unsupported_model modelnotfound",
        status=(400, 403, 404, 410, 422),
    ),
    down(
        "overloaded_error server_is_overloaded engine_overloaded_error service_unavailable", status=(400, 429, 503, 529)
    ),
    limited("rate_limit_exceeded rate_limit_error too_many_requests slow_down rate_limited", status=(400, 429, 413)),
)

_ACCOUNT = (
    r"(?:accounts?|organi[sz]ations?|\borg|\bkeys?|tokens?|users?|projects?|teams?|workspaces?|consumer"
    r"|subscription|tenant|resource)\b"
)
_NO_MONEY = (
    r"insufficient[ _](?:account )?(?:balance|credit|quota|fund)|credit balance|account balance"
    r"|\bno (?:more |remaining |available )?credits|not enough (?:credit|balance|fund)"
    r"|(?:credits?|balance|funds?|free tier|free quota|allowance)\b.{0,40}"
    r"(?:deplet|exhaust|used up|run out|negative|too low|expired)"
    r"|deplet\w+ (?:your )?.{0,30}credit|arrear|overdue|\b(?:out|run out) of (?:funds|credit)|payment required"
    r"|payment method|(?:failed|incomplete|outstanding) (?:\w+ )?(?:payment|invoice)|latest invoice"
    r"|top(?:ping)?[ -]?up|recharge|unpaid|past invoices|billing (?:is )?not (?:active|enabled)"
    r"|billing to be enabled|enable billing|check your (?:plan and )?billing details"
    r"|(?:included|more|purchase|add|buy) (?:\w+ )?credits"
    r"|余额不足|餘額不足|欠费|欠費|[额額]度(?:不足|已?用[尽完盡])|充值"
)
_EMPTY = r"insufficient|depleted|exhausted your|out of (?:credit|fund)|no (?:more |remaining )?credits|balance"
"""What turns talk of rate limits into talk of money; advice to buy more does not."""
_SPENT = (
    r"spend(?:ing)?[ _-]?(?:limit|cap)|usage (?:limit|cap)"
    r"|\bbudgets? (?:has been |was |is )?(?:exceeded|exhausted|reached)"
    r"|exceed\w* .{0,40}budget|maximum billing|billing (?:limit|cap)|monthly (?:limit|cap|usage)|\bhard limit"
    r"|key limit exceeded|credit limit"
)
_ELSEWHERE = (
    r"(?:(?!\b(?:but|however|belongs?|projects?|deployments?|models?|organi[sz]ations?|resources?|workspaces?|endpoints?)\b)"
    r"[^.]){0,40}"
)
"""A gap in which no other thing is named that may be the one that was not found."""
_BAD_KEY = (
    r"(?:invalid|incorrect|wrong|unrecogni[sz]ed|malformed|bad|revoked|deleted|unknown)\b[^.]{0,40}"
    r"\b(?:api[ _-]?keys?|api[ _-]?token|access token|auth\w* token|bearer token|x-api-key|credentials?"
    r"|subscription key)\b"
    r"|\b(?:api[ _-]?key|api[ _-]?token|access token|auth\w* token|bearer token|credentials?)\b[^.]{0,40}"
    r"(?:\binvalid\b|malformed|incorrect|\bwrong\b|not valid|revoked|not recogni[sz]ed)"
    rf"|\b(?:api[ _-]?key|api[ _-]?token|access token|auth\w* token|bearer token|credentials?)\b{_ELSEWHERE}"
    r"(?:not found|deleted|does(?:n't| not) exist"
    r"|\bmissing\b(?! (?:the |a |an |any |required |some )*(?:scope|permission|privilege|role|billing|payment|access)))"
    r"|\b(?:no|missing|without|provide an?|provided? (?:a )?valid|check the)\b.{0,12}"
    r"(?:api[ _-]?key|auth\w* header|auth\w* credentials|subscription key)"
    r"|could not validate credentials|api[ _-]?key (?:has been |was |is )revoked"
    r"|密钥(?:无效|错误)|令牌(?:无效|验证不正确)|无效的令牌|未提供(?:令牌|密钥)"
)
_MODEL = (
    r"\bmodels?\b[^.]{0,100}\b(?:does(?:n't| not) exist|not found|(?:is )?not (?:available|supported|valid|servable)"
    r"|decommissioned|deprecated|no longer (?:available|supported)|retired|end of (?:its )?life"
    r"|(?:has been|was) removed)"
    r"|(?:invalid|unknown|unsupported) model|access to (?:the )?(?:requested |specified )?model|not a valid model"
    r"|unable to access model|no endpoints found|not found for account"
    r"|\b(?:key|token)\b[^.]{0,40}not (?:valid|allowed|authori[sz]ed|enabled|permitted) for (?:the |this |that )?model"
    r"|无权(?:使用|访问)(?:该|此)?模型|模型(?:不存在|不可用)"
)
_REGION = (
    r"\b(?:country|countries|regions?|territor(?:y|ies)|(?:user |your )location)\b.{0,60}"
    r"\b(?:not|isn't|aren't|un)[ -]?(?:currently )?(?:supported|available|allowed|permitted|served)"
    r"|unsupported[ _](?:countr|region|territor|location)"
    r"|not (?:available|supported|allowed|permitted) (?:in|from|for) your (?:country|region|location|territory)"
    r"|geo[- ]?(?:block|restrict|fenc)|\bembargo"
)
_NETWORK = (
    r"\bip\b(?: address(?:es)?)?[^.]{0,60}"
    r"\b(?:not|restrict\w*|block\w*|denied|allow-?list\w*|white-?list\w*|forbidden|violat\w*)\b"
    r"|\bip\b(?: address)? [\d.:a-f]{3,45} (?:is |was |has been )?(?:not|blocked|denied|forbidden)"
    r"|\bip[ _-](?:allow|white|restriction)|firewall|virtual network|public (?:network )?access is disabled"
    r"|referr?er\b.{0,60}(?:block|not allowed|restrict)|check your network settings"
    r"|network (?:access|location) .{0,30}(?:denied|disabled|not allowed)"
    r"|\bip\b.{0,12}(?:不在|不允许|禁止|白名单)"
)
_SCOPE = (
    r"missing (?:the )?(?:required )?(?:api )?(?:scope|permission)"
    r"|insufficient[ _](?:api )?(?:permission|scope|privilege|access right)"
    r"|missing_permissions|not authorized to perform|\bacls?\b"
    r"|\bkeys?\b[^.]{0,12}\bnot (?:allowed|permitted|entitled) to (?:use|call|access|perform|do)\b(?!.{0,80}\bip\b)"
    r"|requires? an? (?:admin|management)\w* (?:api )?key"
    r"|(?:does not|do not|doesn't|don't|not) have (?:the )?"
    r"(?:required |sufficient |necessary |enough |proper )?(?:permission|scope|privilege)"
    r"|permission ['\"`][^'\"`]{1,80}['\"`] denied|only (?:management|admin\w*) keys"
    r"|lacks? (?:the )?(?:required )?(?:permission|scope)"
    r"|is missing the (?:permission|scope)|permissions? (?:is |are )?required|read-?only (?:key|token)"
)

_EITHER = (
    r"(?:invalid|incorrect|missing|bad|wrong)\b[^.]{0,30}\b(?:keys?|token|credentials?)\b[^.]{0,20}\bor\b[^.]{0,60}"
    r"\b(?:permission|access|scope|privilege)"
    r"|(?:permission|privilege|scope)s?\b[^.]{0,30}\bor\b[^.]{0,30}(?:invalid|incorrect|missing|bad|wrong)\b[^.]{0,20}"
    r"\b(?:key|token|credential)"
)
"""A sentence that offers two reasons decides nothing."""

WORDS: tuple[Rule, ...] = (
    rule(KeyHealth.BLOCKED_REGION, words=r"^error code: 1009\b", status=403),
    rule(
        KeyHealth.BLOCKED_IP,
        words=r"^error code: 10\d\d\b",
        status=403,
        reason="A server in between blocks this network; the key was not looked at.",
    ),
    rule(
        KeyHealth.UNKNOWN,
        words=r"\bupstream\b|\blitellm\.\w+error\b|\b[a-z]+exception - ",
        status=_PASSED_ON,
        reason=RELAYED,
    ),
    rule(
        KeyHealth.UNKNOWN,
        words=r"unrecogni[sz]ed request|invalid value\b|unknown (?:parameter|field|argument)",
        status=(400, 422),
        reason=NOT_THE_KEY,
    ),
    rule(KeyHealth.OK_LIMITED, words=r"\b(?:key|token) is valid\b.{0,3}(?:but|however)\b", status=_REFUSALS),
    rule(
        KeyHealth.NO_CREDIT,
        words=r"\b(?:restrict|disabl|suspend|block)ed\b.{0,60}\b(?:unpaid|overdue|past[ -]due|outstanding)\b",
        status=_REFUSALS,
    ),
    rule(
        KeyHealth.UNKNOWN,
        words=r"\b(?:input|prompt|content|message|output)\b.{0,30}\b(?:flagged|filtered|blocked)|moderation|guardrail"
        r"|prompt injection|content[ _](?:management )?policy|content[ _]filter",
        status=(400, 403, 422),
        reason=NOT_THE_KEY,
    ),
    rule(KeyHealth.UNKNOWN, words=_EITHER, status=_REFUSALS, reason="The provider refuses, and leaves open why."),
    rule(
        KeyHealth.MISCONFIGURED,
        words=r"\b(?:key|token|credentials?)\b[^.]{0,40}not (?:valid|allowed|authori[sz]ed|enabled) for "
        r"(?:this|the|your) (?:region|endpoint|project|host|workspace|organi[sz]ation|environment|service|api)"
        r"|wrong (?:region|endpoint|host)\b(?!.{0,20}\bor\b)",
        status=_REFUSALS,
    ),
    rule(
        KeyHealth.OK_LIMITED,
        words=r"\b(?:feature|endpoint|method|operation|tool|beta|plugin)s?\b[^.]{0,60}"
        r"\b(?:disabled|restricted|not enabled)|\b(?:key|token) is (?:restricted|limited) to",
        status=(400, 401, 403, 404),
    ),
    rule(KeyHealth.OK_LIMITED, words=_SCOPE, status=_REFUSALS),
    rule(KeyHealth.BLOCKED_REGION, words=_REGION, status=_REFUSALS),
    rule(KeyHealth.BLOCKED_IP, words=_NETWORK, status=_REFUSALS),
    rule(
        KeyHealth.MISCONFIGURED,
        words=r"has not been used in project|api (?:is |has been )?(?:disabled|not enabled)"
        r"|not enabled for (?:this|your) project|expected oauth ?2 access token"
        r"|member of an organi[sz]ation|multiple auth\w* credentials"
        r"|(?:request|signature) (?:has )?expired|clock skew",
        status=_REFUSALS,
    ),
    rule(
        KeyHealth.REJECTED,
        words=r"invalid or (?:has |may have )?expired|expired or (?:invalid|revoked)",
        status=_DENIALS,
    ),
    rule(KeyHealth.REJECTED, words=r"invalid access token or token expired", status=_DENIALS),
    rule(KeyHealth.MODEL_UNAVAILABLE, words=_MODEL, status=(400, 403, 404, 410, 422)),
    rule(
        KeyHealth.NO_CREDIT,
        words=r"(?:suspend|restrict|disabl|block|lock).{0,80}(?:insufficient|balance|spend|credit|invoice|payment|unpaid|billing)"
        r"|(?:insufficient (?:balance|credit|fund)|unpaid|non-?payment).{0,60}(?:suspend|restrict|disabl|block|lock)"
        r"|credits?\b.{0,20}\bexpired",
        status=_REFUSALS,
    ),
    rule(KeyHealth.EXPIRED, words=r"\bexpired\b|已过期|已過期", status=_REFUSALS),
    rule(
        KeyHealth.SUSPENDED,
        words=rf"{_ACCOUNT}.{{0,100}}\b(?:deactivated|suspended|restricted|disabled|flagged|leaked|terminated|banned|locked)"
        rf"|\b(?:deactivated|suspended|restricted|disabled|flagged|leaked|terminated|banned|locked)\b.{{0,40}}{_ACCOUNT}"
        r"|(?:令牌|账户|账号|用户|密钥).{0,6}(?:状态不可用|封禁|禁用|停用|冻结)",
        status=_REFUSALS,
    ),
    rule(KeyHealth.REJECTED, words=_BAD_KEY, status=_REFUSALS),
    rule(
        KeyHealth.REJECTED,
        words=r"(?:invalid|incorrect|wrong|unknown|revoked|bad)\b[^.]{0,25}\b(?:key|token)\b"
        r"|\b(?:key|token)\b[^.]{0,25}\b(?:is )?(?:invalid|incorrect|revoked)\b",
        status=_DENIALS,
    ),
    rule(KeyHealth.SPEND_LIMIT, words=_SPENT, status=_REFUSALS),
    rule(
        KeyHealth.NO_CREDIT,
        words=_NO_MONEY,
        status=_REFUSALS,
        when=lambda reply: not (reply.status == 402 and _has_cooldown(reply)),  # noqa: PLR2004 - payment required
    ),
    rule(
        KeyHealth.MISCONFIGURED,
        words=r"\b(?:organi[sz]ation|project|workspace|deployment|tenant|endpoint)\b[^.]{0,60}"
        r"\b(?:not found|does(?:n't| not) exist|mismatch)"
        r"|(?:invalid|unknown|mismatched|no such) (?:organi[sz]ation|project|workspace|tenant|api version)|invalid url",
        status=_REFUSALS,
    ),
    limited(words=rf"\brate[ -]?limit(?!.{{0,200}}(?:{_EMPTY}))", status=429),
    rule(KeyHealth.SPEND_LIMIT, words=_SPENT, status=429),
    rule(KeyHealth.NO_CREDIT, words=_NO_MONEY, status=429, when=_has_no_cooldown),
    limited(words=r"in[ -]?flight|too many requests|throttl|rate[ -]?limit", status=(400, 402, 403, 413)),
)

EDGES: tuple[Rule, ...] = (
    rule(
        KeyHealth.BLOCKED_REGION,
        words=r"error 1009|country or region your ip|not available in your (?:country|region)|unsupported_country",
        status=(403, 451),
        html=True,
    ),
    rule(
        KeyHealth.BLOCKED_IP,
        words=r"attention required|you have been blocked|have been blocked|request blocked|access denied|error 10\d\d"
        r"|cloudflare|cloudfront|akamai|incapsula|imperva|sucuri|forcepoint|zscaler|fortiguard|checking your browser"
        r"|just a moment|security checkpoint",
        status=403,
        html=True,
        reason="A server in between blocks this network; the key was not looked at.",
    ),
    rule(
        KeyHealth.BLOCKED_IP,
        status=403,
        when=lambda reply: reply.headers.get("server", "").casefold() in _EDGE_SERVERS or "cf-ray" in reply.headers,
        html=True,
        reason="A server in between blocks this network; the key was not looked at.",
    ),
    rule(
        KeyHealth.BLOCKED_IP,
        words=r"attention required|you have been blocked|request blocked|just a moment|checking your browser",
        status=503,
        html=True,
        reason="A server in between blocks this network; the key was not looked at.",
    ),
    rule(KeyHealth.BLOCKED_REGION, status=451, html=True),
)
"""Web pages where data is due: they come from a server before the API, so they never speak of the key."""


MODELS = (("models", "data.*.id"), ("models", "*.id"), ("models", "models.*.name"), ("models", "models.*.id"))


def _is_completion(reply: Reply) -> bool:
    """Return whether something was generated or counted: then the key was good for it."""
    choices, content = reply.at("choices"), reply.at("content")
    if isinstance(choices, list) and choices:
        return all(isinstance(each, dict) and not {"message", "text", "delta"}.isdisjoint(each) for each in choices)
    if reply.at("type") == "message" and isinstance(content, list):
        return True
    candidates = reply.at("candidates")
    if isinstance(candidates, list) and candidates:
        return all(isinstance(each, dict) for each in candidates)
    return any(isinstance(reply.at(path), int) and not isinstance(reply.at(path), bool) for path in _COUNTS)


_COUNTS = ("input_tokens", "totalTokens")

GENERATED: tuple[Good, ...] = (Good(when=_is_completion),)
LISTS: tuple[Good, ...] = (
    Good(when=lists("data"), facts=MODELS),
    Good(when=lists(""), facts=MODELS),
    Good(when=lists("models", "name"), facts=MODELS),
    Good(when=lists("models"), facts=MODELS),
)

_UNMATCHED = "The provider refused, in words we do not know."

STATUSES: tuple[Rule, ...] = (
    Rule(
        health=KeyHealth.UNKNOWN,
        statuses=frozenset({401}),
        suspicion=KeyHealth.REJECTED,
        reason=f"{_UNMATCHED} A second look later decides.",
    ),
    limited(status=402, when=_has_cooldown),
    rule(KeyHealth.NO_CREDIT, status=402, reason="The provider asks for payment."),
    rule(KeyHealth.UNKNOWN, status=403, reason=f"{_UNMATCHED} (forbidden: permission, network or key)"),
    rule(KeyHealth.MISCONFIGURED, status=(404, 410), reason="The provider does not know this address."),
    rule(KeyHealth.BLOCKED_REGION, status=451),
    limited(status=429),
    down(status=range(500, 600)),
)

PAGES: tuple[Rule, ...] = (
    *EDGES,
    rule(KeyHealth.MISCONFIGURED, status=(404, 410), html=True, reason="There is a web page at this address, no API."),
    Rule(
        health=KeyHealth.UNKNOWN,
        statuses=frozenset({429}),
        reachability=Reachability.RATE_LIMITED,
        reason="Too many requests at the moment, says a server in between.",
        html=True,
    ),
    down(status=range(500, 600), html=True),
)

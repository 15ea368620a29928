"""OpenAI: a 429 is pace, an empty purse or one of three limits; a 401 a bad key or a good one without scope."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, down, equals, limited, rule

OPENAI = Dialect(
    id="openai",
    names=("openai-admin", "chatgpt"),
    rules=(
        rule(
            KeyHealth.SPEND_LIMIT,
            "organization_spend_limit_exceeded project_spend_limit_exceeded organization_usage_limit_exceeded "
            "billing_hard_limit_reached",
        ),
        rule(KeyHealth.NO_CREDIT, "credit_balance_exhausted insufficient_quota billing_not_active"),
        rule(
            KeyHealth.NO_CREDIT, words=r"account is not active|exceeded your current quota", status=(400, 401, 403, 429)
        ),
        rule(KeyHealth.OK_LIMITED, words=r"missing scopes?|insufficient permissions", status=(401, 403)),
        rule(KeyHealth.BLOCKED_IP, "ip_not_authorized ip_address_not_allowed"),
        rule(KeyHealth.BLOCKED_IP, words=r"\bip\b.{0,40}not (?:authorized|allowed)", status=(401, 403)),
        rule(
            KeyHealth.MISCONFIGURED,
            "invalid_organization mismatched_organization mismatched_project invalid_project incorrect_hostname "
            "no_such_organization invalid_project_id",
        ),
        rule(
            KeyHealth.MISCONFIGURED,
            words=r"member of an organi[sz]ation|no such organi[sz]ation|openai-(?:organization|project)|hostname"
            r"|organi[sz]ation for (?:this )?api key",
            status=(400, 401, 403, 404),
        ),
        rule(KeyHealth.SUSPENDED, "account_deactivated access_terminated organization_deactivated project_archived"),
        rule(KeyHealth.SUSPENDED, words=r"has been (?:deactivated|archived)|flagged for", status=(401, 403)),
        rule(KeyHealth.MODEL_UNAVAILABLE, words=r"must be verified|invalid model id", status=(400, 403, 404)),
        rule(KeyHealth.REJECTED, words=r"incorrect api key|provide an api key|invalid authentication", status=401),
        limited("slow_down rate_limit_exceeded", status=(429, 503)),
        down("server_is_overloaded server_error", status=(500, 502, 503, 504)),
    ),
    good=(
        Good(
            when=equals("object", "organization.spend_limit"),
            facts=(
                ("limit", "threshold_amount"),
                ("currency", "currency"),
                ("plan", "interval"),
                ("status", "enforcement.status"),
            ),
        ),
        # Which of the listed keys asked is not said, so their names and ends are not taken for its own.
        Good(when=equals("data.0.object", "organization.admin_api_key")),
        Good(when=equals("data.0.object", "organization.project"), facts=(("projects", "data.*.name"),)),
        Good(when=equals("object", "page"), facts=(("used", "data.0.results.0.amount.value"),)),
    ),
)

"""Dialects that need only a few rows each; what they do not say here they say in the shared codes and words."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import (
    NOT_THE_KEY,
    Dialect,
    Good,
    at_most,
    both,
    down,
    equals,
    has,
    is_false,
    is_null,
    is_true,
    limited,
    lists,
    reaches,
    rule,
    succeeds,
)
from trayapp.probes.reply import Reply

_BARE_401 = rule(KeyHealth.REJECTED, words=r"^\W*unauthori[sz]ed\W*$", status=401)
"""A bare "Unauthorized" is no verdict in general; where it stands, a recorded bad key got exactly this."""
_SERVER = "The server answers; it needs no key."
_SERVED = (
    Good(when=lists("data"), facts=(("models", "data.*.id"),), reason=_SERVER),
    Good(when=lists("models", "name"), facts=(("models", "models.*.name"),), reason=_SERVER),
)


def _is_empty_list(reply: Reply) -> bool:
    return reply.tree == []


OTHERS: tuple[Dialect, ...] = (
    Dialect(
        id="ai21",
        rules=(rule(KeyHealth.REJECTED, words=r"bad or missing api", status=(401, 403)),),
        good=(Good(when=lists("", "fileId")), Good(when=lists("", "file_id"))),
    ),
    Dialect(id="aimlapi", names=("ai-ml-api",), list_proves=False),
    Dialect(
        id="assemblyai",
        names=("assembly-ai",),
        rules=(
            rule(KeyHealth.MISCONFIGURED, words=r"wrong region|eu endpoint|us endpoint", status=(400, 401, 403)),
            rule(KeyHealth.NO_CREDIT, words=r"account balance|top up", status=(400, 402, 403)),
            rule(KeyHealth.REJECTED, words=r"token missing/invalid|authentication error|invalid api", status=401),
        ),
        good=(Good(when=has("transcripts", "page_details")),),
    ),
    Dialect(
        id="baseten",
        rules=(rule(KeyHealth.REJECTED, words=r"check the api-key", status=(401, 403)),),
    ),
    Dialect(
        id="black-forest-labs",
        names=("bfl", "flux"),
        rules=(rule(KeyHealth.REJECTED, words=r"not authenticated|invalid authentication", status=(401, 403)),),
        good=(
            Good(when=at_most("credits", 0), health=KeyHealth.NO_CREDIT, facts=(("credit", "credits"),)),
            Good(when=has("credits"), facts=(("credit", "credits"),)),
        ),
    ),
    Dialect(
        id="cartesia",
        rules=(
            rule(KeyHealth.REJECTED, "authentication_failed", status=401),
            rule(KeyHealth.NO_CREDIT, "quota_exceeded credits_exhausted"),
            limited("concurrency_limited"),
        ),
    ),
    Dialect(
        id="cerebras",
        rules=(
            rule(KeyHealth.REJECTED, "wrong_api_key"),
            limited("too_many_requests_error queue_exceeded request_quota_exceeded token_quota_exceeded", status=429),
        ),
    ),
    Dialect(
        id="chutes",
        rules=(rule(KeyHealth.REJECTED, words=r"invalid token|authentication required", status=401),),
        good=(Good(when=has("subscription"), facts=(("plan", "plan"),)), Good(when=has("four_hour", "monthly"))),
        list_proves=False,
    ),
    Dialect(
        id="cohere",
        rules=(
            rule(KeyHealth.REJECTED, when=succeeds(is_false("valid"))),
            rule(KeyHealth.EXPIRED, words=r"key has expired", status=(401, 403)),
            rule(KeyHealth.REJECTED, words=r"invalid api token|no api key supplied", status=401),
            rule(KeyHealth.SPEND_LIMIT, words=r"maximum billing|calls ?(?:/|per) ?month|monthly", status=(402, 429)),
            rule(KeyHealth.NO_CREDIT, words=r"payment method|card", status=402),
            rule(KeyHealth.REJECTED, words=r"invalid (?:api )?token", status=498),
            rule(KeyHealth.UNKNOWN, status=498, reason=NOT_THE_KEY),
        ),
        good=(Good(when=is_true("valid"), facts=(("organisation_id", "organization_id"), ("account", "owner_id"))),),
    ),
    Dialect(
        id="deepgram",
        rules=(
            rule(KeyHealth.REJECTED, "invalid_auth"),
            rule(KeyHealth.OK_LIMITED, "insufficient_permissions forbidden", status=(401, 403)),
            rule(KeyHealth.MISCONFIGURED, "project_not_found"),
            rule(KeyHealth.MISCONFIGURED, words=r"uuid parsing failed", status=(400, 404)),
            rule(KeyHealth.NO_CREDIT, "asr_payment_required payment_required"),
            limited("too_many_requests", status=429),
        ),
        good=(
            Good(
                when=lists("projects", "project_id"),
                facts=(("projects", "projects.*.name"), ("project_id", "projects.0.project_id")),
            ),
            Good(
                when=both(lists("balances", "balance_id"), at_most("balances.0.amount", 0)),
                health=KeyHealth.NO_CREDIT,
                facts=(("credit", "balances.0.amount"), ("currency", "balances.0.units")),
            ),
            Good(
                when=lists("balances", "balance_id"),
                facts=(("credit", "balances.0.amount"), ("currency", "balances.0.units")),
            ),
        ),
    ),
    Dialect(
        id="deepinfra",
        names=("deep-infra",),
        rules=(
            rule(KeyHealth.NO_CREDIT, when=succeeds(is_true("suspended"), has("suspend_reason", "stripe_balance"))),
            rule(KeyHealth.SUSPENDED, when=succeeds(is_true("suspended"))),
            rule(KeyHealth.OK_LIMITED, words=r"not (?:enough|allowed)|permission|forbidden|scope", status=403),
        ),
        good=(
            Good(
                when=both(has("stripe_balance"), reaches("recent", "limit")),
                health=KeyHealth.SPEND_LIMIT,
                facts=(("owed", "stripe_balance"), ("used", "recent"), ("limit", "limit")),
            ),
            Good(
                when=has("stripe_balance"),
                facts=(("owed", "stripe_balance"), ("used", "recent"), ("limit", "limit")),
            ),
        ),
        list_proves=False,
    ),
    Dialect(
        id="deepseek",
        rules=(
            rule(
                KeyHealth.NO_CREDIT,
                when=succeeds(is_false("is_available"), has("balance_infos")),
                reason="The provider answers, and says that the balance does not suffice.",
            ),
            rule(
                KeyHealth.REJECTED,
                words=r"your api key.{0,60}invalid|authentication fails|no such user|invalid.{0,20}api key",
                status=401,
            ),
            rule(KeyHealth.MODEL_UNAVAILABLE, words=r"supported api model names|model not exist", status=(400, 404)),
        ),
        good=(
            Good(
                when=both(has("balance_infos"), is_true("is_available")),
                facts=(
                    ("credit", "balance_infos.0.total_balance"),
                    ("currency", "balance_infos.0.currency"),
                    ("granted", "balance_infos.0.granted_balance"),
                ),
            ),
        ),
    ),
    Dialect(
        id="exa",
        rules=(
            rule(KeyHealth.NO_CREDIT, "no_more_credits"),
            rule(KeyHealth.SPEND_LIMIT, "api_key_budget_exceeded team_budget_exceeded"),
            rule(KeyHealth.REJECTED, "invalid_api_key unauthorized", words=r"key", status=401),
        ),
        list_proves=False,
    ),
    Dialect(
        id="fal",
        names=("fal.ai", "fal-ai"),
        rules=(rule(KeyHealth.REJECTED, words=r"no user found for key|invalid key", status=(401, 403)),),
    ),
    Dialect(
        id="fireworks",
        names=("fireworks-ai",),
        rules=(
            rule(KeyHealth.NO_CREDIT, words=r"suspended|spending limit|past invoices", status=(402, 403, 412)),
            rule(
                KeyHealth.REJECTED, words=r"^\W*unauthori[sz]ed\W*$|api key you provided is invalid", status=(401, 403)
            ),
        ),
        good=(Good(when=lists("accounts", "name"), facts=(("account", "accounts.0.name"),)),),
    ),
    Dialect(
        id="fish-audio",
        names=("fishaudio", "fish"),
        rules=(rule(KeyHealth.REJECTED, words=r"no permission", status=401),),
        good=(
            Good(when=at_most("credit", 0), health=KeyHealth.NO_CREDIT, facts=(("credit", "credit"),)),
            Good(when=has("credit"), facts=(("credit", "credit"),)),
        ),
    ),
    Dialect(
        id="github-models",
        names=("github",),
        rules=(
            limited(words=r"rate limit", status=(403, 429)),
            rule(KeyHealth.REJECTED, words=r"bad credentials", status=401),
            rule(KeyHealth.OK_LIMITED, words=r"not accessible by|permission is required|saml", status=(401, 403)),
        ),
        good=(
            Good(
                when=has("login", "id"),
                facts=(
                    ("account", "login"),
                    ("plan", "plan.name"),
                    ("scopes", "@x-oauth-scopes"),
                    ("expires", "@github-authentication-token-expiration"),
                ),
            ),
        ),
        list_proves=False,
    ),
    Dialect(
        id="groq",
        names=("groqcloud",),
        rules=(
            rule(KeyHealth.SPEND_LIMIT, "blocked_api_access"),
            rule(KeyHealth.SUSPENDED, "organization_restricted"),
            rule(KeyHealth.EXPIRED, "expired_api_key"),
            rule(
                KeyHealth.MODEL_UNAVAILABLE,
                "model_permission_blocked_org model_permission_blocked_project model_terms_required "
                "model_decommissioned model_not_found",
            ),
            rule(KeyHealth.BLOCKED_IP, words=r"network settings|access denied", status=403),
            limited("rate_limit_exceeded", status=(413, 429)),
            down("capacity_exceeded"),
            down(status=498),
        ),
    ),
    Dialect(
        id="huggingface",
        names=("hugging-face", "hf"),
        rules=(
            rule(
                KeyHealth.REJECTED,
                words=r"invalid credentials|invalid (?:username|user token)|invalid token",
                status=(400, 401),
            ),
            rule(KeyHealth.NO_CREDIT, words=r"included credits|depleted|pre-?paid credits", status=(402, 429)),
            rule(KeyHealth.OK_LIMITED, words=r"sufficient permissions|gated|token permissions", status=(401, 403)),
        ),
        good=(
            Good(
                when=has("auth.accessToken", "name"),
                facts=(
                    ("account", "name"),
                    ("organisation", "orgs.*.name"),
                    ("key_name", "auth.accessToken.displayName"),
                    ("scopes", "auth.accessToken.role"),
                    ("can_pay", "canPay"),
                    ("expires", "auth.expiresAt"),
                ),
            ),
            Good(when=has("auth.type", "name"), facts=(("account", "name"),)),
        ),
        list_proves=False,
    ),
    Dialect(id="jina", names=("jina-ai",), list_proves=False),
    Dialect(
        id="langfuse",
        rules=(
            rule(
                KeyHealth.REJECTED,
                words=r"invalid credentials|invalid authorization header",
                status=401,
                reason="Langfuse does not accept this pair of keys; the wrong host looks the same.",
            ),
        ),
        good=(
            Good(
                when=lists("data"),
                facts=(("project", "data.0.name"), ("organisation", "data.0.organization.name")),
            ),
        ),
    ),
    Dialect(
        id="langsmith",
        names=("langchain",),
        rules=(rule(KeyHealth.REJECTED, words=r"invalid token|invalid api key", status=(401, 403)),),
        good=(Good(when=lists("")), Good(when=_is_empty_list)),
    ),
    Dialect(
        id="litellm",
        names=("litellm-proxy",),
        rules=(
            rule(KeyHealth.SPEND_LIMIT, "budget_exceeded"),
            rule(KeyHealth.SPEND_LIMIT, words=r"budget has been exceeded|exceededbudget|max budget"),
            rule(KeyHealth.EXPIRED, "expired_key"),
            rule(KeyHealth.REJECTED, "token_not_found_in_db"),
            rule(KeyHealth.REJECTED, words=r"invalid proxy server token|unable to find token", status=(400, 401, 403)),
            rule(KeyHealth.SUSPENDED, "key_blocked", words=r"."),
            rule(KeyHealth.SUSPENDED, words=r"\b(?:key|user|team|token)\b\S* is blocked", status=(400, 401, 403)),
            rule(KeyHealth.SUSPENDED, when=succeeds(is_true("info.blocked"))),
            rule(KeyHealth.OK_LIMITED, "key_model_access_denied team_model_access_denied"),
        ),
        good=(
            Good(
                when=both(has("info.spend"), reaches("info.spend", "info.max_budget")),
                health=KeyHealth.SPEND_LIMIT,
                facts=(("used", "info.spend"), ("limit", "info.max_budget"), ("reset", "info.budget_reset_at")),
            ),
            Good(
                when=has("info.spend"),
                facts=(
                    ("key_name", "info.key_alias"),
                    ("used", "info.spend"),
                    ("limit", "info.max_budget"),
                    ("expires", "info.expires"),
                    ("models", "info.models"),
                    ("organisation", "info.team_id"),
                ),
            ),
        ),
        list_proves=False,
    ),
    Dialect(
        id="mistral",
        names=("mistral-ai",),
        rules=(
            rule(
                KeyHealth.SPEND_LIMIT, words=r"inactive subscription|usage limit reached", status=(401, 402, 403, 429)
            ),
            rule(KeyHealth.NO_CREDIT, words=r"activate .{0,40}payment|no active subscription", status=(401, 402, 403)),
            rule(KeyHealth.EXPIRED, words=r"expired", status=(401, 403)),
            _BARE_401,
            rule(KeyHealth.MODEL_UNAVAILABLE, "1500 3040 unknown_model invalid_model"),
            limited("3505 1300 service_tier_capacity_exceeded rate_limited", status=429),
        ),
    ),
    Dialect(
        id="moonshot",
        names=("kimi", "moonshot-ai"),
        rules=(
            rule(KeyHealth.NO_CREDIT, "exceeded_current_quota_error"),
            rule(
                KeyHealth.SPEND_LIMIT,
                "access_terminated_error",
                words=r"usage limit|quota",
                status=(401, 402, 403, 429),
            ),
            rule(KeyHealth.OK_LIMITED, "access_terminated_error", words=r"only available for"),
            rule(KeyHealth.SUSPENDED, "access_terminated_error"),
            limited("rate_limit_reached_error"),
            down("engine_overloaded_error"),
            rule(
                KeyHealth.REJECTED,
                "invalid_authentication_error incorrect_api_key_error",
                reason="The provider does not accept this key; keys of the .cn and .ai services do not cross.",
            ),
            rule(KeyHealth.OK_LIMITED, "permission_denied_error"),
            rule(KeyHealth.MODEL_UNAVAILABLE, "resource_not_found_error"),
        ),
        good=(
            Good(
                when=at_most("data.available_balance", 0),
                health=KeyHealth.NO_CREDIT,
                facts=(("credit", "data.available_balance"),),
            ),
            Good(
                when=has("data.available_balance"),
                facts=(("credit", "data.available_balance"), ("granted", "data.voucher_balance")),
            ),
        ),
    ),
    Dialect(
        id="nebius",
        rules=(rule(KeyHealth.REJECTED, words=r"could not authenticate|invalid .{0,20}token", status=401),),
    ),
    Dialect(
        id="novita",
        names=("novita-ai",),
        rules=(
            rule(KeyHealth.NO_CREDIT, "not_enough_balance billing_balance_not_enough"),
            rule(KeyHealth.REJECTED, "invalid_api_key failed_to_auth missing_api_key", status=(400, 401, 403)),
            rule(KeyHealth.REJECTED, words=r"failed to authenticate api key", status=(401, 403)),
            rule(KeyHealth.OK_LIMITED, "feature_not_allowed api_not_allowed need_real_name_verify access_deny"),
        ),
        good=(
            Good(
                when=at_most("availableBalance", 0), health=KeyHealth.NO_CREDIT, facts=(("credit", "availableBalance"),)
            ),
            Good(when=has("availableBalance"), facts=(("credit", "availableBalance"),)),
        ),
        list_proves=False,
    ),
    Dialect(
        id="nvidia",
        names=("nvidia-nim", "nim", "nvidia-api"),
        rules=(
            rule(KeyHealth.REJECTED, words=r"authentication failed|invalid .{0,20}(?:key|token)", status=401),
            rule(KeyHealth.NO_CREDIT, words=r"credits", status=(402, 403)),
            rule(KeyHealth.MODEL_UNAVAILABLE, words=r"not found for account", status=404),
        ),
        list_proves=False,
    ),
    Dialect(
        id="perplexity",
        names=("pplx",),
        rules=(
            rule(KeyHealth.REJECTED, words=r"authorization required", status=401, html=True),
            rule(KeyHealth.NO_CREDIT, "insufficient_quota"),
            rule(KeyHealth.REJECTED, "invalid_api_key"),
        ),
        list_proves=False,
    ),
    Dialect(
        id="pinecone",
        rules=(
            rule(KeyHealth.BLOCKED_IP, words=r"\bip\b.{0,60}(?:not|allow)", status=403),
            rule(KeyHealth.REJECTED, words=r"invalid api key|unauthorized", status=401),
            rule(KeyHealth.OK_LIMITED, status=403),
        ),
        good=(Good(when=has("indexes"), facts=(("indexes", "indexes.*.name"),)),),
    ),
    Dialect(
        id="poe",
        good=(
            Good(
                when=at_most("current_point_balance", 0),
                health=KeyHealth.NO_CREDIT,
                facts=(("credit", "current_point_balance"),),
            ),
            Good(when=has("current_point_balance"), facts=(("credit", "current_point_balance"),)),
        ),
        list_proves=False,
    ),
    Dialect(
        id="replicate",
        rules=(
            rule(KeyHealth.REJECTED, words=r"unauthenticated|valid authentication token|invalid token", status=401),
            rule(KeyHealth.NO_CREDIT, words=r"insufficient credit|purchase credit", status=(402, 403)),
            rule(KeyHealth.SPEND_LIMIT, words=r"spend limit", status=(402, 403, 429)),
        ),
        good=(Good(when=has("username", "type"), facts=(("account", "username"), ("plan", "type"))),),
    ),
    Dialect(
        id="runpod",
        names=("run-pod",),
        rules=(_BARE_401,),
    ),
    Dialect(id="sambanova", names=("samba-nova",), list_proves=False),
    Dialect(
        id="siliconflow",
        names=("silicon-flow",),
        rules=(
            rule(KeyHealth.NO_CREDIT, "30001"),
            rule(KeyHealth.MODEL_UNAVAILABLE, "20012 30003"),
            rule(KeyHealth.REJECTED, words=r"invalid token|invalid api key|api key is invalid", status=(401, 403)),
            down("50603 50505", status=range(400, 600)),
        ),
        good=(
            Good(
                when=equals("data.status", "frozen", "disabled", "suspended", "banned", "locked"),
                health=KeyHealth.SUSPENDED,
                facts=(("credit", "data.totalBalance"), ("status", "data.status")),
            ),
            Good(
                when=both(equals("code", 20000, "20000"), at_most("data.totalBalance", 0)),
                health=KeyHealth.NO_CREDIT,
                facts=(("credit", "data.totalBalance"), ("status", "data.status")),
            ),
            Good(
                when=both(equals("code", 20000, "20000"), has("data")),
                facts=(("credit", "data.totalBalance"), ("status", "data.status")),
            ),
        ),
    ),
    Dialect(
        id="stability",
        names=("stability-ai",),
        rules=(rule(KeyHealth.REJECTED, "unauthorized", words=r"key|authorization|token", status=401),),
        good=(
            Good(when=at_most("credits", 0), health=KeyHealth.NO_CREDIT, facts=(("credit", "credits"),)),
            Good(when=has("credits"), facts=(("credit", "credits"),)),
        ),
    ),
    Dialect(
        id="tavily",
        rules=(
            rule(KeyHealth.NO_CREDIT, status=432, reason="The plan's allowance is used up."),
            rule(KeyHealth.SPEND_LIMIT, status=433, reason="The pay-as-you-go limit has been reached."),
            rule(KeyHealth.REJECTED, words=r"missing or invalid api key|invalid api key", status=401),
        ),
        good=(
            Good(
                when=both(has("key.usage"), reaches("key.usage", "key.limit")),
                health=KeyHealth.SPEND_LIMIT,
                facts=(("used", "key.usage"), ("limit", "key.limit"), ("plan", "account.current_plan")),
            ),
            Good(
                when=both(reaches("account.plan_usage", "account.plan_limit"), at_most("account.paygo_limit", 0)),
                health=KeyHealth.NO_CREDIT,
                facts=(
                    ("used", "account.plan_usage"),
                    ("limit", "account.plan_limit"),
                    ("plan", "account.current_plan"),
                ),
            ),
            Good(
                when=has("key.usage"),
                facts=(
                    ("used", "key.usage"),
                    ("limit", "account.plan_limit"),
                    ("plan", "account.current_plan"),
                ),
            ),
        ),
    ),
    Dialect(
        id="together",
        names=("together-ai", "togetherai"),
        rules=(
            _BARE_401,
            rule(KeyHealth.MODEL_UNAVAILABLE, "model_not_available"),
            rule(
                KeyHealth.NO_CREDIT,
                words=r"credit limit|negative balance|add (?:a )?(?:payment|credit)",
                status=(402, 403),
            ),
        ),
    ),
    Dialect(
        id="venice",
        names=("venice-ai",),
        rules=(rule(KeyHealth.REJECTED, words=r"authentication (?:required|failed)", status=(401, 402)),),
        good=(
            Good(when=has("balances"), facts=(("credit", "balances.usd"), ("diem", "balances.diem"))),
            Good(when=has("data.balances"), facts=(("credit", "data.balances.USD"), ("plan", "data.apiTier.id"))),
        ),
        list_proves=False,
    ),
    Dialect(
        id="vercel-ai-gateway",
        names=("ai-gateway", "vercel"),
        good=(
            Good(
                when=both(has("total_used"), at_most("balance", 0)),
                health=KeyHealth.NO_CREDIT,
                facts=(("credit", "balance"), ("used", "total_used")),
            ),
            Good(when=has("balance", "total_used"), facts=(("credit", "balance"), ("used", "total_used"))),
        ),
        list_proves=False,
    ),
    Dialect(
        id="voyage",
        names=("voyage-ai", "voyageai"),
        rules=(
            limited(status=429),
            rule(KeyHealth.BLOCKED_IP, words=r"\bip\b", status=403),
            rule(KeyHealth.OK_LIMITED, status=403, reason="The key works; it may not see files, which is fine."),
            rule(KeyHealth.REJECTED, words=r"api key is invalid|invalid api key", status=401),
        ),
    ),
    Dialect(
        id="wandb",
        names=("weights-and-biases", "weave"),
        rules=(
            rule(
                KeyHealth.REJECTED,
                when=succeeds(has("data.viewer"), is_null("data.viewer")),
            ),
            rule(KeyHealth.REJECTED, words=r"not logged in|api key", status=401),
        ),
        good=(Good(when=has("data.viewer.id"), facts=(("account", "data.viewer.username"),)),),
    ),
    Dialect(
        id="xiaomi",
        names=("xiaomi-mimo", "mimo"),
        rules=(rule(KeyHealth.REJECTED, "invalid_key", status=(401, 403)),),
    ),
    Dialect(
        id="synthetic",
        good=(
            Good(when=has("subscription"), facts=(("limit", "subscription.limit"), ("used", "subscription.requests"))),
        ),
        list_proves=False,
    ),
    Dialect(id="openai-compatible", names=("custom",), list_proves=False),
    Dialect(id="ollama", good=_SERVED),
    Dialect(id="lm-studio", names=("lmstudio",), good=_SERVED),
    Dialect(
        id="llama.cpp",
        names=("llamacpp", "llama-cpp", "llama-server"),
        rules=(down(words=r"loading model", status=503),),
        good=_SERVED,
    ),
)

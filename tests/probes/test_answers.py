"""What providers answer, in their shapes and our words, and what each answer says about the key."""

import json

import pytest

from trayapp.domain.keys import KeyAnswer, Reachability
from trayapp.probes import classify


def said(message: str, kind: str | None = None, code: object = None) -> dict[str, object]:
    """An error as OpenAI and those like it write it."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def google(code: int, message: str, status: str, reason: str = "") -> dict[str, object]:
    """An error as Google writes it."""
    error: dict[str, object] = {"code": code, "message": message, "status": status}
    if reason:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
    return {"error": error}


def anthropic(kind: str, message: str, **more: object) -> dict[str, object]:
    """An error as Anthropic writes it."""
    return {"type": "error", "error": {"type": kind, "message": message, **more}}


def word(answer: KeyAnswer) -> str:
    """The one word for an answer: how far it got where that was not far enough, else the key's health."""
    if answer.reachability is Reachability.REACHED:
        return answer.health.value
    return answer.reachability.value


ANSWERS: list[tuple[str, int, object, str]] = [
    (
        "openai",
        401,
        said(
            "Your IP address 203.0.113.9 is not authorized to access this project.",
            "invalid_request_error",
            "ip_not_authorized",
        ),
        "BLOCKED_IP",
    ),
    ("openai", 401, said("IP not authorized"), "BLOCKED_IP"),
    (
        "openai",
        401,
        said("You must be a member of an organization to use the API. Please contact us", "invalid_request_error"),
        "MISCONFIGURED",
    ),
    (
        "openai",
        401,
        said("No such organization: org-abc", "invalid_request_error", "invalid_organization"),
        "MISCONFIGURED",
    ),
    (
        "openai",
        403,
        said(
            "Country, region, or territory not supported", "request_forbidden", "unsupported_country_region_territory"
        ),
        "BLOCKED_REGION",
    ),
    (
        "openai",
        429,
        said(
            "Your account is not active, please check your billing details on our website.",
            "billing_not_active",
            "billing_not_active",
        ),
        "NO_CREDIT",
    ),
    ("openai", 429, said("You have no credits", "insufficient_quota", "credit_balance_exhausted"), "NO_CREDIT"),
    ("openai", 429, said("x", "insufficient_quota", "organization_usage_limit_exceeded"), "SPEND_LIMIT"),
    (
        "openai",
        429,
        said(
            "Rate limit reached on requests per min: Limit 3. Try again in 20s. To go faster, add a payment method.",
            "requests",
            "rate_limit_exceeded",
        ),
        "RATE_LIMITED",
    ),
    ("openai", 500, said("The server had an error while processing your request.", "server_error"), "PROVIDER_DOWN"),
    ("openai", 401, said("You didn't provide an API key.", "invalid_request_error"), "REJECTED"),
    (
        "openai",
        401,
        said("Your authentication token has expired.", "invalid_request_error", "token_expired"),
        "EXPIRED",
    ),
    (
        "openai",
        403,
        said("You are not allowed to access admin endpoints: Missing scopes: api.management.read"),
        "OK_LIMITED",
    ),
    (
        "openai",
        404,
        said(
            "The model `gpt-9` does not exist or you do not have access to it.",
            "invalid_request_error",
            "model_not_found",
        ),
        "MODEL_UNAVAILABLE",
    ),
    ("openai", 200, {"object": "list", "data": [{"id": "gpt-5", "object": "model"}]}, "OK"),
    ("openai", 200, {}, "UNKNOWN"),
    ("openai", 401, said("some new refusal"), "UNKNOWN"),
    (
        "openai",
        400,
        said("Billing hard limit has been reached", "invalid_request_error", "billing_hard_limit_reached"),
        "SPEND_LIMIT",
    ),
    (
        "anthropic",
        402,
        anthropic("billing_error", "There is an issue with your billing or payment information."),
        "NO_CREDIT",
    ),
    (
        "anthropic",
        429,
        anthropic(
            "rate_limit_error",
            "You have reached your API usage limits: your organization has crossed its monthly spend limit.",
            details={"error_code": "enforced_spend_limit_reached"},
        ),
        "SPEND_LIMIT",
    ),
    (
        "anthropic",
        400,
        anthropic(
            "invalid_request_error",
            "You have reached your specified workspace API usage limits until 2026-12-01.",
        ),
        "SPEND_LIMIT",
    ),
    ("anthropic", 400, anthropic("invalid_request_error", "This organization has been disabled."), "SUSPENDED"),
    ("anthropic", 403, anthropic("permission_error", "Your organization has been disabled."), "SUSPENDED"),
    ("anthropic", 529, anthropic("overloaded_error", "Overloaded"), "PROVIDER_DOWN"),
    ("anthropic", 500, anthropic("api_error", "Internal server error"), "PROVIDER_DOWN"),
    ("anthropic", 504, anthropic("timeout_error", "x"), "PROVIDER_DOWN"),
    ("anthropic", 401, anthropic("authentication_error", "API key has expired"), "EXPIRED"),
    ("anthropic", 401, anthropic("authentication_error", "x-api-key header is required"), "REJECTED"),
    (
        "anthropic",
        401,
        anthropic("authentication_error", "OAuth authentication is currently not supported."),
        "MISCONFIGURED",
    ),
    ("anthropic", 400, anthropic("invalid_request_error", "messages: at least one message is required"), "UNKNOWN"),
    ("anthropic", 200, {"data": [{"type": "model", "id": "claude-x", "display_name": "X"}], "has_more": True}, "OK"),
    ("anthropic", 200, {"input_tokens": 8}, "OK"),
    ("anthropic", 200, {"id": "u", "type": "organization", "name": "Acme"}, "OK"),
    (
        "gemini",
        403,
        google(403, "Your API key was reported as leaked. Please use another API key.", "PERMISSION_DENIED"),
        "SUSPENDED",
    ),
    (
        "gemini",
        403,
        google(403, "Requests from referer <empty> are blocked.", "PERMISSION_DENIED", "API_KEY_HTTP_REFERRER_BLOCKED"),
        "BLOCKED_IP",
    ),
    (
        "gemini",
        403,
        google(
            403,
            "The API key has an IP address restriction, and the call's address violates it.",
            "PERMISSION_DENIED",
            "API_KEY_IP_ADDRESS_BLOCKED",
        ),
        "BLOCKED_IP",
    ),
    (
        "gemini",
        403,
        google(403, "Your project has been denied access. Please contact support.", "PERMISSION_DENIED"),
        "SUSPENDED",
    ),
    (
        "gemini",
        429,
        google(429, "Your billing account has exceeded its monthly spending cap.", "RESOURCE_EXHAUSTED"),
        "SPEND_LIMIT",
    ),
    (
        "gemini",
        429,
        google(
            429, "You exceeded your current quota, please check your plan and billing details.", "RESOURCE_EXHAUSTED"
        ),
        "RATE_LIMITED",
    ),
    ("gemini", 402, google(402, "Credits.", "RESOURCE_EXHAUSTED"), "NO_CREDIT"),
    ("gemini", 503, google(503, "The model is overloaded. Please try again later.", "UNAVAILABLE"), "PROVIDER_DOWN"),
    (
        "gemini",
        400,
        google(400, "Multiple authentication credentials received. Please pass only one.", "INVALID_ARGUMENT"),
        "MISCONFIGURED",
    ),
    (
        "gemini",
        404,
        google(404, "models/gemini-1.0 is not found for API version v1beta", "NOT_FOUND"),
        "MODEL_UNAVAILABLE",
    ),
    ("gemini", 403, google(403, "The caller does not have permission", "PERMISSION_DENIED"), "OK_LIMITED"),
    ("gemini", 200, {"models": [{"name": "models/gemini-x"}], "nextPageToken": "x"}, "OK"),
    ("gemini", 200, {"totalTokens": 3}, "OK"),
    ("google_vertex", 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, "REJECTED"),
    (
        "google_vertex",
        400,
        {
            "error": "invalid_grant",
            "error_description": "Invalid JWT: Token must be short-lived and in a reasonable timeframe.",
        },
        "MISCONFIGURED",
    ),
    (
        "google_vertex",
        429,
        google(429, "Quota exceeded for aiplatform.googleapis.com/generate_content_requests", "RESOURCE_EXHAUSTED"),
        "RATE_LIMITED",
    ),
    (
        "google_vertex",
        403,
        google(
            403,
            "Vertex AI API has not been used in project 1 before or it is disabled.",
            "PERMISSION_DENIED",
            "SERVICE_DISABLED",
        ),
        "MISCONFIGURED",
    ),
    (
        "google_vertex",
        404,
        google(
            404, "Publisher Model `projects/p` was not found or your project does not have access to it.", "NOT_FOUND"
        ),
        "MODEL_UNAVAILABLE",
    ),
    (
        "azure_openai",
        403,
        {"error": {"code": "403", "message": "Public access is disabled. Please configure private endpoint."}},
        "BLOCKED_IP",
    ),
    (
        "azure_openai",
        403,
        {
            "error": {
                "code": "Forbidden",
                "message": "Your resource has been temporarily blocked: behavior that may violate our content policy.",
            }
        },
        "SUSPENDED",
    ),
    (
        "azure_openai",
        429,
        {
            "error": {
                "code": "429",
                "message": "Requests have exceeded the call rate limit. Please retry after 6 seconds.",
            }
        },
        "RATE_LIMITED",
    ),
    (
        "azure_openai",
        401,
        {"error": {"code": "PermissionDenied", "message": "The principal lacks the required data action"}},
        "OK_LIMITED",
    ),
    (
        "azure_openai",
        410,
        {
            "error": {
                "code": "x",
                "message": "The model associated with the deployment is deprecated and no longer available.",
            }
        },
        "MODEL_UNAVAILABLE",
    ),
    ("azure_openai", 404, {"error": {"code": "404", "message": "Resource not found"}}, "MISCONFIGURED"),
    (
        "azure_openai",
        401,
        {
            "statusCode": 401,
            "message": "Unauthorized. Access token is missing, invalid, audience is incorrect, or have expired.",
        },
        "REJECTED",
    ),
    ("azure_openai", 200, {"data": [{"id": "gpt-4o"}], "object": "list"}, "OK"),
    (
        "aws_bedrock",
        429,
        {"message": "Too many requests, please wait before trying again.", "__type": "ThrottlingException"},
        "RATE_LIMITED",
    ),
    (
        "aws_bedrock",
        403,
        {"message": "The security token included in the request is invalid.", "__type": "UnrecognizedClientException"},
        "REJECTED",
    ),
    (
        "aws_bedrock",
        403,
        {"message": "You don't have access to the model with the specified model ID."},
        "MODEL_UNAVAILABLE",
    ),
    ("aws_bedrock", 401, {"error": {"code": "invalid_api_key", "message": "Invalid API Key", "type": "x"}}, "REJECTED"),
    (
        "aws_bedrock",
        404,
        {"message": "Model use case details have not been submitted for this account."},
        "MODEL_UNAVAILABLE",
    ),
    ("aws_bedrock", 200, {"modelSummaries": [{"modelId": "a.b"}]}, "OK"),
    ("mistral", 401, {"object": "error", "message": "Your API key has expired"}, "EXPIRED"),
    (
        "mistral",
        429,
        {"object": "error", "message": "Requests rate limit exceeded", "type": "rate_limited", "code": "1300"},
        "RATE_LIMITED",
    ),
    ("mistral", 402, {"detail": "Payment required"}, "NO_CREDIT"),
    (
        "mistral",
        500,
        {"object": "error", "message": "Service unavailable.", "type": "internal_server_error", "code": "1000"},
        "PROVIDER_DOWN",
    ),
    ("mistral", 200, {"object": "list", "data": [{"id": "mistral-small"}]}, "OK"),
    ("cohere", 401, {"message": "Your API key has expired"}, "EXPIRED"),
    ("cohere", 402, {"message": "Please add or update your payment method at https://x to continue"}, "NO_CREDIT"),
    (
        "cohere",
        429,
        {"message": "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use"},
        "SPEND_LIMIT",
    ),
    (
        "cohere",
        429,
        {"message": "You are using a Trial key, which is limited to 20 API calls / minute."},
        "RATE_LIMITED",
    ),
    ("cohere", 200, {"valid": False}, "REJECTED"),
    ("groq", 401, said("Invalid API Key", "invalid_request_error", "invalid_api_key"), "REJECTED"),
    (
        "groq",
        403,
        said("The model x is blocked at the organization level.", "permissions_error", "model_permission_blocked_org"),
        "MODEL_UNAVAILABLE",
    ),
    ("groq", 400, said("API access is blocked", "invalid_request_error", "blocked_api_access"), "SPEND_LIMIT"),
    ("groq", 498, said("x", None, "capacity_exceeded"), "PROVIDER_DOWN"),
    ("groq", 413, said("Request too large for model", "tokens", "rate_limit_exceeded"), "RATE_LIMITED"),
    ("groq", 403, said("Access denied. Please check your network settings."), "BLOCKED_IP"),
    (
        "groq",
        400,
        said("The model requires terms acceptance", "invalid_request_error", "model_terms_required"),
        "MODEL_UNAVAILABLE",
    ),
    (
        "xai",
        403,
        {
            "code": "The caller does not have permission to execute the specified operation",
            "error": "Your team doesn't have any credits yet. You can purchase credits in the console.",
        },
        "NO_CREDIT",
    ),
    (
        "xai",
        403,
        {
            "code": "x",
            "error": "Your team T has either used all available credits or reached its monthly spending limit.",
        },
        "NO_CREDIT",
    ),
    (
        "xai",
        429,
        {
            "code": "Some resource has been exhausted",
            "error": "Too many requests for team T and model grok. Your team's rate limit is 480 per minute.",
        },
        "RATE_LIMITED",
    ),
    (
        "xai",
        200,
        {
            "name": "k",
            "team_id": "t",
            "acls": ["api-key:model:*"],
            "team_blocked": False,
            "api_key_blocked": False,
            "api_key_disabled": False,
        },
        "OK",
    ),
    (
        "deepseek",
        401,
        said(
            "Authentication Fails, Your api key: ****abcd is invalid", "authentication_error", "invalid_request_error"
        ),
        "REJECTED",
    ),
    (
        "deepseek",
        401,
        said("Authentication Fails (no such user)", "authentication_error", "invalid_request_error"),
        "REJECTED",
    ),
    ("deepseek", 503, said("Service is too busy."), "PROVIDER_DOWN"),
    ("perplexity", 401, said("You exceeded your current quota", "insufficient_quota", 401), "NO_CREDIT"),
    (
        "perplexity",
        400,
        said("Invalid model 'x'. Permitted models can be found", "invalid_model", 400),
        "MODEL_UNAVAILABLE",
    ),
    ("openrouter", 401, {"error": {"message": "User not found.", "code": 401}}, "REJECTED"),
    ("openrouter", 401, {"error": {"message": "No auth credentials found", "code": 401}}, "REJECTED"),
    (
        "openrouter",
        402,
        {
            "error": {
                "code": 402,
                "message": "This request requires more credits, or fewer max_tokens: you can only afford 900.",
            }
        },
        "OK_LIMITED",
    ),
    (
        "openrouter",
        403,
        {"error": {"code": 403, "message": "Your chosen model requires moderation and your input was flagged"}},
        "UNKNOWN",
    ),
    (
        "openrouter",
        200,
        {
            "data": {
                "label": "sk-or-v1-abc...def",
                "usage": 1.5,
                "limit": 10,
                "limit_remaining": 8.5,
                "is_free_tier": False,
                "expires_at": None,
            }
        },
        "OK",
    ),
    (
        "openrouter",
        200,
        {"data": {"label": "l", "usage": 10, "limit": 10, "limit_remaining": 0, "is_free_tier": False}},
        "SPEND_LIMIT",
    ),
    ("openrouter", 200, {"data": [{"id": "a/b"}]}, "UNCHECKED"),
    (
        "openrouter",
        404,
        {"error": {"code": 404, "message": "No endpoints found matching your data policy (Free model training)."}},
        "MISCONFIGURED",
    ),
    (
        "openrouter",
        502,
        {"error": {"code": 502, "message": "Provider returned error", "metadata": {"provider_name": "X"}}},
        "PROVIDER_DOWN",
    ),
    (
        "openrouter",
        429,
        {"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-day"}},
        "RATE_LIMITED",
    ),
    ("openrouter", 401, {"error": {"code": 401, "message": "API key disabled"}}, "SUSPENDED"),
    (
        "together",
        401,
        said(
            "Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.",
            "invalid_request_error",
            "invalid_api_key",
        ),
        "REJECTED",
    ),
    ("together", 200, [{"id": "a/b", "object": "model"}], "OK"),
    ("together", 402, said("Credit limit exceeded, please navigate to billing", "credit_limit", "x"), "NO_CREDIT"),
    ("replicate", 200, {"type": "organization", "username": "acme", "name": "Acme"}, "OK"),
    ("replicate", 429, {"detail": "Request was throttled. Expected available in 1 second."}, "RATE_LIMITED"),
    ("huggingface", 401, {"error": "Invalid username or password."}, "REJECTED"),
    (
        "huggingface",
        403,
        {"error": "This method does not have sufficient permissions to call Inference Providers"},
        "OK_LIMITED",
    ),
    ("huggingface", 401, {"error": 'User Access Token "x" is expired'}, "EXPIRED"),
    (
        "fireworks",
        401,
        {
            "error": {
                "object": "error",
                "type": "invalid_request_error",
                "code": "invalid_request_error",
                "message": "The API key you provided is invalid.",
            }
        },
        "REJECTED",
    ),
    ("fireworks", 403, {"error": "unauthorized"}, "REJECTED"),
    (
        "cerebras",
        402,
        {
            "message": "Payment required to access this resource. Please check your billing tab.",
            "type": "payment_required_error",
            "code": "payment_required",
        },
        "NO_CREDIT",
    ),
    (
        "cerebras",
        429,
        {
            "message": "Requests per minute limit exceeded - too many requests sent.",
            "type": "too_many_requests_error",
            "param": "quota",
            "code": "request_quota_exceeded",
        },
        "RATE_LIMITED",
    ),
    (
        "elevenlabs",
        401,
        {
            "detail": {
                "status": "quota_exceeded",
                "message": "This request exceeds your quota of 10000. You have 0 credits remaining.",
            }
        },
        "NO_CREDIT",
    ),
    (
        "elevenlabs",
        401,
        {
            "detail": {
                "status": "detected_unusual_activity",
                "message": "Unusual activity detected. Free Tier usage disabled.",
            }
        },
        "BLOCKED_IP",
    ),
    ("elevenlabs", 429, {"detail": {"status": "system_busy", "message": "busy"}}, "PROVIDER_DOWN"),
    (
        "elevenlabs",
        200,
        {"tier": "free", "character_count": 10000, "character_limit": 10000, "status": "active"},
        "NO_CREDIT",
    ),
    ("deepgram", 401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials."}, "REJECTED"),
    (
        "deepgram",
        402,
        {"err_code": "ASR_PAYMENT_REQUIRED", "err_msg": "Project does not have enough credits"},
        "NO_CREDIT",
    ),
    ("deepgram", 200, {"projects": [{"project_id": "u", "name": "n"}]}, "OK"),
    ("assemblyai", 429, {"error": "Too many requests"}, "RATE_LIMITED"),
    ("assemblyai", 200, {"page_details": {"limit": 1}, "transcripts": []}, "OK"),
    (
        "moonshot",
        429,
        {
            "error": {
                "message": "Your account org-x request reached max request: 3, please try again after 1 seconds",
                "type": "rate_limit_reached_error",
            }
        },
        "RATE_LIMITED",
    ),
    (
        "moonshot",
        429,
        {
            "error": {
                "message": "The engine is currently overloaded, please try again later",
                "type": "engine_overloaded_error",
            }
        },
        "PROVIDER_DOWN",
    ),
    (
        "moonshot",
        200,
        {
            "code": 0,
            "data": {"available_balance": 0, "voucher_balance": 0, "cash_balance": 0},
            "scode": "0x0",
            "status": True,
        },
        "NO_CREDIT",
    ),
    (
        "moonshot",
        200,
        {
            "code": 0,
            "data": {"available_balance": 49.5, "voucher_balance": 0, "cash_balance": 49.5},
            "scode": "0x0",
            "status": True,
        },
        "OK",
    ),
    (
        "zhipu",
        401,
        {"error": {"code": "1002", "message": "Authorization Token非法,请确认Authorization Token正确传递。"}},
        "REJECTED",
    ),
    ("zhipu", 429, {"error": {"code": "1302", "message": "您当前使用该API的并发数过高"}}, "RATE_LIMITED"),
    ("zhipu", 429, {"error": {"code": "1309", "message": "Your GLM Coding Plan package has expired"}}, "EXPIRED"),
    (
        "zhipu",
        429,
        {
            "error": {
                "code": "1308",
                "message": "Usage limit reached for 5 hour. Your limit will reset at 2026-11-22 20:00:00",
            }
        },
        "RATE_LIMITED",
    ),
    ("zhipu", 200, {"code": 401, "msg": "token expired or incorrect", "success": False}, "REJECTED"),
    (
        "dashscope",
        400,
        {
            "error": {
                "code": "Arrearage",
                "message": "Access denied, please make sure your account is in good standing.",
                "type": "Arrearage",
            }
        },
        "NO_CREDIT",
    ),
    (
        "dashscope",
        400,
        {
            "code": "Arrearage",
            "message": "Access denied, please make sure your account is in good standing.",
            "request_id": "x",
        },
        "NO_CREDIT",
    ),
    (
        "dashscope",
        429,
        {"code": "Throttling.RateQuota", "message": "Requests rate limit exceeded, please try again later."},
        "RATE_LIMITED",
    ),
    ("dashscope", 401, {"code": "InvalidApiKey", "message": "Invalid API-key provided."}, "REJECTED"),
    ("dashscope", 403, {"code": "AccessDenied", "message": "Access denied."}, "OK_LIMITED"),
    (
        "dashscope",
        403,
        {"error": {"code": "Model.AccessDenied", "message": "Model access denied."}},
        "MODEL_UNAVAILABLE",
    ),
    (
        "minimax",
        200,
        {"base_resp": {"status_code": 1004, "status_msg": "login fail: Please carry the API secret key"}},
        "REJECTED",
    ),
    ("minimax", 200, {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, "RATE_LIMITED"),
    ("minimax", 200, {"base_resp": {"status_code": 0, "status_msg": "success"}, "model_remains": []}, "OK"),
    (
        "minimax",
        402,
        {"type": "error", "error": {"type": "insufficient_balance_error", "message": "insufficient balance (1008)"}},
        "NO_CREDIT",
    ),
    ("nvidia_nim", 402, {"status": 402, "title": "Payment Required", "detail": "Account has no credits"}, "NO_CREDIT"),
    ("nvidia_nim", 401, {"status": 401, "title": "Unauthorized", "detail": "Authentication failed"}, "REJECTED"),
    ("nvidia_nim", 200, {"object": "list", "data": [{"id": "m"}]}, "UNCHECKED"),
    ("voyage", 403, {"detail": "You do not have permission"}, "OK_LIMITED"),
    (
        "voyage",
        429,
        {"detail": "You have not yet added your payment method and have reduced rate limits of 3 RPM"},
        "RATE_LIMITED",
    ),
    ("tavily", 433, {"detail": {"error": "This request exceeds the pay-as-you-go limit"}}, "SPEND_LIMIT"),
    (
        "tavily",
        200,
        {
            "key": {"usage": 10, "limit": None},
            "account": {"current_plan": "Bootstrap", "plan_usage": 50, "plan_limit": 1000},
        },
        "OK",
    ),
    ("exa", 402, {"error": "Budget", "tag": "TEAM_BUDGET_EXCEEDED"}, "SPEND_LIMIT"),
    ("exa", 401, {"error": "Invalid API key", "tag": "INVALID_API_KEY"}, "REJECTED"),
    (
        "deepinfra",
        200,
        {"stripe_balance": -5.0, "recent": 1.0, "limit": 20.0, "suspended": False, "suspend_reason": None},
        "OK",
    ),
    ("deepinfra", 401, {"detail": {"error": "User is not authenticated"}}, "UNKNOWN"),
    (
        "cloudflare",
        200,
        {
            "result": {"id": "x", "status": "active", "expires_on": "2027-01-01T00:00:00Z"},
            "success": True,
            "errors": [],
            "messages": [],
        },
        "OK",
    ),
    (
        "cloudflare",
        200,
        {"result": {"id": "x", "status": "disabled"}, "success": True, "errors": [], "messages": []},
        "SUSPENDED",
    ),
    ("cloudflare", 401, {"success": False, "errors": [{"code": 1000, "message": "Invalid API Token"}]}, "REJECTED"),
    (
        "cloudflare",
        403,
        {
            "success": False,
            "errors": [{"code": 9109, "message": "Cannot use the access token from location: 198.51.100.2"}],
        },
        "BLOCKED_IP",
    ),
    ("wandb", 200, {"data": {"viewer": None}}, "REJECTED"),
    ("wandb", 200, {"data": {"viewer": {"id": "x", "username": "u"}}}, "OK"),
    (
        "siliconflow",
        200,
        {"code": 20000, "message": "OK", "status": True, "data": {"totalBalance": "0.00", "status": "normal"}},
        "NO_CREDIT",
    ),
    (
        "siliconflow",
        200,
        {"code": 20000, "message": "OK", "status": True, "data": {"totalBalance": "1.5", "status": "normal"}},
        "OK",
    ),
    ("siliconflow", 401, "Invalid token", "REJECTED"),
    ("siliconflow", 200, {"code": 50000, "message": "x", "status": False, "data": None}, "UNKNOWN"),
    ("stability", 200, {"credits": 0.0}, "NO_CREDIT"),
    ("stability", 401, {"id": "x", "name": "unauthorized", "errors": ["missing or invalid api key"]}, "REJECTED"),
    ("github-models", 401, {"message": "Bad credentials", "documentation_url": "x"}, "REJECTED"),
    ("github-models", 200, {"login": "u", "id": 1}, "OK"),
    ("bfl", 402, {"detail": "Insufficient credits"}, "NO_CREDIT"),
    (
        "cartesia",
        402,
        {"error_code": "quota_exceeded", "title": "x", "message": "You have run out of credits"},
        "NO_CREDIT",
    ),
    ("fish_audio", 402, {"status": 402, "message": "Insufficient Balance"}, "NO_CREDIT"),
    (
        "litellm",
        401,
        {
            "error": {
                "message": "Authentication Error, Invalid proxy server token passed",
                "type": "token_not_found_in_db",
                "code": "401",
            }
        },
        "REJECTED",
    ),
    (
        "litellm",
        400,
        {
            "error": {
                "message": "Budget has been exceeded! Current cost: 5, Max budget: 5",
                "type": "budget_exceeded",
                "code": "400",
            }
        },
        "SPEND_LIMIT",
    ),
    ("novita", 403, {"code": 403, "reason": "NOT_ENOUGH_BALANCE", "message": "not enough balance"}, "NO_CREDIT"),
    ("nobody", 401, {"error": "nope"}, "UNKNOWN"),
    ("nobody", 401, {"error": {"message": "Invalid API key"}}, "REJECTED"),
    ("nobody", 403, {"error": "Forbidden"}, "UNKNOWN"),
    ("nobody", 200, {"data": [{"id": "m"}]}, "UNCHECKED"),
    ("nobody", 503, "oops", "PROVIDER_DOWN"),
    ("nobody", 403, {"error": "Invalid API key or insufficient permissions"}, "UNKNOWN"),
    ("nobody", 403, {"error": "Missing permission or invalid token"}, "UNKNOWN"),
    ("nobody", 401, {"error": "This API key is not valid for this region."}, "MISCONFIGURED"),
    ("nobody", 403, {"error": "This feature is disabled for your organization."}, "OK_LIMITED"),
    ("nobody", 403, {"error": "Your API key is restricted to embeddings."}, "OK_LIMITED"),
    ("nobody", 403, {"error": "Your API key is missing billing details; add a payment method."}, "NO_CREDIT"),
    ("nobody", 403, {"error": "Your organization has been disabled."}, "SUSPENDED"),
    ("nobody", 401, {"error": "Your API key has been revoked."}, "REJECTED"),
    ("nobody", 401, {"error": "Your API key has expired."}, "EXPIRED"),
    ("nobody", 401, {"error": "Invalid or expired token"}, "REJECTED"),
    ("nobody", 403, {"error": "Requests from your country are not supported."}, "BLOCKED_REGION"),
    ("nobody", 403, {"error": "Your IP address is not on the allowlist."}, "BLOCKED_IP"),
    ("nobody", 403, {"error": "Monthly spending limit reached."}, "SPEND_LIMIT"),
    ("nobody", 400, {"error": "The model gpt-x has been deprecated."}, "MODEL_UNAVAILABLE"),
    ("nobody", 429, {"error": "Spending limit reached for this month."}, "SPEND_LIMIT"),
    ("nobody", 404, {"detail": "Not Found"}, "MISCONFIGURED"),
    ("nobody", 400, {"error": {"message": "Invalid value for max_tokens: too many tokens"}}, "UNKNOWN"),
    ("nobody", 403, {"error": {"message": "Billing is not enabled for this account."}}, "NO_CREDIT"),
    ("nobody", 403, {"error": {"message": "Invalid API key. Check your billing settings."}}, "REJECTED"),
]


@pytest.mark.parametrize(
    ("provider", "status", "body", "expected"),
    ANSWERS,
    ids=[f"{number}-{provider}-{status}-{expected}" for number, (provider, status, _, expected) in enumerate(ANSWERS)],
)
def test_each_answer_says_what_it_means_for_the_key(provider: str, status: int, body: object, expected: str) -> None:
    answer = classify(provider, status, {"Content-Type": "application/json"}, json.dumps(body).encode())

    assert word(answer) == expected, answer
    assert 0 < len(answer.reason) <= 240

"""ElevenLabs: a 401 for a bad key, for a good one without a permission, and for an empty account."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import Dialect, Good, both, down, equals, has, limited, reaches, rule

_FACTS = (
    ("tier", "tier"),
    ("used", "character_count"),
    ("limit", "character_limit"),
    ("reset", "next_character_count_reset_unix"),
    ("status", "status"),
    ("open_invoices", "has_open_invoices"),
)
_SUBSCRIPTION = has("tier", "character_count", "character_limit")

ELEVENLABS = Dialect(
    id="elevenlabs",
    names=("eleven-labs", "11labs"),
    rules=(
        rule(
            KeyHealth.OK_LIMITED, "missing_permissions insufficient_permissions only_for_creator+ feature_not_available"
        ),
        rule(KeyHealth.OK_LIMITED, words=r"free users cannot|upgrade your subscription to use", status=(401, 402, 403)),
        rule(KeyHealth.NO_CREDIT, "quota_exceeded insufficient_credits payment_required payment_issue"),
        rule(
            KeyHealth.BLOCKED_IP,
            "detected_unusual_activity",
            reason="The provider dislikes this network (a VPN or proxy) on the free plan.",
        ),
        rule(KeyHealth.REJECTED, "invalid_api_key needs_authorization missing_api_key", status=(400, 401, 403)),
        rule(KeyHealth.MODEL_UNAVAILABLE, "model_can_not_do_text_to_speech model_not_found"),
        limited("too_many_concurrent_requests concurrent_limit_exceeded rate_limit_exceeded"),
        down("system_busy"),
    ),
    good=(
        Good(
            when=both(_SUBSCRIPTION, equals("status", "past_due", "unpaid", "incomplete", "incomplete_expired")),
            health=KeyHealth.OK_LIMITED,
            facts=_FACTS,
            reason="The key works, but an invoice is unpaid.",
        ),
        Good(
            when=both(_SUBSCRIPTION, equals("status", "free_disabled")),
            health=KeyHealth.SUSPENDED,
            facts=_FACTS,
            reason="The provider has switched off the free plan for this account.",
        ),
        Good(
            when=both(_SUBSCRIPTION, reaches("character_count", "character_limit")),
            health=KeyHealth.NO_CREDIT,
            facts=_FACTS,
        ),
        Good(when=_SUBSCRIPTION, facts=_FACTS),
    ),
)

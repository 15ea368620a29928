"""MiniMax: its own routes answer 200 and say in ``base_resp`` what went wrong."""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import NOT_THE_KEY, Dialect, Good, down, equals, limited, rule

MINIMAX = Dialect(
    id="minimax",
    rules=(
        rule(KeyHealth.NO_CREDIT, "1008 insufficient_balance_error"),
        rule(KeyHealth.SPEND_LIMIT, "2056", reason="The plan's allowance for now is used up."),
        rule(
            KeyHealth.MISCONFIGURED,
            words=r"cookie is missing|token not match group",
            reason="This address asks for the session of a browser, or for the group of another key.",
        ),
        rule(KeyHealth.REJECTED, "1004 2049 authorized_error"),
        rule(KeyHealth.REJECTED, words=r"login fail|\(1004\)|\(2049\)"),
        rule(KeyHealth.NO_CREDIT, words=r"\(1008\)"),
        rule(KeyHealth.SPEND_LIMIT, words=r"\(2056\)"),
        rule(KeyHealth.MODEL_UNAVAILABLE, "2061"),
        rule(
            KeyHealth.UNKNOWN,
            "1026 1027 1042 2013",
            reason=NOT_THE_KEY,
        ),
        limited("1002 1039 1041 2045 rate_limit_error"),
        down("1000 1001 1013 1024 1033", status=range(400, 600)),
        down("overloaded_error"),
    ),
    good=(
        Good(
            when=equals("base_resp.status_code", 0),
            facts=(
                ("plan", "model_remains.0.model_name"),
                ("limit", "model_remains.0.current_interval_total_count"),
                ("reset", "model_remains.0.end_time"),
            ),
        ),
    ),
)

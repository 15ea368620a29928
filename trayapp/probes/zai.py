"""Z.ai and Zhipu's BigModel: business codes decide; an empty account and pace share the status 429.

The routes that speak as Anthropic does write the code in brackets before the sentence.
"""

from trayapp.domain.keys import KeyHealth
from trayapp.probes.dialect import NOT_THE_KEY, Dialect, Good, down, has, limited, rule

ZAI = Dialect(
    id="zai",
    names=("zhipu", "z.ai", "z-ai", "bigmodel", "glm", "zhipu-ai"),
    rules=(
        rule(KeyHealth.NO_CREDIT, "1113"),
        rule(KeyHealth.NO_CREDIT, words=r"\[1113\]"),
        rule(KeyHealth.EXPIRED, words=r"\[1309\]", reason="The plan behind this key has expired."),
        rule(KeyHealth.SPEND_LIMIT, words=r"\[13(?:04|10)\]"),
        rule(KeyHealth.REJECTED, words=r"\[100[0124]\]"),
        rule(KeyHealth.EXPIRED, "1003"),
        rule(KeyHealth.EXPIRED, "1309", reason="The plan behind this key has expired."),
        rule(KeyHealth.REJECTED, "1000 1001 1002 1004 1111"),
        rule(KeyHealth.REJECTED, "401", words=r"token expired or incorrect|incorrect|invalid|不正确|无效"),
        rule(KeyHealth.SUSPENDED, "1110 1112 1121"),
        rule(KeyHealth.MODEL_UNAVAILABLE, "1211 1311"),
        rule(KeyHealth.OK_LIMITED, "1220"),
        rule(KeyHealth.MISCONFIGURED, "1221 1222"),
        rule(KeyHealth.UNKNOWN, "1301", reason=NOT_THE_KEY),
        rule(KeyHealth.SPEND_LIMIT, "1310 1304"),
        limited("1302 1303 1305 1308 1312 1313 1316"),
        down("1120 1234 1230", status=range(400, 600)),
    ),
    good=(
        Good(
            when=has("data.limits"),
            facts=(
                ("plan", "data.level"),
                ("used", "data.limits.0.percentage"),
                ("reset", "data.limits.0.nextResetTime"),
            ),
        ),
    ),
)

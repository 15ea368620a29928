"""Writes the demo: 2 December 2025 as a recording, in our own words.

The facts: by 19:20 UTC crowd reports about ChatGPT were climbing; about 19:40 the status page posted elevated
errors; a routing misconfiguration was identified; a mitigation was applied; about 20:12 it was resolved. Pages,
ids and sentences are invented in the shape of the real formats. Run: ``python packaging/make_demo.py``.
"""

import json
from pathlib import Path

DAY = "2025-12-02T"
OPENAI = "https://status.openai.com/api/v2/summary.json"
ANTHROPIC = "https://status.claude.com/api/v2/summary.json"
GITHUB = "https://www.githubstatus.com/api/v2/summary.json"
INCIDENT = "01KBFDEM0REPLAY0F2DEC2025A"
PARTS = (
    ("01JMXBRMFE6N2NNT7DG6XZQ6PW", "Chat Completions"),
    ("01JP8CD9JR3HR6Y7G4Q75N4DVW", "Responses"),
    ("01JMXBNJXGV1T5GT2M9XA83XNG", "Conversations"),
    ("01JSM5RTJWHRWDTS6Q604VEW3B", "Login"),
    ("01JMXBRMFE4MAP2BHSJNZ787WX", "Images"),
)
HIT = {"Conversations", "Login", "Responses"}

UPDATES = (
    (
        "19:40:00",
        "investigating",
        "Many people get errors from ChatGPT, and some requests to the API fail. We are looking into it.",
    ),
    ("19:52:00", "identified", "The errors come from a routing misconfiguration. We are rolling it back."),
    ("20:01:00", "monitoring", "A mitigation is in place and errors are falling. We keep watching."),
    ("20:12:00", "resolved", "Error rates are back to normal. All of ChatGPT and the API work again."),
)


def openai(state: str, posted: int, indicator: tuple[str, str]) -> dict[str, object]:
    """Return the page with the first ``posted`` updates, its hit components in ``state``."""
    page: dict[str, object] = {
        "page": {
            "id": "01JMDK9XYNY6RXSED6SDWW50WY",
            "name": "OpenAI",
            "url": "https://status.openai.com/",
            "updated_at": f"{DAY}19:00:00Z",
        },
        "status": {"description": indicator[1], "indicator": indicator[0]},
        "components": [
            {"id": key, "name": name, "status": state if name in HIT else "operational", "position": place}
            for place, (key, name) in enumerate(PARTS)
        ],
    }
    if 0 < posted < len(UPDATES):
        page["incidents"] = [incident(posted)]
    return page


def incident(posted: int) -> dict[str, object]:
    """Return the incident after so many updates."""
    told = UPDATES[:posted]
    over = told[-1][1] == "resolved"
    return {
        "id": INCIDENT,
        "name": "Elevated errors in ChatGPT and the API",
        "status": told[-1][1],
        "impact": "major",
        "created_at": f"{DAY}19:40:00Z",
        "updated_at": f"{DAY}{told[-1][0]}Z",
        "resolved_at": f"{DAY}{told[-1][0]}Z" if over else None,
        "incident_updates": [
            {
                "id": f"01KBFDEM0UPDATE{place:011}",
                "status": phase,
                "body": text,
                "created_at": f"{DAY}{at}Z",
                "updated_at": f"{DAY}{at}Z",
                "incident_id": INCIDENT,
            }
            for place, (at, phase, text) in reversed(list(enumerate(told)))
        ],
    }


def statuspage(key: str, name: str, url: str, parts: tuple[tuple[str, str], ...]) -> dict[str, object]:
    """Return a Statuspage summary on a quiet day."""
    stamp = f"{DAY}18:00:00.000Z"
    return {
        "page": {"id": key, "name": name, "url": url, "time_zone": "Etc/UTC", "updated_at": stamp},
        "components": [
            {
                "id": part,
                "name": label,
                "status": "operational",
                "created_at": stamp,
                "updated_at": stamp,
                "position": place,
                "description": None,
                "showcase": True,
                "start_date": None,
                "group_id": None,
                "page_id": key,
                "group": False,
                "only_show_if_degraded": False,
            }
            for place, (part, label) in enumerate(parts, 1)
        ],
        "incidents": [],
        "scheduled_maintenances": [],
        "status": {"indicator": "none", "description": "All Systems Operational"},
    }


def line(at: str, url: str, body: dict[str, object], status: int = 200) -> str:
    """Return one line of the recording."""
    headers = {"content-type": "application/json; charset=utf-8"}
    return json.dumps({"at": f"{DAY}{at}Z", "url": url, "status": status, "headers": headers, "body": json.dumps(body)})


def main() -> None:
    """Write the recording."""
    fine = ("none", "All Systems Operational")
    claude = (
        ("rwppv331jlwc", "claude.ai"),
        ("0qbwn08sd68x", "Claude Console"),
        ("k8w3r06qmzrp", "Claude API (api.anthropic.com)"),
        ("yyzkbfz2thpt", "Claude Code"),
    )
    hub = (("8l4ygp009s5s", "Git Operations"), ("brv1bkgrwx7q", "API Requests"), ("pjmpxvq2cmr2", "Copilot"))
    history = OPENAI.replace("summary.json", "incidents.json")
    lines = [
        line("19:34:00", ANTHROPIC, statuspage("tymt9n04zgry", "Claude", "https://status.claude.com", claude)),
        line("19:34:00", GITHUB, statuspage("kctbh9vrtdwd", "GitHub", "https://www.githubstatus.com", hub)),
        line("19:34:00", OPENAI, openai("operational", 0, fine)),
        line("19:40:00", OPENAI, openai("degraded_performance", 1, ("minor", "Partial System Degradation"))),
        line("19:46:00", OPENAI, openai("major_outage", 1, ("critical", "Major System Outage"))),
        line("19:52:00", OPENAI, openai("major_outage", 2, ("critical", "Major System Outage"))),
        line("20:01:00", OPENAI, openai("degraded_performance", 3, ("minor", "Partial System Degradation"))),
        line("20:12:00", OPENAI, openai("operational", 4, fine)),
        line("20:12:00", history, {"page": openai("operational", 0, fine)["page"], "incidents": [incident(4)]}),
    ]
    target = Path(__file__).parent.parent / "resources" / "demo" / "2025-12-02.jsonl"
    target.parent.mkdir(exist_ok=True)
    target.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8")


if __name__ == "__main__":
    main()

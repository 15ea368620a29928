"""What pages of several platforms answer while an invented history goes on: their bodies, address by address."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from tests.builders import NOON
from tests.invented import OK, PARTS, WORDS, Life, statuses

PAST = 15
"""How many closed incidents a page still tells of."""
CUT_AT = 25
"""How many components incident.io's compatible face shows."""

_INDICATORS = dict(zip(WORDS, ("none", "minor", "major", "critical"), strict=True))
_GOOGLE = dict(zip(WORDS, ("AVAILABLE", "SERVICE_INFORMATION", "SERVICE_DISRUPTION", "SERVICE_OUTAGE"), strict=True))
_SEVERITIES = {"minor": "low", "major": "medium", "critical": "high"}

Bodies = dict[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """One kind of page. ``bodies`` says what it answers at a moment; ``knows`` what becomes of an incident on it."""

    bodies: Callable[[Sequence[Life], float], Bodies]
    knows: Callable[[Life], Life] = lambda life: life


def statuspage(lives: Sequence[Life], at: float) -> Bodies:
    """The summary lists what is open, the list of incidents what was."""
    bad = statuses(lives, at)
    summary = {
        "page": _page("acme0page0id", at),
        "components": [_part(f"part{part:08d}", part, bad.get(part, OK)) for part in range(PARTS)],
        "incidents": [_incident(each, at) for each in _open(lives, at)],
        "scheduled_maintenances": [],
        "status": _indicator(bad),
    }
    told = {"page": _page("acme0page0id", at), "incidents": [_incident(each, at) for each in _told(lives, at)]}
    base = "https://status.acme.example/api/v2"
    return {f"{base}/summary.json": json.dumps(summary), f"{base}/incidents.json": json.dumps(told)}


def incident_io(lives: Sequence[Life], at: float) -> Bodies:
    """incident.io's own face: the whole inventory, and what is affected."""
    leaves = [{"component_id": _ulid(f"1{part:03d}"), "name": f"Part {part}", "hidden": False} for part in range(PARTS)]
    bad = statuses(lives, at)
    own = {
        "summary": {
            "id": _ulid("1"),
            "name": "Acme",
            "components": [{"id": each["component_id"], "name": each["name"]} for each in leaves],
            "affected_components": [{"component_id": _ulid(f"1{k:03d}"), "status": word} for k, word in bad.items()],
            "ongoing_incidents": [_own_incident(each, at) for each in _open(lives, at)],
            "scheduled_maintenances": [],
            "structure": {"id": _ulid("2"), "items": [{"component": each} for each in leaves]},
        }
    }
    told = {"page": _page(_ulid("1"), at), "incidents": [_bare(_incident(each, at)) for each in _told(lives, at)]}
    base = "https://status.acme.example"
    return {f"{base}/proxy/status.acme.example": json.dumps(own), f"{base}/api/v2/incidents.json": json.dumps(told)}


def rotating(lives: Sequence[Life], at: float) -> Bodies:
    """incident.io's compatible face: 25 of the components, other ones each time; incidents name none of them."""
    bad = statuses(lives, at)
    shown = [(int(at * 7) + step) % PARTS for step in range(CUT_AT)]
    summary = {
        "page": _page(_ulid("1"), 0),
        "components": [_part(_ulid(f"1{part:03d}"), part, bad.get(part, OK)) for part in shown],
        "status": _indicator(bad),
    }
    if listed := [_bare(_incident(each, at)) for each in _open(lives, at)]:
        summary["incidents"] = listed  # the key is left out where nothing is open
    told = {"page": _page(_ulid("1"), 0), "incidents": [_bare(_incident(each, at)) for each in _told(lives, at)]}
    base = "https://status.acme.example/api/v2"
    return {f"{base}/summary.json": json.dumps(summary), f"{base}/incidents.json": json.dumps(told)}


def google(lives: Sequence[Life], at: float) -> Bodies:
    """One list of everything: what ends stays in it, and is edited there."""
    rows = [_google_row(each, at) for each in _told(lives, at)]
    return {"https://status.cloud.example/incidents.json": json.dumps(rows or [_google_row(lives[0], lives[0].ended)])}


def _as_google_has_it(life: Life) -> Life:
    """Return the incident with products, and with an impact; while it is open none of them is available."""
    words = [each.word if each.word != OK else WORDS[1] for each in life.posts[:-1]]
    parts = life.parts or (7,)
    return replace(
        life,
        impact="minor" if life.impact == "none" else life.impact,
        parts=parts,
        named=parts,
        posts=(*(replace(post, word=word) for post, word in zip(life.posts, words, strict=False)), life.posts[-1]),
        marked_at=life.began,
        cleared_at=life.ended,
    )


FACES: Mapping[str, Face] = {
    "statuspage": Face(statuspage),
    "incident.io": Face(incident_io),
    "incident.io, 25 of 40": Face(rotating),
    "google": Face(google, _as_google_has_it),
}


def _open(lives: Sequence[Life], at: float) -> list[Life]:
    return [each for each in lives if each.is_listed(at)]


def _told(lives: Sequence[Life], at: float) -> list[Life]:
    """What a list of incidents tells: all that is open, and the last that were, newest first."""
    known = [each for each in lives if each.phase(at) and at < each.gone_at]
    past = [each for each in known if not each.is_listed(at)]
    return sorted(_open(lives, at) + past[-PAST:], key=lambda each: each.began, reverse=True)


def _stamp(at: float) -> str:
    return (NOON + timedelta(minutes=at)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ulid(number: str) -> str:
    return f"01J0ACMEVXYZ{number:0>14}"


def _page(identity: str, at: float) -> dict[str, object]:
    return {"id": identity, "name": "Acme", "url": "https://status.acme.example", "updated_at": _stamp(at)}


def _part(identity: str, number: int, word: str) -> dict[str, object]:
    return {"id": identity, "name": f"Part {number}", "status": word, "position": number}


def _indicator(bad: Mapping[int, str]) -> dict[str, object]:
    word = max(bad.values(), key=WORDS.index, default=OK)
    return {"indicator": _INDICATORS[word], "description": word}


def _title(life: Life, at: float) -> str:
    is_edited = any(each.what == "title" and each.at <= at for each in life.edits)
    return f"Errors {life.id}{' (corrected)' if is_edited else ''}"


def _began(life: Life, at: float) -> float:
    return life.began + sum(each.by for each in life.edits if each.what == "begin" and each.at <= at)


def _updated(life: Life, at: float) -> float:
    return max(each for each in (*(post.at for post in life.posts), *(edit.at for edit in life.edits)) if each <= at)


def _updates(life: Life, at: float) -> list[tuple[str, float, float, str, str]]:
    """The posts so far, newest first: id, when, when changed, phase, text. An edit changes the oldest one's text."""
    edits = [each.at for each in life.edits if each.what == "text" and each.at <= at]
    rows = []
    for place, post in enumerate(each for each in life.posts if each.at <= at):
        is_edited = bool(edits) and place == 0
        text = f"{post.text} Later we found the cause." if is_edited else post.text
        rows.append((f"u{life.id}{place:03d}", post.at, edits[0] if is_edited else post.at, post.phase, text))
    return rows[::-1]


def _incident(life: Life, at: float) -> dict[str, object]:
    over = life.phase(at) == "resolved"
    return {
        "id": f"incident{life.id}",
        "name": _title(life, at),
        "status": life.phase(at),
        "impact": life.impact,
        "created_at": _stamp(life.began),
        "started_at": _stamp(_began(life, at)),
        "updated_at": _stamp(_updated(life, at)),
        # a page that opens one again keeps the first end
        "resolved_at": _stamp(next(each.at for each in life.posts if each.phase == "resolved")) if over else None,
        "shortlink": f"https://stspg.io/{life.id}",
        "components": [{"id": f"part{part:08d}", "name": f"Part {part}"} for part in life.named],
        "incident_updates": [
            {
                "id": identity,
                "status": phase,
                "body": text,
                "display_at": _stamp(posted),
                "created_at": _stamp(posted),
                "updated_at": _stamp(changed),
            }
            for identity, posted, changed, phase, text in _updates(life, at)
        ],
    }


def _bare(row: dict[str, object]) -> dict[str, object]:
    """Leave out what incident.io does; its ids are ULIDs."""
    gone = {"components", "shortlink", "started_at", "resolved_at"}
    kept = {name: value for name, value in row.items() if name not in gone}
    return kept | {"id": _ulid(str(row["id"]).removeprefix("incident"))}


def _own_incident(life: Life, at: float) -> dict[str, object]:
    word = life.word(at)
    worst = max((post.word for post in life.posts if post.at <= at), key=WORDS.index, default=OK)
    return {
        "id": _ulid(life.id),
        "name": _title(life, at),
        "status": life.phase(at),
        "type": "incident",
        "published_at": _stamp(_began(life, at)),
        "current_worst_impact": OK if life.impact == "none" else worst,
        "affected_components": [
            {"component_id": _ulid(f"1{part:03d}"), "status": word, "current_status": word} for part in life.named
        ],
        "updates": [
            {"id": identity, "published_at": _stamp(posted), "to_status": phase, "message_string": text}
            for identity, posted, _changed, phase, text in _updates(life, at)
        ],
    }


def _google_row(life: Life, at: float) -> dict[str, object]:
    updates = [
        {
            "status": _GOOGLE[OK if phase == "resolved" else life.word(posted)],
            "created": _stamp(posted),
            "when": _stamp(posted),
            "modified": _stamp(changed),
            "text": text,
        }
        for _identity, posted, changed, phase, text in _updates(life, at)
    ]
    over = life.phase(at) == "resolved"
    worst = max((post.word for post in life.posts), key=WORDS.index)
    return {
        "id": f"g{life.id}",
        "number": life.id,
        "begin": _stamp(_began(life, at)),
        "created": _stamp(life.began),
        "modified": _stamp(_updated(life, at)),
        "end": _stamp(life.ended) if over else None,
        "external_desc": _title(life, at),
        "updates": updates,
        "most_recent_update": updates[0],
        "status_impact": _GOOGLE[worst],
        "severity": _SEVERITIES[life.impact],
        "affected_products": [{"id": f"prod{part}", "title": f"Part {part}"} for part in life.parts],
        "uri": f"incidents/g{life.id}",
        "currently_affected_locations": [],
    }

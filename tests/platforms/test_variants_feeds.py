"""Feeds of other generators than those recorded: how each of them tells that an incident is open, or over."""

from html import escape

import pytest

from tests.reading import Told, look

NOW = "Tue, 22 Sep 2026 11:00:00 GMT"
LONG_AFTER = "Sun, 22 Nov 2026 11:00:00 GMT"


def item(title: str, text: str = "", *, at: str = "22 Sep 2026 10:00:00 GMT", name: str = "", link: str = "x") -> str:
    guid = f"<guid isPermaLink='false'>{name}</guid>" if name else ""
    return (
        f"<item><title>{title}</title><link>https://s.example/{link}</link>{guid}<pubDate>Tue, {at}</pubDate>"
        f"<description>{escape(text)}</description></item>"
    )


def rss(*items: str, head: str = "", sent: str = NOW, title: str = "Willow Status") -> Told:
    body = f"<rss version='2.0'><channel><title>{title}</title>{head}{''.join(items)}</channel></rss>"
    return look("/feed.rss", body, sent=sent)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("<b>Status: Resolved</b><br/><br/>Well again.", "operational"),
        ("<b>Status: Identified</b><br/>We know why.<ul><li>API (Degraded performance)</li></ul>", "degraded"),
        ("<b>Status: Identified</b><br/>We know why.<ul><li>API (Full outage)</li></ul>", "major_outage"),
        ("<p><small>Sep 22, 9:00 AM GMT+0</small><br/><strong>RESOLVED</strong> - Well again.</p>", "operational"),
        ("<strong>[Monitoring]</strong> A fix is in.<br/><strong>[Resolved]</strong> An older one.", "degraded"),
        ("<strong>[Resolved]</strong> Well again.<br/><strong>[Investigating]</strong> We look.", "operational"),
        ("Identified | We know why.", "degraded"),
        (
            "<strong>Incident Status</strong><br/>Operational<br/><strong>[Investigating]</strong> It began.",
            "operational",
        ),
        ("<strong>Incident Status</strong><br/>Service Disruption<br/>Components: Web", "degraded"),
        ("&lt;p&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - Well again.&lt;/p&gt;", "operational"),
        ("&lt;p&gt;&lt;strong&gt;Monitoring&lt;/strong&gt; - It is resolved, we think.&lt;/p&gt;", "degraded"),
        ("We are investigating errors and will write again once the issue has been resolved.", "degraded"),
        ("Errors. We hope that everything is back to normal soon. The service is restored.", "operational"),
        ("Errors. The issue has not been fixed.", "degraded"),
        ("Errors. After a restart, the service is restored.", "operational"),
        ("Errors. We write again after the service is restored.", "degraded"),
        ("State: Resolved", "operational"),
        ("Status – Monitoring", "degraded"),
        ("Everything is fully operational.", "operational"),
    ],
)
def test_a_newest_update_says_whether_an_incident_is_open(text: str, status: str) -> None:
    told = rss(item("Slow answers", text))

    assert (told.platform, told.status, told.basis) == ("feed", status, "incidents")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Wird untersucht", "degraded"),
        ("Gelöst", "operational"),
        ("Identifié", "degraded"),
        ("Résolu", "operational"),
        ("Monitoreando", "degraded"),
        ("Resuelto", "operational"),
        ("調査中", "degraded"),
        ("解決済み", "operational"),
        ("监控中", "degraded"),
        ("已解决", "operational"),
        ("해결됨", "operational"),
    ],
)
def test_a_page_may_be_written_in_another_language(word: str, status: str) -> None:
    told = rss(item("Störung", f"<p><strong>{word}</strong> - …</p>"))

    assert (told.platform, told.status) == ("feed", status)


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("Maintenance scheduled", "scheduled"),
        ("Maintenance in progress", "in_progress"),
        ("Geplant", "scheduled"),
        ("Under maintenance", "in_progress"),
        ("Planned Maintenance", "in_progress"),
    ],
)
def test_planned_work_is_told_apart(word: str, phase: str) -> None:
    told = rss(item("Move", f"<b>Status: {word}</b><br/>We move."))

    assert (told.status, told.work) == ("operational", {"Move": phase})


@pytest.mark.parametrize("title", ["Scheduled maintenance: database", "Upcoming Maintenance", "Wartungsarbeiten"])
def test_work_is_planned_where_nothing_says_how_far_it_is(title: str) -> None:
    told = rss(item(title, "Expect errors and some downtime."))

    assert (told.status, told.work) == ("operational", {title: "scheduled"})


@pytest.mark.parametrize("word", ["Maintenance complete", "Completed", "Terminé"])
def test_work_that_is_done_is_no_longer_listed(word: str) -> None:
    told = rss(item("Move", f"<b>Status: {word}</b><br/>We moved."))

    assert (told.platform, told.status, told.work) == ("feed", "operational", {})


def test_planned_work_is_not_forgotten_before_it_begins() -> None:
    clock = "<lastBuildDate>Tue, 22 Sep 2026 11:00:00 GMT</lastBuildDate>"
    text = "<b>Status: Maintenance scheduled</b>"

    assert rss(item("Move", text, at="08 Sep 2026 10:00:00 GMT"), head=clock).work == {"Move": "scheduled"}
    assert rss(item("Move", text, at="04 Aug 2026 10:00:00 GMT"), head=clock).work == {}


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("API recovered", "operational"),
        ("API went down", "degraded"),
        ("All systems operational", "operational"),
        ("Web is back online", "operational"),
        ("Service disruption: Errors", "major_outage"),
        ("Service impact: Errors", "major_outage"),
        ("Resolved: Informational message: Errors", "operational"),
        ("Performance issues: Errors", "partial_outage"),
        ("Informational message: Errors", "degraded"),
        ("Service is operating normally: [RESOLVED] Errors", "operational"),
        ("RESOLVED: Errors in one region", "operational"),
        ("UPDATE: Errors in one region", "degraded"),
        ("✅ Resolved: Errors", "operational"),
        ("Incident resolved: Errors", "operational"),
        ("Resolved - Errors", "operational"),
        ("Monitoring – Errors", "degraded"),
        ("Maintenance work has led to an outage", "partial_outage"),
    ],
)
def test_a_title_may_be_all_there_is(title: str, status: str) -> None:
    assert rss(item(title)).status == status


@pytest.mark.parametrize(
    ("word", "status"), [("Resolved", "operational"), ("monitoring", "degraded"), ("API", "degraded")]
)
def test_a_category_may_tell_the_state(word: str, status: str) -> None:
    told = rss(item("Slow answers").replace("</title>", f"</title><category>{word}</category>"))

    assert (told.platform, told.status) == ("feed", status)


def test_items_with_one_name_are_the_updates_of_one_incident() -> None:
    first = item("API went down", "We look into it.", name="i1", link="1")
    last = item("API recovered", "All good.", at="22 Sep 2026 10:30:00 GMT", name="i1", link="2")
    other = item("Web went down", "We look into it.", name="i2", link="3")

    told = rss(first, last)
    both = rss(other, last, first)

    assert (told.status, len(told.report.incidents)) == ("operational", 1)
    assert [each.text for each in told.report.incidents[0].updates] == ["All good.", "We look into it."]
    assert (both.status, both.open) == ("degraded", ["Web went down"])


def test_items_that_only_link_the_same_page_are_incidents_of_their_own() -> None:
    told = rss(item("API went down", at="22 Sep 2026 09:00:00 GMT"), item("Web recovered", link="x"))

    assert told.open == ["API went down"]


def test_a_feed_without_a_clock_goes_by_its_newest_item_and_freezes_after_half_a_year() -> None:
    open_one = item("API went down", name="i1")

    assert rss(open_one, sent=LONG_AFTER).open == ["API went down"]
    assert rss(open_one, item("Web recovered", at="29 Sep 2026 10:00:00 GMT", name="i2"), sent=LONG_AFTER).open == []
    assert rss(open_one, sent="Mon, 22 Mar 2027 11:00:00 GMT").open == []
    assert rss(open_one, sent="").open == ["API went down"]


@pytest.mark.parametrize("head", ["<b>Affected components</b>", "Affected components:<br/>"])
def test_an_update_of_incident_io_lists_its_components(head: str) -> None:
    rows = "<ul><li>Chat (Partial outage)</li><li>API</li></ul>We say more.<ul><li>No component</li></ul>"
    text = escape(f"<b>Status: Investigating</b><br/>We look.<br/>{head}{rows}")
    entry = f"<id>a</id><title>[Web] Errors</title><updated>2026-09-22T10:00:00Z</updated><summary>{text}</summary>"

    told = look("/feed.atom", f"<feed xmlns='http://www.w3.org/2005/Atom'><entry>{entry}</entry></feed>", sent=NOW)

    assert told.status == "partial_outage"
    assert [each.components for each in told.report.incidents] == [("Web", "Chat", "API")]


AWS = "<generator>AWS Service Health Dashboard RSS Generator</generator>"
BUILT = "<lastBuildDate>Tue, 22 Sep 2026 00:05:42 PDT</lastBuildDate>"


@pytest.mark.parametrize(
    ("head", "sent", "expected"),
    [
        (AWS + BUILT, NOW, ("feed", "operational", "incidents", "")),
        (AWS + BUILT, "", ("feed", "operational", "incidents", "")),
        (AWS + BUILT, "Mon, 22 Mar 2027 11:00:00 GMT", ("feed", "unknown", "none", "empty")),
        (AWS, NOW, ("feed", "unknown", "none", "empty")),
        (BUILT, NOW, ("feed", "unknown", "none", "empty")),
    ],
    ids=["fresh", "undated", "frozen", "without a clock", "of somebody else"],
)
def test_only_aws_says_something_with_an_empty_feed(head: str, sent: str, expected: tuple[str, ...]) -> None:
    told = rss(head=head, sent=sent)

    assert (told.platform, told.status, told.basis, told.error) == expected


@pytest.mark.parametrize(
    ("title", "story", "is_status"),
    [
        ("Willow", "How we cut latency and errors in half", False),
        ("Willow News", "Investigating what failed in our kitchen", False),
        ("Willow", "New: a faster model", False),
        ("Willow", "A faster model [Available]", False),
        ("Willow Status", "Latency is elevated", True),
        ("Incident history", "Errors", True),
        ("Willow", "Outage in Europe", True),
        ("Willow", "[Resolved] Slow answers", True),
    ],
)
def test_news_of_other_kinds_are_no_status_page(title: str, story: str, *, is_status: bool) -> None:
    told = rss(item(story), item("We have a new office", link="y"), title=title)

    assert (told.platform == "feed") is is_status
    assert is_status or told.error == "not_a_status_page"

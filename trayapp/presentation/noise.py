"""How many pop-ups some rules make, in words: the noise preview."""

from collections.abc import Mapping
from datetime import timedelta
from gettext import gettext as _
from gettext import ngettext

from trayapp.domain.rehearsal import Rehearsal

_DAY = timedelta(days=1)
_MOST_NAMED = 3


def noise_line(rehearsal: Rehearsal) -> str:
    """Return the count: "With these rules: 4 pop-ups in the last 30 days."."""
    if rehearsal.since is None:
        return _("Nothing is recorded yet. In some days this line says how many pop-ups these rules make.")
    days = max(1, round((rehearsal.until - rehearsal.since) / _DAY))
    period = ngettext("in the last day", "in the last {days} days", days).format(days=days)
    if not rehearsal.pop_ups:
        return _("With these rules: no pop-up {period}.").format(period=period)
    count = ngettext("{count} pop-up", "{count} pop-ups", rehearsal.pop_ups).format(count=rehearsal.pop_ups)
    return _("With these rules: {count} {period}.").format(count=count, period=period)


def noise_makers(rehearsal: Rehearsal, names: Mapping[str, str]) -> str:
    """Return which pages they are of, the loudest first: "By page: Acme 3, Other 1"; empty where there are none."""
    pages = [(names.get(page_id, page_id), count) for page_id, count in rehearsal.by_page]
    shown = [_("{page} {count}").format(page=name, count=count) for name, count in pages[:_MOST_NAMED]]
    left = sum(count for _name, count in pages[_MOST_NAMED:])
    if left:
        shown.append(ngettext("others {count}", "others {count}", left).format(count=left))
    return _("By page: {pages}").format(pages=", ".join(shown)) if shown else ""

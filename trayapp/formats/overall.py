"""A page's own summary beside its list: where the two contradict each other, the page must not read as fine."""

from trayapp.domain.incident import Incident
from trayapp.domain.report import Component
from trayapp.domain.status import Status


def unexplained(
    name: str, status: Status | None, said: str, components: tuple[Component, ...], incidents: tuple[Incident, ...]
) -> tuple[Component, ...]:
    """Return the page itself as one more component (or nothing) where its summary is worse than all it lists.

    For platforms that compute the summary from the list: if it is not fine, or a word we do not know, while every
    component is fine and no incident with an impact is open, then a row was lost or hidden, or the two were read at
    different moments.
    Without any component the summary counts by itself. Never for Statuspage, whose indicator may be yellow for years.

    ===============  =================================  ==========
    summary          what is listed                     result
    ===============  =================================  ==========
    operational      anything                           nothing
    anything else    a component bad or unknown         nothing
    anything else    an incident with an impact open    nothing
    maintenance      a component in maintenance         nothing
    anything else    otherwise                          the page
    ===============  =================================  ==========
    """
    told = {each.status for each in components}
    is_told = None in told or any(each is not None and each.is_bad for each in told)
    is_told = is_told or any(each.is_open and each.has_impact for each in incidents)
    if status is Status.OPERATIONAL or is_told or not components:
        return ()
    if status is Status.MAINTENANCE and Status.MAINTENANCE in told:
        return ()
    return (Component(id="page", name=name or "Page", status=status, said=said),)

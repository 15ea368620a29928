"""When a key is worth a pop-up: once when it stops working, once when it works again."""

from trayapp.domain.alert import Alert, AlertKind, Circumstances, Decision, Level, NotificationRules, Reason
from trayapp.domain.alertbook import AlertBook, Decided
from trayapp.domain.digest import is_held, offer, withdraw
from trayapp.domain.keys import KeyHealth, KeyState


def decide_key(
    book: AlertBook, noted: KeyHealth | None, after: KeyState, rules: NotificationRules, around: Circumstances
) -> Decided:
    """Decide what one check of one key is worth telling. First match wins.

    ``noted`` is the last health that was either good or bad, ``None`` before there was one: an unclear answer in
    between neither loses nor repeats anything, and whoever adds a key sees its first verdict anyway. The alert's title
    is the key's label, its components are the name of the health and the reason.

    ==================================  ===========================  =====  ================
    the key                             condition                    told?  reason
    ==================================  ===========================  =====  ================
    is as it was noted, or unclear                                   -      (no decision)
    has its first verdict                                            -      (no decision)
    turned bad, or works again          its provider is muted        no     MUTED
    works again                         only outages are wanted      no     BELOW_LEVEL
    works again                         that it turned bad waits     no     NEVER_TOLD
    turned bad, or works again          pop-ups are snoozed          later  HELD_SNOOZED
    turned bad, or works again          after sleep                  later  HELD_AFTER_SLEEP
    turned bad, or works again          quiet hours                  later  HELD_QUIET_HOURS
    turned bad, or works again          the fourth within 30 s       later  HELD_FOR_GROUP
    turned bad                          otherwise                    yes    NEW
    turned from one bad to another      otherwise                    yes    WORSE
    works again                         otherwise                    yes    OVER
    ==================================  ===========================  =====  ================
    """
    reason = _reason(noted, after.health)
    if reason is None or after.checked_at is None:
        return book, ()
    alert = Alert(
        kind=AlertKind.KEY,
        at=after.checked_at,
        title=after.ref.label,
        started_at=after.since,
        components=(after.health.value, after.reason),
        concern=f"key/{after.ref.id}",
    )
    return _told(book, alert, reason, rules.level_for("", after.ref.provider), around)


def noted_after(noted: KeyHealth | None, after: KeyState) -> KeyHealth | None:
    """Return what to note of a check for the next one."""
    return after.health if after.health.works or after.health.is_bad else noted


def _reason(noted: KeyHealth | None, after: KeyHealth) -> Reason | None:
    if noted is None or noted is after:
        return None
    if after.is_bad:
        return Reason.WORSE if noted.is_bad else Reason.NEW
    return Reason.OVER if noted.is_bad and after.works else None


def _told(book: AlertBook, alert: Alert, reason: Reason, level: Level, around: Circumstances) -> Decided:
    if level is Level.MUTE:
        return book, (Decision(alert, told=False, reason=Reason.MUTED),)
    if level is Level.OUTAGES and reason is Reason.OVER:
        return book, (Decision(alert, told=False, reason=Reason.BELOW_LEVEL),)
    if reason is Reason.OVER and is_held(book, alert.concern):
        return withdraw(book, alert.concern), (Decision(alert, told=False, reason=Reason.NEVER_TOLD),)
    return offer(book, alert, reason, around)

"""The words by which items of a feed tell how far an incident is, in the languages status pages are written in.

Statuspage, incident.io and their imitators head each update with one of them. They are compared in small letters.
"""

from trayapp.domain.incident import Phase

_BY_PHASE = {
    Phase.INVESTIGATING: (
        "investigating|new|open|ongoing|untersuchung|in untersuchung|wird untersucht|investigation|"
        "investigation en cours|en cours d'investigation|enquête en cours|en cours d'analyse|investigando|"
        "en investigación|em investigação|in fase di analisi|調査中|正在调查|调查中|調查中|조사 중|조사중"
    ),
    Phase.IDENTIFIED: (
        "identified|identifiziert|identifié|identificado|identificato|原因特定|特定済み|已确认|已確認|확인됨"
    ),
    Phase.MONITORING: (
        "monitoring|watching|mitigated|recovering|beobachtung|überwachung|wird überwacht|surveillance|"
        "en cours de surveillance|sous surveillance|monitoreando|supervisando|en supervisión|monitorando|"
        "em monitoramento|monitoraggio|in monitoraggio|監視中|监控中|正在监控|監控中|모니터링 중"
    ),
    Phase.UPDATE: "update|updated|mise à jour|actualización|atualização|aggiornamento|更新",
    Phase.RESOLVED: (
        "resolved|fixed|closed|recovered|restored|operational|available|up|gelöst|behoben|beendet|résolu|resuelto|"
        "resolvido|risolto|解決済み|解決|解決しました|已解决|已解決|已恢复|已恢復|해결됨|해결"
    ),
    Phase.POSTMORTEM: "postmortem|post-mortem|事後分析",
    Phase.SCHEDULED: (
        "scheduled|planned|maintenance scheduled|geplant|planifié|programmé|programado|agendado|programmato|予定|計画|"
        "计划中|計劃中|예정됨"
    ),
    Phase.IN_PROGRESS: (
        "in progress|in_progress|maintenance in progress|under way|in bearbeitung|en cours|en curso|en progreso|"
        "em andamento|in corso|進行中|进行中|진행 중"
    ),
    Phase.VERIFYING: "verifying|überprüfung|vérification|verificando|検証中|验证中",
    Phase.COMPLETED: (
        "completed|complete|maintenance complete|maintenance completed|cancelled|canceled|abgeschlossen|terminé|"
        "completado|concluído|completato|完了|已完成|완료됨"
    ),
}
PHASES = {said: phase for phase, words in _BY_PHASE.items() for said in words.split("|")}
WORKED_ON = ("under maintenance", "planned maintenance")
TROUBLED = (
    "degraded performance",
    "degraded",
    "partial service disruption",
    "service disruption",
    "security event",
    "partial outage",
    "major outage",
    "full outage",
    "outage",
    "down",
    *WORKED_ON,
)
"""Words that stand where a phase could, and say that something goes on without saying how far it is."""

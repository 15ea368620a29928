"""What the history asks of its database, as SQL. Names after a colon are parameters; lists come as JSON."""

FIND_INCIDENT = "SELECT * FROM incident WHERE page_id = :page_id AND kind = :kind AND incident_id = :incident_id"
FIND_OPEN = "SELECT * FROM incident WHERE page_id = ? AND is_open AND unlisted_at IS NULL"
ADD_INCIDENT = """
    INSERT INTO incident (page_id, kind, incident_id, title, phase, said, impact, started_at, updated_at, resolved_at,
        url, component_ids, components, scheduled_for, scheduled_until, is_open, begun_at, over_at, first_seen_at,
        last_seen_at)
    VALUES (:page_id, :kind, :incident_id, :title, :phase, :said, :impact, :started_at, :updated_at, :resolved_at,
        :url, :component_ids, :components, :scheduled_for, :scheduled_until, :is_open, :begun_at, :over_at, :at, :at)
"""
CHANGE_INCIDENT = """
    UPDATE incident SET title = :title, phase = :phase, said = :said, impact = :impact, started_at = :started_at,
        updated_at = :updated_at, resolved_at = :resolved_at, url = :url, component_ids = :component_ids,
        components = :components, scheduled_for = :scheduled_for, scheduled_until = :scheduled_until,
        is_open = :is_open, begun_at = :begun_at, over_at = :over_at, last_seen_at = max(last_seen_at, :at),
        unlisted_at = NULL
    WHERE page_id = :page_id AND kind = :kind AND incident_id = :incident_id
"""
KEEP_INCIDENT_VERSION = """
    INSERT INTO incident_version (incident, seen_until, title, impact, started_at)
    SELECT :key, :at, :title, :impact, :started_at WHERE NOT EXISTS (
        SELECT 1 FROM incident_version
        WHERE incident = :key AND title = :title AND impact = :impact AND started_at IS :started_at)
"""
ADD_UPDATE = """
    INSERT INTO incident_update (incident, update_id, phase, said, posted_at, text, seen_at)
    VALUES (:incident, :update_id, :phase, :said, :posted_at, :text, :at)
"""
CHANGE_UPDATE = """
    UPDATE incident_update SET phase = :phase, said = :said, posted_at = :posted_at, text = :text, seen_at = :at
    WHERE incident = :incident AND update_id = :update_id
"""
KEEP_UPDATE_VERSION = """
    INSERT INTO update_version (incident, update_id, phase, posted_at, text, seen_at)
    SELECT :incident, :update_id, :phase, :posted_at, :text, :seen_at WHERE NOT EXISTS (
        SELECT 1 FROM update_version WHERE incident = :incident AND update_id = :update_id AND phase = :phase
        AND posted_at = :posted_at AND text = :text)
"""
"""A page whose caches answer old and new words in turn must not fill the disk: each wording is kept once."""
FIND_WORDS = """
    SELECT text FROM incident_update WHERE incident = :incident
    UNION ALL SELECT text FROM update_version WHERE incident = :incident
"""
FIND_INCIDENTS = """
    SELECT * FROM incident AS i
    WHERE (:pages IS NULL OR page_id IN (SELECT value FROM json_each(:pages)))
        AND (:phases IS NULL OR phase IN (SELECT value FROM json_each(:phases)))
        AND (:since IS NULL OR coalesce(over_at, unlisted_at, :forever) >= :since)
        AND (:until IS NULL OR begun_at < :until)
        AND (:component = '' OR EXISTS (
            SELECT 1 FROM incident_text
            WHERE incident = i.key AND instr(components, char(10) || :component || char(10))))
        AND (:words IS NULL OR NOT EXISTS (
            SELECT 1 FROM json_each(:words) AS word
            WHERE NOT instr((SELECT folded FROM incident_text WHERE incident = i.key), word.value)))
    ORDER BY begun_at DESC, key DESC LIMIT :limit OFFSET :offset
"""
FIND_UPDATES = """
    SELECT * FROM incident_update WHERE incident IN (SELECT value FROM json_each(:keys))
    ORDER BY posted_at DESC, key DESC
"""
FIND_UPDATE_VERSIONS = """
    SELECT * FROM update_version WHERE incident IN (SELECT value FROM json_each(:keys)) ORDER BY seen_at, key
"""
FIND_INCIDENT_VERSIONS = """
    SELECT * FROM incident_version WHERE incident IN (SELECT value FROM json_each(:keys)) ORDER BY seen_until, key
"""
FIND_CHANGES = """
    SELECT * FROM status_change AS c WHERE (:page IS NULL OR page_id = :page) AND (at >= :since OR key = (
        SELECT key FROM status_change WHERE page_id = c.page_id AND at < :since ORDER BY at DESC, key DESC LIMIT 1))
    ORDER BY at, key
"""
FIND_SIGHTINGS = """
    SELECT page_id, source, at, said FROM sighting
    WHERE page_id IN (SELECT value FROM json_each(:pages)) AND at BETWEEN :begin AND :end ORDER BY at, key
"""
FIND_TOLD = """
    SELECT page_id, coalesce(incident_id, '') AS incident_id, CASE WHEN told THEN at ELSE (
        SELECT min(digest.at) FROM decision AS digest
        WHERE digest.kind = 'digest' AND digest.told AND digest.at >= decision.at) END AS at
    FROM decision
    WHERE at >= :begin AND page_id IN (SELECT value FROM json_each(:pages))
        AND kind IN ('opened', 'escalated', 'started_during') AND (told OR reason LIKE '%gathered')
    ORDER BY at, key
"""
"""What was held back counts from the digest that told it."""
FIND_SPANS = """
    SELECT page_id, incident_id, begun_at, coalesce(over_at, unlisted_at) AS over
    FROM incident INDEXED BY incident_begun
    WHERE begun_at BETWEEN :begin AND :end AND kind = 'incident'
        AND page_id IN (SELECT value FROM json_each(:pages))
    UNION ALL
    SELECT page_id, incident_id, begun_at, NULL AS over FROM incident INDEXED BY incident_open
    WHERE is_open AND unlisted_at IS NULL AND begun_at < :begin AND kind = 'incident'
        AND page_id IN (SELECT value FROM json_each(:pages))
"""
PRUNE_INCIDENTS = "DELETE FROM incident WHERE coalesce(over_at, unlisted_at) < :before"
PRUNE_CHANGES = """
    DELETE FROM status_change WHERE at < :before AND key <> (
        SELECT last.key FROM status_change AS last WHERE last.page_id = status_change.page_id AND last.at < :before
        ORDER BY last.at DESC, last.key DESC LIMIT 1)
"""
PRUNE_GAPS = "DELETE FROM gap WHERE ended_at < :before"
COUNT = """
    SELECT (SELECT count(*) FROM incident) AS incidents, (SELECT count(*) FROM incident_update) AS updates,
        (SELECT count(*) FROM update_version) + (SELECT count(*) FROM incident_version) AS versions,
        (SELECT count(*) FROM status_change) AS status_changes, (SELECT count(*) FROM decision) AS decisions,
        (SELECT count(*) FROM gap) AS gaps, page_count * page_size AS size
    FROM pragma_page_count(), pragma_page_size()
"""

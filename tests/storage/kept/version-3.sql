PRAGMA application_id = 1095980081;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE book (key INTEGER PRIMARY KEY CHECK (key = 1), at INTEGER NOT NULL, content BLOB NOT NULL);
INSERT INTO "book" VALUES(1,1764684120000,X'626F6F6B');
CREATE TABLE decision (
        key INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        page_id TEXT,
        incident_id TEXT,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        told INTEGER NOT NULL,
        reason TEXT NOT NULL
    , alert TEXT NOT NULL DEFAULT '');
INSERT INTO "decision" VALUES(1,1764684120000,'openai','i1','opened','Elevated errors',1,'new trouble','{"kind":"opened","at":"2025-12-02T14:02:00Z","page_id":"openai","incident_id":"i1","title":"Elevated errors","status":"degraded","started_at":"2025-12-02T14:00:00Z","ended_at":null,"components":["API"],"concern":"openai/i1","gathered":[],"is_wanted":false}');
CREATE TABLE gap (
        key INTEGER PRIMARY KEY,
        began_at INTEGER NOT NULL,
        ended_at INTEGER NOT NULL,
        why TEXT NOT NULL
    );
INSERT INTO "gap" VALUES(1,1764684120000,1764684180000,'asleep');
CREATE TABLE incident (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        incident_id TEXT NOT NULL,
        title TEXT NOT NULL,
        phase TEXT NOT NULL,
        said TEXT NOT NULL,
        impact TEXT NOT NULL,
        started_at INTEGER,
        updated_at INTEGER,
        resolved_at INTEGER,
        url TEXT,
        component_ids TEXT NOT NULL,
        components TEXT NOT NULL,
        scheduled_for INTEGER,
        scheduled_until INTEGER,
        is_open INTEGER NOT NULL,
        begun_at INTEGER NOT NULL,
        over_at INTEGER,
        first_seen_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        unlisted_at INTEGER,
        UNIQUE (page_id, kind, incident_id)
    );
INSERT INTO "incident" VALUES(1,'openai','incident','i1','Elevated errors for ChatGPT, kept','resolved','Investigating','major',1764684120000,NULL,1764684660000,'https://status.example.com/i1','["c1"]','["ChatGPT"]',NULL,NULL,0,1764684120000,1764684660000,1764684120000,1764684180000,NULL);
CREATE TABLE incident_text (
        incident INTEGER PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
        folded TEXT NOT NULL,
        components TEXT NOT NULL
    );
INSERT INTO "incident_text" VALUES(1,'elevated errors for chatgpt, kept
chatgpt
we look into it.
all fine again.
we look.','
chatgpt
');
CREATE TABLE incident_update (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        update_id TEXT NOT NULL,
        phase TEXT NOT NULL,
        said TEXT NOT NULL,
        posted_at INTEGER NOT NULL,
        text TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        UNIQUE (incident, update_id)
    );
INSERT INTO "incident_update" VALUES(1,1,'u1','investigating','Investigating',1764684120000,'We look into it.',1764684180000);
INSERT INTO "incident_update" VALUES(2,1,'u2','resolved','Resolved',1764684660000,'All fine again.',1764684180000);
CREATE TABLE incident_version (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        seen_until INTEGER NOT NULL,
        title TEXT NOT NULL,
        impact TEXT NOT NULL,
        started_at INTEGER
    );
INSERT INTO "incident_version" VALUES(1,1,1764684180000,'Elevated errors, kept','major',1764684120000);
CREATE TABLE sighting (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        source TEXT NOT NULL,
        at INTEGER NOT NULL,
        said TEXT NOT NULL
    );
INSERT INTO "sighting" VALUES(1,'openai','you',1764683100000,'fine');
CREATE TABLE status_change (
        key INTEGER PRIMARY KEY,
        page_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        before TEXT,
        after TEXT
    );
INSERT INTO "status_change" VALUES(1,'openai',1764684120000,NULL,'major_outage');
CREATE TABLE update_version (
        key INTEGER PRIMARY KEY,
        incident INTEGER NOT NULL REFERENCES incident ON DELETE CASCADE,
        update_id TEXT NOT NULL,
        phase TEXT NOT NULL,
        posted_at INTEGER NOT NULL,
        text TEXT NOT NULL,
        seen_at INTEGER NOT NULL
    );
INSERT INTO "update_version" VALUES(1,1,'u1','investigating',1764684120000,'We look.',1764684120000);
CREATE TABLE watching (key INTEGER PRIMARY KEY CHECK (key = 1), until INTEGER NOT NULL);
INSERT INTO "watching" VALUES(1,1764684120000);
CREATE INDEX incident_begun ON incident (begun_at);
CREATE INDEX incident_open ON incident (page_id) WHERE is_open AND unlisted_at IS NULL;
CREATE INDEX incident_version_of ON incident_version (incident);
CREATE INDEX update_version_of ON update_version (incident);
CREATE INDEX status_change_at ON status_change (page_id, at);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX gap_ended ON gap (ended_at);
CREATE INDEX sighting_at ON sighting (page_id, at);
COMMIT;

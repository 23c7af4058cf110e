/* schema: the steps.  Times are UTC milliseconds; NULL is "no time". */
#include "store/schema.h"

#include "store/search.h"

/* Step 1: what the road from poll to delivery needs. */
static const char road_items[] =
    "CREATE TABLE meta("
    "  key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"

    /* One row per configuration that was swapped in. */
    "CREATE TABLE generation("
    "  id INTEGER PRIMARY KEY, hash TEXT NOT NULL, at INTEGER NOT NULL)"
    "  STRICT;"

    /* A source as configured when it was last synced, and what polling knows
     * of it; removed ones keep their state and their items. */
    "CREATE TABLE source_state("
    "  id TEXT PRIMARY KEY, url TEXT NOT NULL, title TEXT NOT NULL,"
    "  kind TEXT NOT NULL, owner TEXT, tier TEXT, tags TEXT NOT NULL,"
    "  added INTEGER NOT NULL, removed INTEGER,"
    "  etag TEXT, last_modified TEXT, body_hash BLOB,"
    "  first_poll INTEGER, last_poll INTEGER, last_success INTEGER,"
    "  last_new INTEGER, next_poll INTEGER,"
    "  failures INTEGER NOT NULL DEFAULT 0,"
    "  interval_ms INTEGER NOT NULL DEFAULT 0,"
    "  moved_to TEXT, moved_count INTEGER NOT NULL DEFAULT 0,"
    "  moved_since INTEGER, deaths INTEGER NOT NULL DEFAULT 0,"
    "  state INTEGER NOT NULL DEFAULT 0,"
    "  items INTEGER NOT NULL DEFAULT 0) STRICT;"
    /* Apart, because it is large and a poll without news leaves it alone. */
    "CREATE TABLE source_seen("
    "  source TEXT PRIMARY KEY REFERENCES source_state(id),"
    "  seen BLOB NOT NULL) STRICT;"

    "CREATE TABLE item("
    "  id INTEGER PRIMARY KEY,"
    "  source TEXT NOT NULL REFERENCES source_state(id),"
    "  identity BLOB NOT NULL CHECK(length(identity) = 32),"
    "  revision INTEGER, revisions INTEGER NOT NULL DEFAULT 0,"
    "  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    "  baseline INTEGER NOT NULL,"
    "  UNIQUE(source, identity)) STRICT;"
    "CREATE TABLE revision("
    "  id INTEGER PRIMARY KEY,"
    "  item INTEGER NOT NULL REFERENCES item(id),"
    "  digest BLOB NOT NULL CHECK(length(digest) = 32),"
    "  seen INTEGER NOT NULL, url TEXT, title TEXT NOT NULL,"
    "  text TEXT NOT NULL, published INTEGER, updated INTEGER,"
    "  features BLOB, score INTEGER NOT NULL, level INTEGER NOT NULL,"
    "  category TEXT, generation INTEGER NOT NULL,"
    "  UNIQUE(item, digest)) STRICT;"
    "CREATE TABLE finding("
    "  id INTEGER PRIMARY KEY,"
    "  revision INTEGER NOT NULL REFERENCES revision(id),"
    "  rule TEXT NOT NULL, title TEXT NOT NULL, category TEXT NOT NULL,"
    "  rule_version INTEGER NOT NULL, generation INTEGER NOT NULL,"
    "  points INTEGER NOT NULL, indeterminate INTEGER NOT NULL,"
    "  spans BLOB NOT NULL, UNIQUE(revision, rule)) STRICT;";

static const char road_incidents[] =
    "CREATE TABLE incident("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  open INTEGER NOT NULL, state TEXT NOT NULL, substate TEXT NOT NULL,"
    "  level INTEGER NOT NULL, score INTEGER NOT NULL,"
    "  title TEXT NOT NULL, category TEXT, owner TEXT, assignee TEXT,"
    "  reason TEXT, explanation TEXT,"
    "  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    "  opened INTEGER, acknowledged INTEGER, closed INTEGER, until INTEGER,"
    "  before TEXT NOT NULL, before_until INTEGER,"
    "  previous INTEGER REFERENCES incident(id),"
    "  merged_into INTEGER REFERENCES incident(id),"
    "  generation INTEGER NOT NULL) STRICT;"
    "CREATE INDEX incident_seen ON incident(last_seen, id);"
    "CREATE INDEX incident_open ON incident(last_seen, id) WHERE open = 1;"
    "CREATE INDEX incident_until ON incident(until)"
    "  WHERE open = 1 AND until IS NOT NULL;"
    /* The key is the promise: an item is in one incident. */
    "CREATE TABLE incident_item("
    "  item INTEGER PRIMARY KEY REFERENCES item(id),"
    "  incident INTEGER NOT NULL REFERENCES incident(id),"
    "  why TEXT, similarity REAL NOT NULL, at INTEGER NOT NULL,"
    "  told INTEGER) STRICT;"
    "CREATE INDEX incident_item_untold ON incident_item(incident)"
    "  WHERE told IS NULL;"
    "CREATE INDEX incident_item_incident ON incident_item(incident);";

static const char road_desk[] =
    "CREATE TABLE ledger("
    "  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,"
    "  incident INTEGER, by TEXT, origin TEXT, text TEXT,"
    "  hash BLOB NOT NULL CHECK(length(hash) = 32)) STRICT;"
    "CREATE INDEX ledger_incident ON ledger(incident)"
    "  WHERE incident IS NOT NULL;"
    "CREATE TRIGGER ledger_is_final BEFORE UPDATE ON ledger BEGIN"
    "  SELECT RAISE(ABORT, 'the ledger is append-only'); END;"
    "CREATE TRIGGER ledger_is_kept BEFORE DELETE ON ledger BEGIN"
    "  SELECT RAISE(ABORT, 'the ledger is append-only'); END;"

    "CREATE TABLE delivery("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  message_id TEXT NOT NULL, channel TEXT NOT NULL,"
    "  type TEXT NOT NULL, incident INTEGER REFERENCES incident(id),"
    "  level INTEGER NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL,"
    "  attempts INTEGER NOT NULL, created INTEGER NOT NULL, next INTEGER,"
    "  finished INTEGER, last_error TEXT,"
    "  UNIQUE(message_id, channel)) STRICT;"
    "CREATE INDEX delivery_pending ON delivery(level DESC, created, id)"
    "  WHERE state = 'pending';"
    "CREATE INDEX delivery_next ON delivery(next) WHERE state = 'pending';"
    "CREATE INDEX delivery_state ON delivery(state, id);"
    "CREATE INDEX delivery_incident ON delivery(incident, state)"
    "  WHERE incident IS NOT NULL;"
    "CREATE TABLE attempt("
    "  delivery INTEGER NOT NULL REFERENCES delivery(id),"
    "  number INTEGER NOT NULL, at INTEGER NOT NULL,"
    "  elapsed_ms INTEGER NOT NULL, class TEXT NOT NULL,"
    "  status INTEGER NOT NULL, text TEXT,"
    "  PRIMARY KEY(delivery, number)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE condition("
    "  id INTEGER PRIMARY KEY, subject TEXT NOT NULL, kind TEXT NOT NULL,"
    "  text TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER) STRICT;"
    "CREATE UNIQUE INDEX condition_open ON condition(subject, kind)"
    "  WHERE closed IS NULL;"

    "CREATE TABLE user("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    "  password_hash TEXT, role TEXT NOT NULL, lang TEXT,"
    "  disabled INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE session("
    "  hash BLOB PRIMARY KEY CHECK(length(hash) = 32),"
    "  user INTEGER NOT NULL REFERENCES user(id),"
    "  created INTEGER NOT NULL, expires INTEGER NOT NULL)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE token("
    "  hash BLOB PRIMARY KEY CHECK(length(hash) = 32),"
    "  user INTEGER NOT NULL REFERENCES user(id), name TEXT NOT NULL,"
    "  scope TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER,"
    "  UNIQUE(user, name)) STRICT, WITHOUT ROWID;";

/* Step 2: validators belong to the address that gave them, which after a
 * redirect is not the source's. */
static const char validator_url[] =
    "ALTER TABLE source_state ADD COLUMN validator_url TEXT;";

/* Step 3: pages that are still to be read; items first seen long after they
 * were published. */
static const char wanted_pages[] =
    "CREATE TABLE wanted("
    "  id INTEGER PRIMARY KEY,"
    "  source TEXT NOT NULL REFERENCES source_state(id),"
    "  kind INTEGER NOT NULL, url TEXT NOT NULL,"
    "  item INTEGER REFERENCES item(id),"
    "  remaining INTEGER NOT NULL, tries INTEGER NOT NULL,"
    "  baseline INTEGER NOT NULL, since INTEGER, due INTEGER NOT NULL,"
    "  UNIQUE(source, kind, url)) STRICT;"
    "CREATE INDEX wanted_due ON wanted(due);"
    "ALTER TABLE item ADD COLUMN backfill INTEGER NOT NULL DEFAULT 0;";

/* Step 4: conditions in both languages, and who was told; signs that are not
 * enough yet; the last polls of each source. */
static const char condition_words[] =
    "ALTER TABLE condition ADD COLUMN text_zh TEXT;"
    "ALTER TABLE condition ADD COLUMN severity INTEGER NOT NULL DEFAULT 2;"
    "ALTER TABLE condition ADD COLUMN told INTEGER;"
    "ALTER TABLE condition ADD COLUMN told_closed INTEGER;"
    "CREATE INDEX condition_untold ON condition(opened)"
    "  WHERE closed IS NULL AND told IS NULL;"
    "CREATE INDEX condition_untold_end ON condition(closed)"
    "  WHERE closed IS NOT NULL AND told IS NOT NULL AND told_closed IS NULL;"
    "CREATE INDEX condition_subject ON condition(subject, id);"
    "CREATE TABLE suspicion("
    "  subject TEXT NOT NULL, kind TEXT NOT NULL, against INTEGER NOT NULL,"
    "  PRIMARY KEY(subject, kind)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE source_state ADD COLUMN trouble INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX source_trouble"
    "  ON source_state((removed IS NOT NULL), (-trouble), id);";
static const char poll_logs[] =
    "CREATE TABLE poll_log("
    "  source TEXT NOT NULL, number INTEGER NOT NULL,"
    "  at INTEGER NOT NULL, since INTEGER NOT NULL, times INTEGER NOT NULL,"
    "  outcome TEXT NOT NULL, cause TEXT, status INTEGER NOT NULL,"
    "  elapsed_ms INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    "  in_window INTEGER NOT NULL, news INTEGER NOT NULL,"
    "  reason TEXT, notes TEXT,"
    "  PRIMARY KEY(source, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE poll_tally("
    "  outcome TEXT PRIMARY KEY, polls INTEGER NOT NULL,"
    "  ms INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* Step 5: how often a source publishes, and what decided its next poll. */
static const char source_rhythm[] =
    "ALTER TABLE source_state ADD COLUMN rhythm BLOB;"
    "ALTER TABLE source_state ADD COLUMN items_a_week REAL;"
    "ALTER TABLE source_state ADD COLUMN workdays INTEGER;"
    "ALTER TABLE source_state ADD COLUMN from_hour INTEGER;"
    "ALTER TABLE source_state ADD COLUMN to_hour INTEGER;"
    "ALTER TABLE source_state ADD COLUMN ttl_ms INTEGER;"
    "ALTER TABLE source_state ADD COLUMN skip_hours INTEGER;"
    "ALTER TABLE source_state ADD COLUMN skip_days INTEGER;"
    "ALTER TABLE source_state ADD COLUMN next_why TEXT;";

/* Step 6: subscriptions to the hubs that feeds name. */
static const char hubs[] =
    "CREATE TABLE hub("
    "  source TEXT PRIMARY KEY REFERENCES source_state(id),"
    "  named TEXT NOT NULL, hub TEXT NOT NULL, topic TEXT NOT NULL,"
    "  path TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,"
    "  state INTEGER NOT NULL, lease_until INTEGER, next INTEGER,"
    "  tries INTEGER NOT NULL, last_push INTEGER, error TEXT)"
    "  STRICT, WITHOUT ROWID;"
    "CREATE INDEX hub_next ON hub(next);";

/* Step 7: the order of sources in lists, as a number: less is worse, 1 is one
 * that left the configuration. */
static const char source_rank[] =
    "DROP INDEX source_trouble;"
    "ALTER TABLE source_state DROP COLUMN trouble;"
    "ALTER TABLE source_state ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;"
    "UPDATE source_state SET rank = iif(removed IS NULL, (SELECT"
    "  -coalesce(max(severity), 0) FROM condition"
    "  WHERE subject = 'source:' || id AND closed IS NULL), 1);"
    "CREATE INDEX source_rank ON source_state(rank, id);";

/* Step 8: how a list was found, to find it again. */
static const char list_hint[] =
    "ALTER TABLE source_state ADD COLUMN hint BLOB;";

/* Step 9: bytes as received, by their hash; which of them belong to which
 * item of which incident; what an incident is kept or destroyed for. */
static const char evidence[] =
    "CREATE TABLE evidence_document("
    "  id INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    "  size INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE evidence("
    "  id INTEGER PRIMARY KEY, incident INTEGER NOT NULL,"
    "  item INTEGER NOT NULL, revision INTEGER NOT NULL,"
    "  article INTEGER NOT NULL, at INTEGER NOT NULL,"
    "  hash BLOB NOT NULL CHECK(length(hash) = 32), size INTEGER NOT NULL,"
    "  document INTEGER REFERENCES evidence_document(id),"
    "  original BLOB, about BLOB NOT NULL, UNIQUE(revision, hash)) STRICT;"
    "CREATE INDEX evidence_item ON evidence(item);"
    "CREATE INDEX evidence_incident ON evidence(incident);"
    "CREATE INDEX evidence_at ON evidence(at);"
    "CREATE INDEX evidence_of ON evidence(document);";
static const char keeping[] =
    "CREATE TABLE incident_keeping("
    "  incident INTEGER PRIMARY KEY REFERENCES incident(id),"
    "  hold TEXT, hold_by TEXT, hold_at INTEGER,"
    "  assessed INTEGER, assessed_by TEXT, purged INTEGER) STRICT;"
    "ALTER TABLE wanted ADD COLUMN sealed BLOB;";

/* Step 10: incidents that are put together and taken apart; items that are gone
 * at their source; exceptions that false alarms taught. */
static const char regrouping[] =
    "ALTER TABLE incident ADD COLUMN cause TEXT;"
    "ALTER TABLE incident ADD COLUMN unmerged TEXT NOT NULL DEFAULT 'new';"
    "ALTER TABLE incident ADD COLUMN unmerged_until INTEGER;"
    "CREATE INDEX incident_merged ON incident(merged_into)"
    "  WHERE merged_into IS NOT NULL;"
    "CREATE TABLE split("
    "  id INTEGER PRIMARY KEY,"
    "  origin INTEGER NOT NULL REFERENCES incident(id),"
    "  target INTEGER NOT NULL REFERENCES incident(id),"
    "  fresh INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT,"
    "  undone INTEGER) STRICT;"
    "CREATE INDEX split_origin ON split(origin);"
    "CREATE INDEX split_target ON split(target);"
    "CREATE TABLE split_item("
    "  split INTEGER NOT NULL REFERENCES split(id),"
    "  item INTEGER NOT NULL REFERENCES item(id),"
    "  was INTEGER NOT NULL REFERENCES incident(id),"
    "  PRIMARY KEY(split, item)) STRICT, WITHOUT ROWID;";
static const char rechecking[] =
    "ALTER TABLE incident_item ADD COLUMN check_due INTEGER;"
    "ALTER TABLE incident_item ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident_item ADD COLUMN checked INTEGER;"
    "ALTER TABLE incident_item ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident_item ADD COLUMN gone INTEGER;"
    "CREATE INDEX incident_item_check ON incident_item(check_due)"
    "  WHERE check_due IS NOT NULL;";
static const char exceptions[] =
    "CREATE TABLE exception("
    "  id INTEGER PRIMARY KEY, rule TEXT NOT NULL, category TEXT NOT NULL,"
    "  points INTEGER NOT NULL, terms TEXT NOT NULL, source TEXT,"
    "  until INTEGER, reason TEXT NOT NULL,"
    "  incident INTEGER REFERENCES incident(id),"
    "  made INTEGER NOT NULL, made_by TEXT NOT NULL,"
    "  ended INTEGER, ended_by TEXT) STRICT;"
    "CREATE INDEX exception_rule ON exception(rule);";

/* Step 11: silences and what they held back; messages that wait; links by which
 * somebody acted. */
static const char silences[] =
    "CREATE TABLE silence("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  owner TEXT, category TEXT, source TEXT, rule TEXT, title TEXT,"
    "  incident INTEGER, max_level INTEGER NOT NULL,"
    "  author TEXT NOT NULL, reason TEXT NOT NULL,"
    "  created INTEGER NOT NULL, until INTEGER NOT NULL,"
    "  idle_ms INTEGER NOT NULL, last_match INTEGER,"
    "  ended INTEGER, ended_by TEXT, ended_why TEXT) STRICT;"
    "CREATE INDEX silence_open ON silence(id) WHERE ended IS NULL;"
    "CREATE TABLE silenced("
    "  silence INTEGER NOT NULL REFERENCES silence(id),"
    "  incident INTEGER NOT NULL, channel TEXT NOT NULL,"
    "  messages INTEGER NOT NULL, first INTEGER NOT NULL,"
    "  last INTEGER NOT NULL,"
    "  PRIMARY KEY(silence, incident, channel)) STRICT, WITHOUT ROWID;";
static const char holding[] =
    "CREATE TABLE held("
    "  id INTEGER PRIMARY KEY, incident INTEGER NOT NULL,"
    "  channel TEXT NOT NULL, event TEXT NOT NULL, word TEXT NOT NULL,"
    "  silence INTEGER, messages INTEGER NOT NULL, since INTEGER NOT NULL,"
    "  until INTEGER, next INTEGER NOT NULL,"
    "  settled INTEGER, outcome TEXT) STRICT;"
    "CREATE UNIQUE INDEX held_waiting ON held(incident, channel)"
    "  WHERE settled IS NULL;"
    "CREATE INDEX held_next ON held(next) WHERE settled IS NULL;"
    "CREATE TABLE act_used("
    "  nonce BLOB NOT NULL, act INTEGER NOT NULL,"
    "  incident INTEGER NOT NULL, at INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL,"
    "  PRIMARY KEY(nonce, act)) STRICT, WITHOUT ROWID;";

/* Step 12: reports as they were first made, and which schedules sent them; what
 * their figures are counted on. */
static const char reports[] =
    "CREATE TABLE report("
    "  id INTEGER PRIMARY KEY, name TEXT NOT NULL, zone TEXT NOT NULL,"
    "  start INTEGER NOT NULL, until INTEGER NOT NULL,"
    "  made INTEGER NOT NULL,"
    "  hash BLOB NOT NULL CHECK(length(hash) = 32),"
    "  figures TEXT NOT NULL, UNIQUE(name, zone)) STRICT;"
    "CREATE TABLE report_sent("
    "  schedule TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,"
    "  PRIMARY KEY(schedule, name)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX item_range ON item(source, baseline, first_seen);"
    "CREATE INDEX revision_match ON revision(seen, item, level, category)"
    "  WHERE category IS NOT NULL;"
    "CREATE INDEX incident_range ON incident(opened, closed);"
    "CREATE INDEX delivery_created ON delivery(created);";

/* Step 13: deadlines of incidents, and who is told next; overrides of rotas,
 * and who took over when. */
static const char clocks[] =
    "CREATE TABLE clock_run("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  incident INTEGER NOT NULL REFERENCES incident(id),"
    "  clock TEXT NOT NULL, title TEXT NOT NULL, document TEXT,"
    "  ending INTEGER NOT NULL, until INTEGER NOT NULL,"
    "  own INTEGER NOT NULL, started INTEGER NOT NULL, due INTEGER,"
    "  paused INTEGER, paused_ms INTEGER NOT NULL, told INTEGER NOT NULL,"
    "  breached INTEGER, ended INTEGER, next INTEGER,"
    "  over INTEGER NOT NULL) STRICT;"
    "CREATE INDEX clock_run_incident ON clock_run(incident, clock, id);"
    "CREATE INDEX clock_run_next ON clock_run(next) WHERE next IS NOT NULL;"
    "CREATE INDEX clock_run_breached ON clock_run(breached)"
    "  WHERE breached IS NOT NULL;"
    "CREATE TABLE escalation_run("
    "  incident INTEGER PRIMARY KEY REFERENCES incident(id),"
    "  policy TEXT NOT NULL, state INTEGER NOT NULL, level INTEGER NOT NULL,"
    "  fired INTEGER NOT NULL, round INTEGER NOT NULL, next INTEGER,"
    "  left_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX escalation_run_next ON escalation_run(next)"
    "  WHERE next IS NOT NULL;";
static const char rotas[] =
    "CREATE TABLE rota_override("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, rota TEXT NOT NULL,"
    "  kind INTEGER NOT NULL, person TEXT NOT NULL, instead TEXT,"
    "  starts INTEGER NOT NULL, until INTEGER NOT NULL, by TEXT, reason TEXT,"
    "  made INTEGER NOT NULL) STRICT;"
    "CREATE INDEX rota_override_until ON rota_override(until);"
    "CREATE TABLE handover("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, rota TEXT NOT NULL,"
    "  person TEXT NOT NULL, before TEXT, at INTEGER NOT NULL, due INTEGER,"
    "  accepted INTEGER, told INTEGER, by TEXT, ended INTEGER) STRICT;"
    "CREATE INDEX handover_open ON handover(id) WHERE ended IS NULL;"
    "CREATE INDEX handover_rota ON handover(rota, id);";

/* Step 14: messages that are said by a digest; what is known of each channel,
 * and the attempts that count against its limit; what is watched. */
static const char channels[] =
    "ALTER TABLE delivery ADD COLUMN form INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE delivery ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE delivery ADD COLUMN folded INTEGER;"
    "ALTER TABLE attempt ADD COLUMN code TEXT;"
    "DROP INDEX delivery_pending;"
    "DROP INDEX delivery_next;"
    "CREATE INDEX delivery_due ON delivery(channel, level DESC, created, id)"
    "  WHERE state = 'pending';"
    "CREATE INDEX delivery_next ON delivery(channel, next)"
    "  WHERE state = 'pending';"
    "CREATE INDEX delivery_folded ON delivery(folded)"
    "  WHERE folded IS NOT NULL;"
    "CREATE INDEX delivery_channel ON delivery(channel, state, finished);"
    "CREATE TABLE channel_state("
    "  channel TEXT PRIMARY KEY, wait_until INTEGER, broken INTEGER,"
    "  disabled INTEGER NOT NULL, why TEXT, canary INTEGER,"
    "  canary_delivery INTEGER, canary_ok INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE TABLE channel_sent("
    "  id INTEGER PRIMARY KEY, channel TEXT NOT NULL,"
    "  delivery INTEGER NOT NULL, at INTEGER NOT NULL, ended INTEGER) STRICT;"
    "CREATE TABLE pulse("
    "  name TEXT PRIMARY KEY, at INTEGER NOT NULL, ok INTEGER, text TEXT)"
    "  STRICT, WITHOUT ROWID;";

/* Step 15: what an entry of the ledger says can be erased with its incident; its
 * hash, and the chain, stay. */
static const char erasable[] =
    "ALTER TABLE ledger ADD COLUMN text_hash BLOB;"
    "DROP TRIGGER ledger_is_final;"
    "CREATE TRIGGER ledger_is_final BEFORE UPDATE ON ledger WHEN NOT"
    "  (new.text IS NULL AND old.text_hash IS NOT NULL AND new.id = old.id"
    "  AND new.at = old.at AND new.kind = old.kind"
    "  AND new.incident IS old.incident AND new.by IS old.by"
    "  AND new.origin IS old.origin AND new.hash = old.hash"
    "  AND new.text_hash IS old.text_hash AND EXISTS (SELECT 1"
    "  FROM incident_keeping AS k WHERE k.incident = old.incident"
    "  AND k.purged IS NOT NULL)) BEGIN"
    "  SELECT RAISE(ABORT, 'the ledger is append-only'); END;";

/* Step 16: what became of a rule's findings is asked by rule. */
static const char rule_findings[] =
    "CREATE INDEX finding_rule ON finding(rule, revision);";

/* Step 17: second factors, where sessions come from, what tokens may do. */
static const char accounts[] =
    "ALTER TABLE user ADD COLUMN theme TEXT;"
    "ALTER TABLE user ADD COLUMN totp_secret BLOB;"
    "ALTER TABLE user ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE session ADD COLUMN used INTEGER;"
    "ALTER TABLE session ADD COLUMN origin TEXT;"
    "ALTER TABLE session ADD COLUMN agent TEXT;"
    "ALTER TABLE token ADD COLUMN used INTEGER;"
    "ALTER TABLE token ADD COLUMN only TEXT;"
    "CREATE TABLE recovery_code("
    "  user INTEGER NOT NULL REFERENCES user(id),"
    "  hash BLOB NOT NULL CHECK(length(hash) = 32),"
    "  PRIMARY KEY(user, hash)) STRICT, WITHOUT ROWID;";

/* Step 18: the index that items are found by (store/search.h); what is revised
 * or deleted waits with the words by which it stood there. */
static const char item_search[] =
    "CREATE VIRTUAL TABLE search USING fts5(words, content = '',"
    "  detail = 'none', columnsize = 0, tokenize = 'ascii');"
    "CREATE TABLE search_state("
    "  one INTEGER PRIMARY KEY CHECK(one = 1), upto INTEGER NOT NULL) STRICT;"
    "INSERT INTO search_state VALUES(1, 0);"
    "CREATE TABLE search_todo("
    "  item INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;"
    "CREATE TRIGGER search_revised BEFORE UPDATE OF revision ON item"
    "  WHEN old.revision <> new.revision"
    "  AND old.id <= (SELECT upto FROM search_state) BEGIN"
    "  INSERT OR IGNORE INTO search_todo SELECT old.id, "
    SEARCH_WORDS("r", "old") " FROM revision AS r WHERE r.id = old.revision;"
    "  END;"
    "CREATE TRIGGER search_gone BEFORE DELETE ON revision"
    "  WHEN old.id = (SELECT revision FROM item WHERE id = old.item)"
    "  AND old.item <= (SELECT upto FROM search_state) BEGIN"
    "  INSERT OR IGNORE INTO search_todo SELECT i.id, "
    SEARCH_WORDS("old", "i") " FROM item AS i WHERE i.id = old.item; END;"
    "CREATE INDEX item_first_seen ON item(first_seen);";

/* Step 19: since when a channel takes nothing; whom of a mail's recipients an
 * attempt has settled; who is called by name. */
static const char stuck[] =
    "ALTER TABLE channel_state ADD COLUMN stuck INTEGER;"
    "ALTER TABLE delivery ADD COLUMN settled TEXT;"
    "ALTER TABLE delivery ADD COLUMN calls TEXT;";

/* Step 20: the incident list reads its indexes alone; views that people saved;
 * what was done to many at once. */
static const char list_indexes[] =
    "DROP INDEX incident_seen;"
    "DROP INDEX incident_open;"
    "CREATE INDEX incident_seen ON incident(last_seen, id, open, state, level,"
    "  score, category, owner, assignee, first_seen, opened, acknowledged,"
    "  closed, substate);"
    "CREATE INDEX incident_open ON incident(last_seen, id, open, state, level,"
    "  score, category, owner, assignee, first_seen, opened, acknowledged,"
    "  closed, substate) WHERE open = 1;"
    "CREATE INDEX clock_run_due ON clock_run(due, incident)"
    "  WHERE ending = 0;"
    "CREATE VIRTUAL TABLE incident_title USING fts5(words, content = '',"
    "  detail = 'none', columnsize = 0, tokenize = 'ascii');"
    "INSERT INTO incident_title(rowid, words)"
    "  SELECT id, search_words(title, '') FROM incident;"
    /* A title that is erased leaves the index with the next incident. */
    "CREATE TABLE incident_title_gone("
    "  incident INTEGER PRIMARY KEY, words TEXT NOT NULL) STRICT;"
    "CREATE TRIGGER incident_title_erased AFTER UPDATE OF title ON incident"
    "  WHEN new.title = '' AND old.title <> '' BEGIN"
    "  INSERT OR IGNORE INTO incident_title_gone"
    "  VALUES(old.id, search_words(old.title, '')); END;";
static const char list_views[] =
    "CREATE TABLE list_view("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
    "  query TEXT NOT NULL, owner TEXT, by TEXT NOT NULL,"
    "  made INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX list_view_name"
    "  ON list_view(ifnull(owner, ''), name);"
    "CREATE TABLE bulk("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, once TEXT UNIQUE,"
    "  by TEXT NOT NULL, action TEXT NOT NULL, at INTEGER NOT NULL,"
    "  until INTEGER, answer TEXT, undone INTEGER) STRICT;"
    "CREATE INDEX bulk_at ON bulk(at);"
    "CREATE TABLE bulk_item("
    "  bulk INTEGER NOT NULL REFERENCES bulk(id), incident INTEGER NOT NULL,"
    "  at INTEGER NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,"
    "  PRIMARY KEY(bulk, incident)) STRICT, WITHOUT ROWID;";

/* Step 21: what was edited of rules and lists: each version, whole. */
static const char rule_edits[] =
    "CREATE TABLE rule_edit("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT, object TEXT NOT NULL,"
    "  text TEXT, base INTEGER NOT NULL, state TEXT NOT NULL,"
    "  note TEXT, made INTEGER NOT NULL, made_by TEXT NOT NULL,"
    "  decided INTEGER, decided_by TEXT, decided_why TEXT) STRICT;"
    "CREATE INDEX rule_edit_object ON rule_edit(object, state, id);"
    "CREATE INDEX rule_edit_waiting ON rule_edit(id)"
    "  WHERE state = 'waiting';";

/* Step 22: how many of what each hour or day brought, counted as it is written:
 * charts ask for months, and must not read them.  Items and incidents by the
 * hour; sources, categories and times to an answer (in the steps of
 * view_charts.h) by days of UTC+8. */
#define TALLY_HOUR(at) at " / 3600000"
#define TALLY_DAY(at) "(" at " + 28800000) / 86400000"
#define TALLY_ADD                                                              \
    "  ON CONFLICT(what, bucket, key) DO UPDATE SET n = n + excluded.n;"
#define TALLY_STEP(from, to)                                                   \
    " (SELECT CAST(CASE WHEN m < 60 THEN m"                                    \
    " WHEN m < 600 THEN 60 + (m - 60) / 10"                                    \
    " WHEN m < 6000 THEN 114 + (m - 600) / 100"                                \
    " ELSE min(168 + (m - 6000) / 1000, 250) END AS TEXT)"                     \
    " FROM (SELECT max(" to " - " from ", 0) / 60000 AS m))"
/* What an incident counts as, n times: four lines at most. */
#define TALLY_INCIDENT(of, n)                                                  \
    "  INSERT INTO tally SELECT 'level', " TALLY_HOUR(of "opened")             \
    ",   CAST(" of "level AS TEXT), " n " WHERE " of "opened IS NOT NULL"      \
    "   AND " of "merged_into IS NULL" TALLY_ADD                               \
    "  INSERT INTO tally SELECT 'category', " TALLY_DAY(of "opened")           \
    ",   " of "category, " n " WHERE " of "opened IS NOT NULL"                 \
    "   AND " of "category IS NOT NULL AND " of "merged_into IS NULL" TALLY_ADD \
    "  INSERT INTO tally SELECT 'taken', " TALLY_DAY(of "opened") ","          \
    TALLY_STEP(of "opened", of "acknowledged") ", " n                          \
    "   WHERE " of "opened IS NOT NULL AND " of "acknowledged IS NOT NULL"     \
    "   AND " of "merged_into IS NULL" TALLY_ADD                               \
    "  INSERT INTO tally SELECT 'closed', " TALLY_DAY(of "opened") ","         \
    TALLY_STEP(of "opened", of "closed") ", " n                                \
    "   WHERE " of "opened IS NOT NULL AND " of "closed IS NOT NULL"           \
    "   AND " of "merged_into IS NULL" TALLY_ADD
#define TALLY_PAST(what, bucket, key, from)                                    \
    "INSERT INTO tally SELECT '" what "', " bucket ", " key ", count(*)"       \
    " FROM " from " GROUP BY 2, 3;"
static const char tallies[] =
    "CREATE TABLE tally("
    "  what TEXT NOT NULL, bucket INTEGER NOT NULL, key TEXT NOT NULL,"
    "  n INTEGER NOT NULL, PRIMARY KEY(what, bucket, key))"
    "  STRICT, WITHOUT ROWID;"
    /* It forgets after 400 days. */
    "CREATE TRIGGER tally_ends AFTER INSERT ON tally BEGIN"
    "  DELETE FROM tally WHERE what = new.what AND bucket < new.bucket -"
    "  iif(new.what IN ('item', 'level'), 9600, 400); END;"
    "CREATE TRIGGER tally_item AFTER INSERT ON item WHEN new.baseline = 0"
    " BEGIN"
    "  INSERT INTO tally SELECT 'item', " TALLY_HOUR("new.first_seen")
    ", '', 1 WHERE true" TALLY_ADD
    "  INSERT INTO tally SELECT 'source', " TALLY_DAY("new.first_seen")
    ", new.source, 1 WHERE true" TALLY_ADD " END;"
    "CREATE TRIGGER tally_incident AFTER INSERT ON incident BEGIN"
    TALLY_INCIDENT("new.", "1") " END;";
#define TALLY_WHEN_CHANGED                                                     \
    " AFTER UPDATE OF level, category, opened,"                                \
    "  acknowledged, closed, merged_into ON incident"                          \
    "  WHEN new.level IS NOT old.level OR new.category IS NOT old.category"    \
    "  OR new.opened IS NOT old.opened"                                        \
    "  OR new.acknowledged IS NOT old.acknowledged"                            \
    "  OR new.closed IS NOT old.closed"                                        \
    "  OR new.merged_into IS NOT old.merged_into BEGIN"
static const char tally_was[] =
    "CREATE TRIGGER tally_was" TALLY_WHEN_CHANGED
    TALLY_INCIDENT("old.", "-1") " END;";
static const char tally_is[] =
    "CREATE TRIGGER tally_is" TALLY_WHEN_CHANGED
    TALLY_INCIDENT("new.", "1") " END;";
static const char tallied[] =
    TALLY_PAST("item", TALLY_HOUR("first_seen"), "''", "item WHERE baseline = 0")
    TALLY_PAST("source", TALLY_DAY("first_seen"), "source",
        "item WHERE baseline = 0")
    TALLY_PAST("level", TALLY_HOUR("opened"), "CAST(level AS TEXT)",
        "incident WHERE opened IS NOT NULL AND merged_into IS NULL")
    TALLY_PAST("category", TALLY_DAY("opened"), "category",
        "incident WHERE opened IS NOT NULL AND category IS NOT NULL"
        " AND merged_into IS NULL")
    TALLY_PAST("taken", TALLY_DAY("opened"), TALLY_STEP("opened", "acknowledged"),
        "incident WHERE opened IS NOT NULL AND acknowledged IS NOT NULL"
        " AND merged_into IS NULL")
    TALLY_PAST("closed", TALLY_DAY("opened"), TALLY_STEP("opened", "closed"),
        "incident WHERE opened IS NOT NULL AND closed IS NOT NULL"
        " AND merged_into IS NULL");

/* Step 23: every order of the incident list has an index. */
#define LIST_COLUMNS                                                         \
    " open, state, category, owner, assignee, opened, acknowledged, closed," \
    " substate"
static const char list_orders[] =
    "CREATE INDEX incident_first ON incident(first_seen, id, level, score,"
    "  last_seen," LIST_COLUMNS ");"
    "CREATE INDEX incident_level ON incident(level, last_seen, id, score,"
    "  first_seen," LIST_COLUMNS ");"
    "CREATE INDEX incident_score ON incident(score, last_seen, id, level,"
    "  first_seen," LIST_COLUMNS ");";

/* Step 24: sources by ten days too, so that a quarter of many sources is few
 * rows; messages by what they are about. */
static const char tally_decades[] =
    "DROP TRIGGER tally_ends;"
    "CREATE TRIGGER tally_ends AFTER INSERT ON tally BEGIN"
    "  DELETE FROM tally WHERE what = new.what AND bucket < new.bucket -"
    "  CASE WHEN new.what IN ('item', 'level') THEN 9600"
    "  WHEN new.what = 'source10' THEN 40 ELSE 400 END; END;"
    "CREATE TRIGGER tally_item10 AFTER INSERT ON item WHEN new.baseline = 0"
    " BEGIN"
    "  INSERT INTO tally SELECT 'source10',"
    "  (new.first_seen + 28800000) / 864000000, new.source, 1 WHERE true"
    TALLY_ADD " END;"
    "INSERT INTO tally SELECT 'source10', bucket / 10, key, sum(n)"
    "  FROM tally WHERE what = 'source' GROUP BY 2, 3;"
    "CREATE INDEX delivery_type ON delivery(type, id);";

/* Step 25: what an incident came back as is asked by what it was. */
static const char returned[] =
    "CREATE INDEX incident_previous ON incident(previous)"
    "  WHERE previous IS NOT NULL;";

/* Step 26: own sites: how each stands, visits, what is known of its pages, what
 * was found on them, the hosts that they lead to. */
static const char site_looks[] =
    "CREATE TABLE site_state("
    "  source TEXT PRIMARY KEY REFERENCES source_state(id),"
    "  url TEXT NOT NULL, round INTEGER NOT NULL DEFAULT 0,"
    "  round_started INTEGER, round_done INTEGER, baseline INTEGER,"
    "  last_visit INTEGER, last_opened INTEGER,"
    "  failures INTEGER NOT NULL DEFAULT 0, last_reason TEXT,"
    "  cert_expires INTEGER, cert_subject TEXT, cert_issuer TEXT,"
    "  cert_trouble TEXT, addresses TEXT, known_addresses TEXT, landed TEXT,"
    "  title TEXT, newest INTEGER) STRICT;"
    "CREATE TABLE site_visit("
    "  id INTEGER PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL,"
    "  opened INTEGER NOT NULL, status INTEGER NOT NULL,"
    "  elapsed_ms INTEGER NOT NULL, reason TEXT) STRICT;"
    "CREATE INDEX site_visit_at ON site_visit(source, at);"
    "CREATE INDEX site_visit_old ON site_visit(at);"
    "CREATE TABLE site_page("
    "  id INTEGER PRIMARY KEY,"
    "  source TEXT NOT NULL REFERENCES source_state(id), url TEXT NOT NULL,"
    "  purpose INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,"
    "  fresh_ms INTEGER NOT NULL, parent TEXT, parent_line INTEGER NOT NULL,"
    "  added INTEGER NOT NULL, linked INTEGER, looked INTEGER,"
    "  opened INTEGER, changed INTEGER, round INTEGER NOT NULL DEFAULT 0,"
    "  status INTEGER NOT NULL DEFAULT 0,"
    "  failures INTEGER NOT NULL DEFAULT 0,"
    "  deaths INTEGER NOT NULL DEFAULT 0, reason TEXT, title TEXT,"
    "  newest INTEGER, entries INTEGER NOT NULL DEFAULT 0,"
    "  dated INTEGER NOT NULL DEFAULT 0, digest BLOB, masked TEXT,"
    "  UNIQUE(source, url)) STRICT;"
    "CREATE INDEX site_page_next ON site_page(source, purpose, round, looked);"
    "CREATE INDEX site_page_parent ON site_page(source, parent);";
static const char site_finds[] =
    "CREATE TABLE site_finding("
    "  id INTEGER PRIMARY KEY,"
    "  source TEXT NOT NULL REFERENCES source_state(id),"
    "  kind TEXT NOT NULL, part INTEGER NOT NULL, page TEXT NOT NULL,"
    "  target TEXT NOT NULL, evidence TEXT NOT NULL, line INTEGER NOT NULL,"
    "  end_line INTEGER NOT NULL, count INTEGER NOT NULL, mask TEXT NOT NULL,"
    "  hash BLOB, level INTEGER NOT NULL, points INTEGER NOT NULL,"
    "  first_seen INTEGER NOT NULL, since INTEGER NOT NULL,"
    "  last_seen INTEGER NOT NULL, gone INTEGER,"
    "  times INTEGER NOT NULL DEFAULT 1,"
    "  incident INTEGER REFERENCES incident(id),"
    "  accepted INTEGER, accepted_by TEXT, accepted_reason TEXT,"
    "  UNIQUE(source, kind, page, target)) STRICT;"
    "CREATE INDEX site_finding_there ON site_finding(source, part)"
    "  WHERE gone IS NULL;"
    "CREATE INDEX site_finding_incident ON site_finding(incident)"
    "  WHERE incident IS NOT NULL;"
    "CREATE INDEX site_finding_gone ON site_finding(gone)"
    "  WHERE gone IS NOT NULL;"
    "CREATE TABLE site_host("
    "  source TEXT NOT NULL REFERENCES source_state(id),"
    "  host TEXT NOT NULL, page TEXT NOT NULL, line INTEGER NOT NULL,"
    "  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
    "  baseline INTEGER NOT NULL, approved INTEGER, approved_by TEXT,"
    "  PRIMARY KEY(source, host)) STRICT, WITHOUT ROWID;";

/* Step 27: words by incident (store/search_incidents.h); what is put into an
 * incident after it was indexed, or into another, is indexed again. */
static const char incident_words[] =
    "CREATE VIRTUAL TABLE incident_search USING fts5(words, content = '',"
    "  detail = 'none', columnsize = 0, tokenize = 'ascii');"
    "CREATE TABLE search_place("
    "  place INTEGER PRIMARY KEY, item INTEGER NOT NULL UNIQUE) STRICT;"
    "ALTER TABLE search_state ADD COLUMN incidents INTEGER NOT NULL DEFAULT 0;"
    "CREATE TRIGGER search_attached AFTER INSERT ON incident_item"
    "  WHEN new.item <= (SELECT incidents FROM search_state) BEGIN"
    "  INSERT OR IGNORE INTO search_todo SELECT i.id, "
    SEARCH_WORDS("r", "i") " FROM item AS i"
    "  JOIN revision AS r ON r.id = i.revision WHERE i.id = new.item; END;"
    "CREATE TRIGGER search_moved AFTER UPDATE OF incident ON incident_item"
    "  WHEN new.incident <> old.incident"
    "  AND new.item <= (SELECT incidents FROM search_state) BEGIN"
    "  INSERT OR IGNORE INTO search_todo SELECT i.id, "
    SEARCH_WORDS("r", "i") " FROM item AS i"
    "  JOIN revision AS r ON r.id = i.revision WHERE i.id = new.item; END;";

/* Step 28: the tally forgets an old hour or day for each new one, so that a
 * clock that was wrong for an hour costs one and not all of them. */
static const char tally_keeps[] =
    "DROP TRIGGER tally_ends;"
    "CREATE TRIGGER tally_ends AFTER INSERT ON tally"
    "  WHEN NOT EXISTS(SELECT 1 FROM tally WHERE what = new.what"
    "   AND bucket = new.bucket AND key <> new.key) BEGIN"
    "  DELETE FROM tally WHERE what = new.what AND bucket = (SELECT min(bucket)"
    "   FROM tally WHERE what = new.what) AND bucket < new.bucket -"
    "  CASE WHEN new.what IN ('item', 'level') THEN 9600"
    "  WHEN new.what = 'source10' THEN 40 ELSE 400 END; END;";

/* The statements of a step, in order. */
enum { STEP_PARTS = 4 };
static const char *const steps[][STEP_PARTS] = {
    {road_items, road_incidents, road_desk},
    {validator_url},
    {wanted_pages},
    {condition_words, poll_logs},
    {source_rhythm},
    {hubs},
    {source_rank},
    {list_hint},
    {evidence, keeping},
    {regrouping, rechecking, exceptions},
    {silences, holding},
    {reports},
    {clocks, rotas},
    {channels},
    {erasable},
    {rule_findings},
    {accounts},
    {item_search},
    {stuck},
    {list_indexes, list_views},
    {rule_edits},
    {tallies, tally_was, tally_is, tallied},
    {list_orders},
    {tally_decades},
    {returned},
    {site_looks, site_finds},
    {incident_words},
    {tally_keeps},
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

/* One per step: pragmas take no parameters. */
static const char *const marks[] = {"PRAGMA user_version = 1;",
    "PRAGMA user_version = 2;", "PRAGMA user_version = 3;",
    "PRAGMA user_version = 4;", "PRAGMA user_version = 5;",
    "PRAGMA user_version = 6;", "PRAGMA user_version = 7;",
    "PRAGMA user_version = 8;", "PRAGMA user_version = 9;",
    "PRAGMA user_version = 10;", "PRAGMA user_version = 11;",
    "PRAGMA user_version = 12;", "PRAGMA user_version = 13;",
    "PRAGMA user_version = 14;",
    "PRAGMA user_version = 15;",
    "PRAGMA user_version = 16;",
    "PRAGMA user_version = 17;",
    "PRAGMA user_version = 18;",
    "PRAGMA user_version = 19;",
    "PRAGMA user_version = 20;",
    "PRAGMA user_version = 21;",
    "PRAGMA user_version = 22;",
    "PRAGMA user_version = 23;",
    "PRAGMA user_version = 24;", "PRAGMA user_version = 25;",
    "PRAGMA user_version = 26;", "PRAGMA user_version = 27;",
    "PRAGMA user_version = 28;"};
_Static_assert(sizeof(marks) / sizeof(marks[0]) == STEPS, "one mark per step");

unsigned
schema_version(void)
{
    return STEPS;
}

static int
schema_pragma(struct db *db, const char *sql, int64_t *ret)
{
    struct query q;
    int r;

    db_query(db, &q, sql);
    r = query_next(&q);
    if (r == 0)
        *ret = query_get_int(&q);
    query_done(&q);
    return r;
}

int
schema_of(struct db *db, unsigned *ret)
{
    int64_t version = 0, application = 0;
    int r;

    r = schema_pragma(db, DB_SQL("PRAGMA user_version"), &version);
    if (r == 0)
        r = schema_pragma(db, DB_SQL("PRAGMA application_id"), &application);
    if (r != 0)
        return r;
    if (version < 0 || version > INT32_MAX ||
        (version > 0 && application != SCHEMA_APPLICATION_ID)) {
        db_say(db, STR("it is the database of another program"));
        return E_CORRUPT;
    }
    *ret = (unsigned)version;
    return 0;
}

static int
schema_step(struct db *db, unsigned step)
{
    int r = db_begin(db);

    if (r != 0)
        return r;
    if (step == 0)
        r = db_run(db, DB_SQL("PRAGMA application_id = 1953457011;"));
    for (int i = 0; r == 0 && i < STEP_PARTS && steps[step][i]; i++)
        r = db_run(db, steps[step][i]);
    if (r == 0)
        r = db_run(db, marks[step]);
    if (r == 0)
        r = db_commit(db);
    if (r != 0)
        db_rollback(db);
    return r;
}

int
schema_migrate(struct db *db, unsigned upto)
{
    unsigned version;
    int r = schema_of(db, &version);

    _Static_assert(SCHEMA_APPLICATION_ID == 1953457011, "the literal above");
    for (; r == 0 && version < upto && version < STEPS; version++)
        r = schema_step(db, version);
    return r;
}

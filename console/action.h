/*
 * action: what an operator may ask of the engine, and its answer.
 *
 * The console cannot write the store: every change is one of these, sent to
 * the engine, checked there again, written there, and answered.  Types only.
 * README.md says what each one carries.
 */
#ifndef TOCSIN_CONSOLE_ACTION_H
#define TOCSIN_CONSOLE_ACTION_H

#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

/* clang-format off */
/*     action          name            needs role                       */
#define ACTIONS(X)                                                        \
    X(ACKNOWLEDGE,    "acknowledge",    "operator")                       \
    X(RESPOND,        "respond",        "operator")                       \
    X(RESOLVE,        "resolve",        "operator") /* reason */          \
    X(FALSE_ALARM,    "false_alarm",    "operator") /* reason */          \
    X(SNOOZE,         "snooze",         "operator") /* until */           \
    X(REOPEN,         "reopen",         "operator")                       \
    X(ASSIGN,         "assign",         "operator") /* object: user */    \
    X(NOTE,           "note",           "operator") /* text */            \
    X(RESEND,         "resend",         "operator") /* id: delivery */    \
    X(PROBE,          "probe",          "operator") /* object: source */  \
    X(TEST_CHANNEL,   "test_channel",   "admin")    /* object: channel */ \
    X(RELOAD,         "reload",         "admin")                          \
    X(STATUS,         "status",         "viewer")                         \
    X(USER_ADD,       "user_add",       "admin") /* object, role, secret: hash */ \
    X(USER_PASSWORD,  "user_password",  "admin")                          \
    X(USER_LANG,      "user_lang",      "viewer") /* text: zh or en */    \
    X(SESSION_OPEN,   "session_open",   "-") /* by, secret: 32-byte hash, until */ \
    X(SESSION_CLOSE,  "session_close",  "-")                              \
    X(LOGIN_FAILED,   "login_failed",   "-") /* for the ledger */         \
    X(TOKEN_ADD,      "token_add",      "viewer") /* object: name, data: owner */      \
    X(TOKEN_DROP,     "token_drop",     "viewer")                         \
    X(SESSION_TOUCH,  "session_touch",  "-") /* secret, until */           \
    X(PUSH,           "push",           "operator") /* object: source, text: type, data */ \
    X(HUB_VERIFIED,   "hub_verified",   "-") /* object: path, text: topic, id: lease in s */ \
    X(HUB_DENIED,     "hub_denied",     "-") /* object: path, text: reason */ \
    X(HUB_PUSH,       "hub_push",       "-") /* object: path, text: type, data */ \
    X(MERGE,          "merge",          "operator") /* id, data: into */   \
    X(UNMERGE,        "unmerge",        "operator") /* id */               \
    X(SPLIT,          "split",          "operator") /* id, data: items, into */ \
    X(UNSPLIT,        "unsplit",        "operator") /* id, data: split */  \
    X(CHECK_ITEMS,    "check_items",    "operator") /* id */               \
    X(EXCEPTION_ADD,  "exception_add",  "editor")   /* id: incident, data */ \
    X(EXCEPTION_END,  "exception_end",  "editor")   /* id: exception */    \
    X(HOLD,           "hold",           "operator") /* id, text: reason */ \
    X(RELEASE,        "release",        "operator") /* id, text: reason */ \
    X(ASSESS,         "assess",         "operator") /* id, text */         \
    X(EVIDENCE_SEEN,  "evidence_seen",  "operator") /* id, object: how, text: what */ \
    X(PURGE,          "purge",          "admin")    /* now; object: only what would go */ \
    X(SILENCE_ADD,    "silence_add",    "operator") /* id: incident, text, until, data */ \
    X(SILENCE_END,    "silence_end",    "operator") /* id, text */          \
    X(EXPLAIN,        "explain",        "viewer")   /* id */                \
    X(CHANNELS,       "channels",       "viewer") /* object: one, with previews */ \
    X(LINK_SHOW,      "link_show",      "-") /* secret: token */            \
    X(LINK_DO,        "link_do",        "-") /* secret: token, text */ \
    X(CLOCK_DONE,     "clock_done",     "operator") /* id: incident, object: clock, text */ \
    X(DUTY,           "duty",           "viewer")   /* object: days ahead */ \
    X(ROTA_OVERRIDE,  "rota_override",  "operator") /* object: rota, text, data */ \
    X(ROTA_OVERRIDE_DROP, "rota_override_drop", "operator") /* id */       \
    X(HANDOVER_ACCEPT, "handover_accept", "operator") /* id */ \
    X(REPORT_KEEP,    "report_keep",    "operator") /* object: range */ \
    X(USER_CHANGE,    "user_change",    "admin") /* object, role, text: enable, disable */ \
    X(USER_DROP,      "user_drop",      "admin") /* object */ \
    X(USER_THEME,     "user_theme",     "viewer") /* text: light, dark, system */ \
    X(TOTP_SET,       "totp_set",       "viewer") /* object, id: step, secret: key, then hashes of codes */ \
    X(TOTP_CLEAR,     "totp_clear",     "viewer") /* object */ \
    X(SESSION_END,    "session_end",    "viewer") /* object: user, text: which, or "others" and secret */ \
    X(TOKEN_USED,     "token_used",     "-") /* secret: hash */ \
    X(ITEM_OPEN,      "item_open",      "operator") /* id: item, text */     \
    X(RULES,          "rules",          "viewer")   /* object: one, or all */ \
    X(RULE_CHECK,     "rule_check",     "editor")   /* object, data */       \
    X(RULE_SAVE,      "rule_save",      "editor")   /* object, id: base, text: note, data */ \
    X(RULE_STATUS,    "rule_status",    "editor")   /* object: rule, role: status, text */ \
    X(RULE_DECIDE,    "rule_decide",    "editor")   /* id: edit, object: what, text */ \
    X(RULE_TEST,      "rule_test",      "editor")   /* object, id: days, data */ \
    X(RULE_TEST_SHOW, "rule_test_show", "viewer")   /* id: test */           \
    X(RULE_TRY,       "rule_try",       "operator") /* id: item */ \
    X(VIEW_ADD,       "view_add",       "operator") /* object: name, text: query, role: own, shared */ \
    X(VIEW_DROP,      "view_drop",      "operator") /* id, role: admin, operator */ \
    X(BULK_UNDO,      "bulk_undo",      "operator") /* id: what was done to many */ \
    X(SITE_HOSTS_APPROVE, "site_hosts_approve", "editor") /* object: site, data: hosts, one a line */ \
    X(SITE_FINDING_ACCEPT, "site_finding_accept", "editor") /* id, object: site, text: reason */
/* clang-format on */
enum action_kind {
#define X(action, name, role) ACTION_##action,
    ACTIONS(X)
#undef X
};

enum { ACTION_MAX_DATA_BYTES = 4 * 1024 * 1024 };

struct action {
    enum action_kind kind;
    int64_t id;        /* incident or delivery */
    struct str object; /* user, source, channel, token name */
    struct str text;   /* reason, note, language */
    struct str role;   /* of a new user; scope of a new token */
    struct str secret; /* password hash; SHA-256 of a session or token */
    struct wall until; /* or WALL_NONE */
    struct str data;   /* a document, at most ACTION_MAX_DATA_BYTES */
    struct str by;     /* who asks, as the console knows him */
    struct str from;   /* his address, or "socket" */
};

struct action_result {
    int err;         /* 0, or why not */
    struct str text; /* a sentence for the person, English; may be absent */
    struct str data; /* JSON, may be absent (STATUS: an object of figures) */
};

#endif

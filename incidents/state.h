/*
 * state: the one function that changes an incident's state.
 *
 * The table is that of the operator's handbook; a test walks every pair.  It
 * opens nothing and sends nothing: it says what changed, and the engine stores
 * and tells.  Belongs to the engine role.
 *
 * What the road does:
 *
 *   act      new          acknowledged,     snoozed        closed, within the
 *                         responding                       reopen window
 *   item <=  ongoing      ongoing           ongoing        new, regressed, told
 *   item >   escalating,  new, escalating,  new, told      new, regressed, told
 *            told         told
 *   expire   -            new, told         as before the  -
 *                                           snooze
 *   retract  retracted    retracted         retracted;     retracted
 *                                           new if orange
 *                                           or red
 *   return   ongoing      ongoing           ongoing        ongoing
 *   wake     -            -                 new, told      -
 *   unmerge  back in the state and with the end that the merge found
 *
 * A retraction of an open orange or red one is told, of others only written
 * down.
 * A false alarm takes items of no higher level in silence, and opens again for
 * a higher one.  After the window an item of the same event opens a new
 * incident that points to this one (E_STATE here).  Nothing is put into a
 * merged incident: the one it went into is asked instead.
 */
#ifndef TOCSIN_INCIDENTS_STATE_H
#define TOCSIN_INCIDENTS_STATE_H

#include "incidents/incident.h"

enum {
    /* An acknowledgement that names no end is asked about again after this. */
    INCIDENT_ACK_DEFAULT_MS = 4 * MS_HOUR
};

/* clang-format off */
/*      act            by a person, not the road */
#define INCIDENT_ACTS(X)                                                     \
    X(ITEM,        false) /* another item of the event; level in change */   \
    X(EXPIRE,      false) /* an acknowledgement or snooze ran out */         \
    X(RETRACT,     false) /* all its items are gone */                       \
    X(RETURN,      false) /* one of them is there again */                   \
    X(WAKE,        false) /* worse than what was snoozed was put into it */  \
    X(ACKNOWLEDGE, true)  /* seen; somebody owns it until it expires */      \
    X(RESPOND,     true)  /* being dealt with */                             \
    X(CLOSE,       true)  /* over, with a reason */                          \
    X(FALSE_ALARM, true)  /* never was, with a reason */                     \
    X(SNOOZE,      true)  /* quiet until; then as it was */                  \
    X(REOPEN,      true)  /* back to new: not over, or handed back */        \
    X(ASSIGN,      true)  /* to change.assignee, nobody when absent */       \
    X(NOTE,        true)  /* a line for the timeline only */                 \
    X(MERGE,       true)  /* is the same event as change.into */             \
    X(UNMERGE,     true)  /* is not, after all */

/*      from          may become                                           */
#define INCIDENT_MOVES(X)                                                    \
    X(NEW,          INCIDENT_TO(ACKNOWLEDGED) | INCIDENT_TO(RESPONDING) |    \
                    INCIDENT_TO(SNOOZED) | INCIDENT_TO(CLOSED) |             \
                    INCIDENT_TO(FALSE_ALARM) | INCIDENT_TO(MERGED))          \
    X(ACKNOWLEDGED, INCIDENT_TO(NEW) | INCIDENT_TO(RESPONDING) |             \
                    INCIDENT_TO(SNOOZED) | INCIDENT_TO(CLOSED) |             \
                    INCIDENT_TO(FALSE_ALARM) | INCIDENT_TO(MERGED))          \
    X(RESPONDING,   INCIDENT_TO(NEW) | INCIDENT_TO(SNOOZED) |                \
                    INCIDENT_TO(CLOSED) | INCIDENT_TO(FALSE_ALARM) |         \
                    INCIDENT_TO(MERGED))                                     \
    X(SNOOZED,      INCIDENT_TO(NEW) | INCIDENT_TO(ACKNOWLEDGED) |           \
                    INCIDENT_TO(RESPONDING) | INCIDENT_TO(CLOSED) |          \
                    INCIDENT_TO(FALSE_ALARM) | INCIDENT_TO(MERGED))          \
    X(CLOSED,       INCIDENT_TO(NEW) | INCIDENT_TO(MERGED))                  \
    X(FALSE_ALARM,  INCIDENT_TO(NEW) | INCIDENT_TO(MERGED))                  \
    X(MERGED,       INCIDENT_TO(NEW) | INCIDENT_TO(ACKNOWLEDGED) |           \
                    INCIDENT_TO(RESPONDING) | INCIDENT_TO(SNOOZED) |         \
                    INCIDENT_TO(CLOSED) | INCIDENT_TO(FALSE_ALARM))
/* clang-format on */
#define INCIDENT_TO(state) (1u << INCIDENT_##state)

enum incident_act {
#define X(act, person) INCIDENT_ACT_##act,
    INCIDENT_ACTS(X)
#undef X
};
enum { INCIDENT_ACT_COUNT = INCIDENT_ACT_UNMERGE + 1 };

struct incident_change {
    enum incident_act act;
    enum level level;    /* ITEM: of the incident with the new item */
    int score;           /* ITEM */
    int64_t reopen_ms;   /* ITEM: one this soon after the close reopens; later
                            it opens a new incident */
    struct str by;       /* user name, absent for the road */
    struct str reason;   /* CLOSE, FALSE_ALARM: required; NOTE: the text */
    struct str cause;    /* CLOSE, FALSE_ALARM: incident_cause_name; absent is
                            "resolved" or "other" */
    struct wall until;   /* SNOOZE; ACKNOWLEDGE, RESPOND (WALL_NONE: default) */
    struct str assignee; /* ASSIGN */
    int64_t into;        /* MERGE */
};

struct incident_result {
    bool changed;              /* the incident differs from before */
    bool notify;               /* a message is due */
    enum incident_event event; /* of that message */
};

/* Apply change at now.  0; E_STATE when it means nothing in this state;
 * E_DENIED when what it needs (a reason, a future end, another incident) is
 * missing: incident is then untouched.  Texts in incident may become views of
 * change's. The number of items and sources is the store's to count. */
int incident_apply(struct incident *incident,
    const struct incident_change *change, struct wall now,
    struct incident_result *ret);

/* Whether the table of moves allows it. */
bool incident_may_become(enum incident_state from, enum incident_state to);
/* "item", "acknowledge", …: static. */
const char *incident_act_name(enum incident_act act);

#endif

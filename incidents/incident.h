/*
 * incident: items about one event, with a state, an owner and a timeline.
 * Types only: store/, notify/ and console/ include this header.
 *
 * The state machine itself is in incidents/state.h.
 */
#ifndef TOCSIN_INCIDENTS_INCIDENT_H
#define TOCSIN_INCIDENTS_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/level.h"
#include "base/str.h"

/* clang-format off */
/*     state          name            open: still asks for somebody */
#define INCIDENT_STATES(X)                                          \
    X(NEW,          "new",          true)                           \
    X(ACKNOWLEDGED, "acknowledged", true)                           \
    X(RESPONDING,   "responding",   true)                           \
    X(SNOOZED,      "snoozed",      true)                           \
    X(CLOSED,       "closed",       false)                          \
    X(FALSE_ALARM,  "false_alarm",  false)                          \
    X(MERGED,       "merged",       false)
/* clang-format on */
enum incident_state {
#define X(state, name, open) INCIDENT_##state,
    INCIDENT_STATES(X)
#undef X
};
enum { INCIDENT_STATE_COUNT = INCIDENT_MERGED + 1 };
/* Names are static; that of a value outside the enum is "unknown". */
const char *incident_state_name(enum incident_state state);
/* 0 or E_PARSE. */
int incident_state_parse(struct str name, enum incident_state *ret);
bool incident_state_is_open(enum incident_state state);

/* clang-format off */
/*     substate     name            what the last thing was              */
#define INCIDENT_SUBSTATES(X)                                            \
    X(NEW,          "new")        /* nothing since it opened */          \
    X(ONGOING,      "ongoing")    /* more items, none of them worse */   \
    X(ESCALATING,   "escalating") /* an item raised the level */         \
    X(REGRESSED,    "regressed")  /* was over, and is back */            \
    X(RETRACTED,    "retracted")  /* all its items are gone */
/* clang-format on */
enum incident_substate {
#define X(substate, name) INCIDENT_SUB_##substate,
    INCIDENT_SUBSTATES(X)
#undef X
};
enum { INCIDENT_SUBSTATE_COUNT = INCIDENT_SUB_RETRACTED + 1 };
const char *incident_substate_name(enum incident_substate substate);

struct incident {
    int64_t id; /* 0 before it is stored */
    enum incident_state state;
    enum incident_substate substate;
    enum level level;
    int score;
    struct str title;
    struct str category;    /* heaviest */
    struct str owner;       /* school or office, absent when unknown */
    struct str assignee;    /* user name, absent when nobody */
    struct str reason;      /* of closing or false alarm, in words */
    struct str cause;       /* the same as one of incident_cause_name */
    struct str explanation; /* JSON array of CONTRACTS §4 */
    uint32_t items, sources;
    struct wall first_seen, last_seen;               /* of its items, by us */
    struct wall opened, acknowledged, closed, until; /* or WALL_NONE */
    /* What a snooze interrupted and gives back at its end. */
    enum incident_state before;
    struct wall before_until;
    /* What a merge interrupted, which may be a snooze. */
    enum incident_state unmerged;
    struct wall unmerged_until;
    int64_t previous;    /* incident of the same event before, 0 none */
    int64_t merged_into; /* 0 none */
    uint64_t generation; /* configuration under which it opened */
};

/* Why an incident is over: of the first list when it was closed, of the second
 * when it was a false alarm. */
/* clang-format off */
#define INCIDENT_CAUSES(X)                                                  \
    X(RESOLVED,   "resolved",   false) /* it is over */                     \
    X(RESPONDED,  "responded",  false) /* an answer was published */        \
    X(NOT_OURS,   "not_ours",   false) /* another place's, or office's */   \
    X(DUPLICATE,  "duplicate",  false) /* another incident has it */        \
    X(EXPIRED,    "expired",    false) /* nothing more came */              \
    X(DRILL,      "drill",      true)  /* an exercise or a lesson */        \
    X(OLD,        "old",        true)  /* an event of the past */           \
    X(ELSEWHERE,  "elsewhere",  true)  /* of another place */               \
    X(FIGURATIVE, "figurative", true)  /* the words meant something else */ \
    X(ADVERT,     "advert",     true)  /* an advertisement */               \
    X(NO_EVENT,   "no_event",   true)  /* a policy, a talk, a statistic */  \
    X(OTHER,      "other",      true)
/* clang-format on */
enum incident_cause {
#define X(cause, name, wrong) INCIDENT_CAUSE_##cause,
    INCIDENT_CAUSES(X)
#undef X
};
enum { INCIDENT_CAUSE_COUNT = INCIDENT_CAUSE_OTHER + 1 };
const char *incident_cause_name(enum incident_cause cause);
bool incident_cause_is_false_alarm(enum incident_cause cause);
/* 0 or E_PARSE. */
int incident_cause_parse(struct str name, enum incident_cause *ret);

/* What happened, for messages (CONTRACTS §4) and timeline. */
/* clang-format off */
#define INCIDENT_EVENTS(X)                      \
    X(OPENED,       "incident.opened")          \
    X(RAISED,       "incident.raised")          \
    X(ACKNOWLEDGED, "incident.acknowledged")    \
    X(ESCALATED,    "incident.escalated")       \
    X(DEADLINE,     "incident.deadline")        \
    X(REOPENED,     "incident.reopened")        \
    X(CLOSED,       "incident.closed")          \
    X(RETRACTED,    "incident.retracted")       \
    X(REMINDED,     "incident.reminded")        \
    X(DIGEST,       "digest")                   \
    X(SOURCE,       "source.condition")         \
    X(CHANNEL,      "channel.condition")        \
    X(REPORT,       "report")                   \
    X(HANDOVER,     "handover")                 \
    X(CANARY,       "canary")                   \
    X(TEST,         "test")
/* clang-format on */
enum incident_event {
#define X(event, name) INCIDENT_EVENT_##event,
    INCIDENT_EVENTS(X)
#undef X
};
enum { INCIDENT_EVENT_COUNT = INCIDENT_EVENT_TEST + 1 };
const char *incident_event_name(enum incident_event event);

#endif

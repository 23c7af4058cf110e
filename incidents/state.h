/*
 * state: the one function that changes an incident's state.
 *
 * The table is that of the operator's handbook; a test walks every pair.  It
 * opens nothing and sends nothing: it says what changed, and the engine stores
 * and tells.  Belongs to the engine role.
 */
#ifndef TOCSIN_INCIDENTS_STATE_H
#define TOCSIN_INCIDENTS_STATE_H

#include "incidents/incident.h"

enum incident_act {
    /* by the road */
    INCIDENT_ACT_ITEM,   /* another item of the event; level in change */
    INCIDENT_ACT_EXPIRE, /* an acknowledgement or snooze ran out */
    INCIDENT_ACT_RETRACT, /* all its items are gone */
    /* by a person */
    INCIDENT_ACT_ACKNOWLEDGE,
    INCIDENT_ACT_RESPOND,
    INCIDENT_ACT_CLOSE, /* with a reason */
    INCIDENT_ACT_FALSE_ALARM, /* with a reason */
    INCIDENT_ACT_SNOOZE, /* until */
    INCIDENT_ACT_REOPEN,
    INCIDENT_ACT_ASSIGN,
    INCIDENT_ACT_NOTE
};

struct incident_change {
    enum incident_act act;
    enum level level;  /* ITEM: of the incident with the new item */
    int score;         /* ITEM */
    struct str by;     /* user name, absent for the road */
    struct str reason; /* CLOSE, FALSE_ALARM: required; NOTE: the text */
    struct wall until; /* SNOOZE, ACKNOWLEDGE (its expiry) */
};

struct incident_result {
    bool changed;             /* the incident differs from before */
    bool notify;              /* a message is due */
    enum incident_event event; /* of that message */
};

/* Apply change at now.  0; E_STATE when it means nothing in this state; E_DENIED
 * when a required reason is missing: incident is then untouched.  Texts in
 * incident may become views of change's. */
int incident_apply(struct incident *incident,
    const struct incident_change *change, struct wall now,
    struct incident_result *ret);

#endif

/* incident: the names of states, substates and events. */
#include "incidents/incident.h"

#include "base/err.h"

static const char *const state_names[] = {
#define X(state, name, open) name,
    INCIDENT_STATES(X)
#undef X
};
static const bool state_open[] = {
#define X(state, name, open) open,
    INCIDENT_STATES(X)
#undef X
};
static const char *const substate_names[] = {
#define X(substate, name) name,
    INCIDENT_SUBSTATES(X)
#undef X
};
static const char *const cause_names[] = {
#define X(cause, name, wrong) name,
    INCIDENT_CAUSES(X)
#undef X
};
static const bool cause_wrong[] = {
#define X(cause, name, wrong) wrong,
    INCIDENT_CAUSES(X)
#undef X
};
static const char *const event_names[] = {
#define X(event, name) name,
    INCIDENT_EVENTS(X)
#undef X
};

const char *
incident_state_name(enum incident_state state)
{
    return (unsigned)state < INCIDENT_STATE_COUNT ? state_names[state]
                                                  : "unknown";
}

int
incident_state_parse(struct str name, enum incident_state *ret)
{
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++) {
        if (str_eq(name, str_of(state_names[i]))) {
            *ret = (enum incident_state)i;
            return 0;
        }
    }
    return E_PARSE;
}

bool
incident_state_is_open(enum incident_state state)
{
    return (unsigned)state < INCIDENT_STATE_COUNT && state_open[state];
}

const char *
incident_substate_name(enum incident_substate substate)
{
    return (unsigned)substate < INCIDENT_SUBSTATE_COUNT
               ? substate_names[substate]
               : "unknown";
}

const char *
incident_event_name(enum incident_event event)
{
    return (unsigned)event < INCIDENT_EVENT_COUNT ? event_names[event]
                                                  : "unknown";
}

const char *
incident_cause_name(enum incident_cause cause)
{
    return (unsigned)cause < INCIDENT_CAUSE_COUNT ? cause_names[cause]
                                                  : "unknown";
}

bool
incident_cause_is_false_alarm(enum incident_cause cause)
{
    return (unsigned)cause < INCIDENT_CAUSE_COUNT && cause_wrong[cause];
}

int
incident_cause_parse(struct str name, enum incident_cause *ret)
{
    for (int i = 0; i < INCIDENT_CAUSE_COUNT; i++) {
        if (str_eq(name, str_of(cause_names[i]))) {
            *ret = (enum incident_cause)i;
            return 0;
        }
    }
    return E_PARSE;
}

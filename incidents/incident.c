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

/* traffic: the table behind traffic_may. */
#include "daemon/traffic.h"

#include <string.h>

#include "base/err.h"

#define R(role) (1u << TOCSIN__ROLE__ROLE_##role)
enum { ROLES_ALL = R(FETCH) | R(PARSE) | R(NOTIFY) | R(CONSOLE) |
    R(KEEPER) };

struct traffic_row {
    Tocsin__Frame__BodyCase what;
    unsigned from, to; /* bits of roles */
};

#define ROW(CASE, from, to) {TOCSIN__FRAME__BODY_##CASE, (from), (to)}
static const struct traffic_row traffic_rows[] = {
    ROW(PEER, R(PARENT), ROLES_ALL | R(ENGINE)),
    ROW(READY, ROLES_ALL | R(ENGINE), R(PARENT) | R(ENGINE)),
    ROW(START, R(ENGINE), R(PARENT)),
    ROW(ALIVE, R(ENGINE), R(PARENT)),
    ROW(STOP, R(PARENT), R(ENGINE)),
    ROW(RELOAD, R(PARENT), R(ENGINE)),
    ROW(RELOADED, R(ENGINE), R(PARENT)),
    ROW(RESTART, R(ENGINE) | R(PARENT), R(PARENT) | R(OUTWARD)),
    ROW(LAUNCH, R(PARENT), R(OUTWARD)),
    ROW(ENDED, R(OUTWARD), R(PARENT)),
    ROW(LISTENER, R(PARENT), R(CONSOLE)),
    ROW(PING, R(ENGINE), ROLES_ALL),
    ROW(PONG, ROLES_ALL, R(ENGINE)),
    ROW(FETCH_CONFIG, R(ENGINE), R(FETCH)),
    ROW(POLL_REQUEST, R(ENGINE), R(FETCH)),
    ROW(HUB_REQUEST, R(ENGINE), R(FETCH)),
    ROW(HUB_ANSWER, R(FETCH), R(ENGINE)),
    ROW(SITE_REQUEST, R(ENGINE), R(FETCH)),
    ROW(SITE_VISIT, R(FETCH), R(ENGINE)),
    ROW(POLL_ANSWER, R(FETCH), R(ENGINE)),
    ROW(POLL_HANDED, R(FETCH), R(ENGINE)),
    ROW(PARSE_REQUEST, R(FETCH) | R(ENGINE), R(PARSE)),
    ROW(PARSE_DONE, R(PARSE), R(FETCH)),
    ROW(PARSE_CONFIG, R(ENGINE), R(PARSE)),
    ROW(PARSE_RESULT, R(PARSE), R(ENGINE)),
    ROW(SITE_RESULT, R(PARSE), R(ENGINE)),
    ROW(RULE_TRIAL, R(ENGINE), R(PARSE)),
    ROW(RULE_TRIAL_RESULT, R(PARSE), R(ENGINE)),
    ROW(TRIAL_ITEMS, R(ENGINE), R(PARSE)),
    ROW(TRIAL_VERDICTS, R(PARSE), R(ENGINE)),
    ROW(NOTIFY_CONFIG, R(ENGINE), R(NOTIFY)),
    ROW(SEND_REQUEST, R(ENGINE), R(NOTIFY)),
    ROW(SEND_RESULT, R(NOTIFY), R(ENGINE)),
    ROW(BEAT_REQUEST, R(ENGINE), R(NOTIFY)),
    ROW(BEAT_RESULT, R(NOTIFY), R(ENGINE)),
    ROW(CONSOLE_CONFIG, R(ENGINE), R(CONSOLE)),
    ROW(ACTION_REQUEST, R(CONSOLE), R(ENGINE)),
    ROW(ACTION_RESULT, R(ENGINE), R(CONSOLE)),
    ROW(CHANGED, R(ENGINE), R(CONSOLE)),
    ROW(KEEP_CONFIG, R(ENGINE), R(KEEPER)),
    ROW(KEEP_ORDER, R(ENGINE), R(KEEPER)),
    ROW(KEEP_RESULT, R(KEEPER), R(ENGINE)),
};
#undef ROW

bool
traffic_may(
    Tocsin__Role from, Tocsin__Role to, Tocsin__Frame__BodyCase what)
{
    for (size_t i = 0; i < sizeof traffic_rows / sizeof *traffic_rows; i++) {
        const struct traffic_row *row = &traffic_rows[i];

        if (row->what == what)
            return (row->from >> from & 1) && (row->to >> to & 1);
    }
    return false;
}

static const char *const role_names[] = {
    "parent", "engine", "fetch", "parse", "notify", "console", "outward",
    "keeper"};
enum { ROLE_NAMES = sizeof role_names / sizeof *role_names };

const char *
role_name(Tocsin__Role role)
{
    return (unsigned)role < ROLE_NAMES ? role_names[role] : "unknown";
}

int
role_by_name(const char *name, Tocsin__Role *ret)
{
    for (unsigned i = 0; i < ROLE_NAMES; i++) {
        if (strcmp(name, role_names[i]) == 0) {
            *ret = (Tocsin__Role)i;
            return 0;
        }
    }
    return E_PARSE;
}

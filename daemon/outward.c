/* outward: policy and lockdown of the roles that connect out. */
#include "daemon/outward.h"

#include <stdlib.h>

#include "daemon/sandbox.h"
#include "daemon/webfiles.h"

enum { OUTWARD_PROTECTIONS_BYTES = 256 };

void
outward_policy(struct gate_policy *policy, const uint32_t *ports, size_t nports,
    const char *deny)
{
    gate_policy_init(policy);
    if (gate_allow_parse(str_of(deny), NULL, &policy->deny[0]) == 0)
        policy->ndeny = 1;
    for (size_t i = 0; i < nports && i < GATE_MAX_PORTS; i++)
        policy->ports[policy->nports++] = (uint16_t)ports[i];
}

void
outward_allow(struct gate_policy *policy, char *const *list, size_t n)
{
    for (size_t i = 0; i < n && policy->nallow < GATE_MAX_ALLOW; i++) {
        if (gate_allow_parse(
                str_of(list[i]), NULL, &policy->allow[policy->nallow]) == 0)
            policy->nallow++;
    }
}

static void
outward_look(void *arg)
{
    struct outward *outward = arg;

    if (webfiles_have_changed()) {
        log_say(LOG_NOTICE, "the name service's files have changed", NULL);
        role_stop(outward->role, EXIT_SUCCESS);
        return;
    }
    loop_timer_set(outward->timer, WEBFILES_CHECK_MS);
}

int
outward_enter(struct outward *outward, struct role *role, Tocsin__Role self)
{
    struct sandbox sandbox = {.role = self};
    struct buf protections;
    int r = loop_timer_new(role->loop, outward_look, outward, &outward->timer);

    if (r != 0)
        return r;
    outward->role = role;
    loop_timer_set(outward->timer, WEBFILES_CHECK_MS);
    webfiles_allow(&sandbox);
    buf_init(&protections, OUTWARD_PROTECTIONS_BYTES);
    r = sandbox_enter(&sandbox, &protections);
    if (r == 0)
        role_ready(role, buf_cstr(&protections));
    buf_done(&protections);
    return r;
}

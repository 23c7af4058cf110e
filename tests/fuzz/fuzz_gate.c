/* gate_target and gate_allow_parse: what passes is one plain address. */
#include "base/url.h"
#include "fuzz.h"
#include "net/gate.h"

static void
check_target(const struct gate_policy *policy, struct arena *arena,
    const struct gate_target *target)
{
    struct url parts;
    struct gate_target again;
    const char *reason = NULL;

    HOLD(target->url.n <= GATE_MAX_URL_BYTES);
    for (size_t i = 0; i < target->url.n; i++)
        HOLD(target->url.p[i] > ' ' && target->url.p[i] < 0x7f);
    HOLD(url_parse(target->url, &parts) == 0);
    HOLD(parts.host.n > 0 && str_eq(parts.host, target->host));
    HOLD(!parts.userinfo.p && !parts.fragment.p);
    HOLD(str_eq(parts.scheme, target->https ? STR("https") : STR("http")));
    HOLD(gate_port_is_open(policy, target->port));
    HOLD(gate_target(policy, arena, target->url, &again, &reason) == 0);
    HOLD(str_eq(again.url, target->url) && again.port == target->port);
    if (target->literal) {
        struct sockaddr_storage addr;
        socklen_t len;
        char *host = arena_cstr(arena, target->host);

        HOLD(gate_sockaddr(host, target->port, &addr, &len) == 0);
        HOLD(gate_address(policy, (struct sockaddr *)&addr, len, &reason) == 0);
    }
}

void
fuzz_gate(struct str input)
{
    struct arena *arena = fuzz_arena();
    unsigned choice = fuzz_choice(&input);
    struct gate_policy policy;
    struct gate_target target;
    struct gate_allow allow;
    struct toc_error error = {.text = ""};
    const char *reason = NULL;
    int err;

    gate_policy_init(&policy);
    policy.https_only = choice & 1;
    if (choice & 2)
        HOLD(gate_allow_parse(STR("10.1.0.0/16"), NULL, &policy.allow[0]) == 0);
    policy.nallow = choice & 2 ? 1 : 0;
    err = gate_target(&policy, arena, input, &target, &reason);
    HOLD(err == 0 || (err == E_DENIED && reason && reason[0]));
    if (err == 0) {
        HOLD(target.https || !policy.https_only);
        check_target(&policy, arena, &target);
    }
    err = gate_allow_parse(input, &error, &allow);
    HOLD(err == 0 || (err == E_CONF && error.text[0]));
    HOLD(err != 0 || allow.bits <= 128);
    arena_free(arena);
}

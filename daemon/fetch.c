/*
 * fetch: the role that talks to the web.
 *
 * A PollRequest becomes one conditional request (fetch_poll.c); a new body goes
 * to the parser with least to do (fetch_hand.c), all else straight to the
 * engine.  fetch.h says what is where.
 *
 * After FetchConfig the role opens nothing but sockets to public addresses and
 * the resolver's files, and it holds no secret.
 */
#include "daemon/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "daemon/pb.h"

/* --- configuration ---------------------------------------------------------
 */

static int
fetch_open(struct role *role, const Tocsin__FetchConfig *config)
{
    struct fetch *fetch = role->state;
    int r = shares_new(&fetch->shares);

    if (r == 0)
        r = http_new(role->loop, pb_str(config->user_agent), &fetch->http);
    if (r == 0 && config->trust[0] != '\0' &&
        http_trust(fetch->http, config->trust) != 0)
        log_say(LOG_ERROR, "the certificate authorities cannot be read", "file",
            config->trust, NULL);
    if (r == 0)
        r = robots_new(
            role->loop, fetch->http, STR("tocsin"), NULL, &fetch->robots);
    if (r == 0)
        r = outward_enter(&fetch->outward, role, TOCSIN__ROLE__ROLE_FETCH);
    return r;
}

static void
fetch_configure(struct role *role, const Tocsin__FetchConfig *config)
{
    struct fetch *fetch = role->state;
    int r = 0;

    outward_policy(
        &fetch->policy, config->ports, config->n_ports, config->deny);
    outward_allow(&fetch->policy, config->allow, config->n_allow);
    free(fetch->proxy);
    fetch->proxy = strdup(config->proxy);
    fetch->obey_robots = config->obey_robots;
    fetch->robots_feeds = config->robots_feeds;
    fetch->max_body_bytes = config->max_body_bytes;
    fetch->max_wire_bytes = config->max_wire_bytes;
    fetch->max_header_bytes = config->max_header_bytes;
    fetch->connect_ms = config->connect_ms;
    fetch->first_byte_ms = config->first_byte_ms;
    fetch->total_ms = config->total_ms;
    if (fetch->proxy == NULL)
        r = E_NOMEM;
    else if (fetch->http == NULL)
        r = fetch_open(role, config);
    if (r != 0) {
        log_say(LOG_ERROR, "cannot start fetching", "why", err_text(r), NULL);
        role_stop(role, EXIT_FAILURE);
        return;
    }
    http_set_limits(
        fetch->http, config->concurrent, config->per_host, config->host_gap_ms);
    http_set_scope(fetch->http, config->scope <= HTTP_SCOPE_GROUP
                                    ? (enum http_scope)config->scope
                                    : HTTP_SCOPE_HOST);
}

int
fetch_set_proxy(
    const struct fetch *fetch, char **proxy, struct gate_policy *policy)
{
    if (**proxy == '\0' && fetch->proxy[0] != '\0') {
        char *copy = strdup(fetch->proxy);

        if (copy == NULL)
            return E_NOMEM;
        *proxy = copy; /* goes with the message; "" was not its own */
    }
    if (**proxy == '\0' || strcmp(*proxy, "direct") == 0)
        return 0;
    policy->proxy = str_of(*proxy);
    return gate_proxy_parse(policy->proxy, NULL, &policy->proxy_port);
}

/* --- role ------------------------------------------------------------------
 */

static int
fetch_start(struct role *role)
{
    static struct fetch fetch;

    fetch.role = role;
    STAILQ_INIT(&fetch.waiting);
    role->state = &fetch;
    return 0;
}

static void
fetch_peer(struct role *role, struct ipc *ipc)
{
    struct fetch *fetch = role->state;
    struct fetch_parser *parser;

    if (ipc_peer(ipc) != TOCSIN__ROLE__ROLE_PARSE ||
        ipc_index(ipc) >= ROLE_MAX_PARSERS)
        return;
    parser = &fetch->parser[ipc_index(ipc)];
    ipc_free(parser->ipc);
    *parser = (struct fetch_parser){.ipc = ipc};
}

static void
fetch_parse_done(struct fetch *fetch, struct ipc *ipc, uint64_t poll)
{
    struct fetch_parser *parser = &fetch->parser[ipc_index(ipc)];

    if (parser->ipc != ipc)
        return;
    parser->ready = true;
    if (poll != 0 && parser->outstanding > 0)
        parser->outstanding--;
    fetch_hand_waiting(fetch);
}

static void
fetch_frame(
    struct role *role, struct ipc *ipc, const Tocsin__Frame *frame, int fd)
{
    if (fd >= 0)
        close(fd);
    switch ((int)frame->body_case) {
    case TOCSIN__FRAME__BODY_FETCH_CONFIG:
        fetch_configure(role, frame->fetch_config);
        break;
    case TOCSIN__FRAME__BODY_POLL_REQUEST:
        fetch_poll_take(role->state, frame->poll_request);
        break;
    case TOCSIN__FRAME__BODY_HUB_REQUEST:
        fetch_hub_take(role->state, frame->hub_request);
        break;
    case TOCSIN__FRAME__BODY_SITE_REQUEST:
        fetch_site_take(role->state, frame->site_request);
        break;
    case TOCSIN__FRAME__BODY_PARSE_DONE:
        fetch_parse_done(role->state, ipc, frame->parse_done->poll);
        break;
    default:
        break;
    }
}

static void
fetch_ended(struct role *role, struct ipc *ipc)
{
    struct fetch *fetch = role->state;

    for (size_t i = 0; i < ROLE_MAX_PARSERS; i++) {
        if (fetch->parser[i].ipc == ipc)
            fetch->parser[i] = (struct fetch_parser){0};
    }
}

const struct role_ops role_fetch = {
    "fetch", fetch_start, fetch_peer, fetch_frame, fetch_ended};

/*
 * engine_site_act: what people decide about own sites: that it leads to a host
 * rightly, and that something that was found is no fault.
 */
#include "base/err.h"
#include "base/jsonx.h"
#include "daemon/engine_site.h"
#include "daemon/pb.h"

enum { ACT_MAX_HOSTS = 1000 };

/* What led to the host was found; now it is no fault. */
static int
host_settled(struct site_step *step, struct str host)
{
    return site_not_found(step, SITE_KIND_NEW_HOST, STR_NONE, host);
}

static int
hosts_approve(struct asked *asked, struct site_step *step, uint32_t *ret_n)
{
    struct store *store = asked->engine->store;
    struct str rest = pb_bytes(asked->in->data);
    uint32_t n = 0, all = 0;
    int r = 0;

    for (int i = 0; rest.n > 0 && r == 0 && i < ACT_MAX_HOSTS; i++) {
        struct str host = str_trim(str_split(&rest, '\n'));

        if (host.n == 0)
            continue;
        r = store_site_hosts_approve(
            store, step->source->id, host, asked->by, step->now, &n);
        all += n;
        if (r == 0)
            r = host_settled(step, host);
    }
    *ret_n = all;
    return r;
}

int
act_site_hosts(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct site *site = site_find(engine, asked->object);
    struct site_step step = {.engine = engine,
        .site = site,
        .source = site ? site->source : NULL,
        .now = engine_now(engine)};
    json_t *more;
    uint32_t n = 0;
    int r;

    if (site == NULL)
        return E_NOTFOUND;
    r = hosts_approve(asked, &step, &n);
    if (r == 0)
        r = site_settle(&step);
    if (r != 0)
        return r;
    more = json_object();
    (void)jsonx_set(more, "source", jsonx_str(site->source->id));
    (void)jsonx_set(more, "hosts", jsonx_str(pb_bytes(asked->in->data)));
    (void)jsonx_set(more, "approved", json_integer(n));
    engine_changed(engine, "site", 0);
    return act_ledger(asked, "site.hosts_approved", 0, more);
}

int
act_site_accept(struct asked *asked)
{
    struct engine *engine = asked->engine;
    struct site_finding_row row;
    struct site_step step = {.engine = engine, .now = engine_now(engine)};
    struct site_change change = {.finding = asked->id, .is = SITE_WENT};
    json_t *more;
    int r =
        store_site_finding_load(engine->store, asked->id, engine->arena, &row);

    if (r == 0)
        step.site = site_find(engine, row.source);
    if (r == 0 && (step.site == NULL || asked->text.n == 0))
        r = asked->text.n ? E_NOTFOUND : E_DENIED;
    if (r == E_DENIED)
        asked->words = "Please say why it is no fault.";
    if (r == 0)
        r = store_site_finding_accept(
            engine->store, asked->id, asked->by, asked->text, step.now);
    if (r != 0)
        return r;
    step.source = step.site->source;
    if (row.kind == SITE_KIND_DNS_CHANGED)
        r = site_learn_addresses(&step);
    if (r != 0)
        return r;
    change.group = row.group;
    change.page = row.page;
    step.changes = &change;
    step.nchanges = step.changes_cap = 1;
    step.touched = 1u << row.group;
    r = site_settle(&step);
    if (r != 0)
        return r;
    more = json_object();
    (void)jsonx_set(more, "source", jsonx_str(row.source));
    (void)jsonx_set(more, "finding", json_integer(asked->id));
    (void)jsonx_set(more, "kind", json_string(row.kind_name));
    (void)jsonx_set(more, "page", jsonx_str(row.page));
    return act_ledger(asked, "site.finding_accepted", row.incident, more);
}

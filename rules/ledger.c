#include "rules/ledger.h"

#include <stdlib.h>

#include "base/err.h"

int
ledger_init(struct ledger *l, uint32_t nregexes)
{
    *l = (struct ledger){.item = 1};
    l->entry = calloc(nregexes ? nregexes : 1, sizeof(*l->entry));
    return l->entry ? 0 : E_NOMEM;
}

void
ledger_done(struct ledger *l)
{
    free(l->entry);
    l->entry = NULL;
}

void
ledger_begin(struct ledger *l)
{
    l->item++;
    l->item_us = 0;
    l->running = false;
}

static void
quarantine(struct ledger *l, uint32_t regex)
{
    l->entry[regex].quarantined = true;
    l->nnews++;
}

static bool
is_too_slow(const struct ledger *l, const struct ledger_entry *e)
{
    return e->item_us > l->limits.single_us ||
           (e->total_us > l->limits.total_us &&
               e->total_us / (e->items ? e->items : 1) > l->limits.mean_us);
}

bool
ledger_start(struct ledger *l, uint32_t regex)
{
    struct ledger_entry *e = &l->entry[regex];

    if (e->quarantined)
        return false;
    if (!l->limits.cpu_us)
        return true;
    if (e->item != l->item) {
        e->item = l->item;
        e->item_us = 0;
        e->items++;
    }
    if (!l->running)
        l->last_us = l->limits.cpu_us();
    l->running = true;
    return l->item_us <= l->limits.item_us;
}

bool
ledger_charge(struct ledger *l, uint32_t regex)
{
    struct ledger_entry *e = &l->entry[regex];
    int64_t now, spent;

    if (!l->limits.cpu_us)
        return true;
    now = l->limits.cpu_us();
    spent = now > l->last_us ? now - l->last_us : 0;
    l->last_us = now;
    l->item_us += spent;
    e->item_us += spent;
    e->total_us += spent;
    if (!e->quarantined && is_too_slow(l, e))
        quarantine(l, regex);
    return !e->quarantined && l->item_us <= l->limits.item_us;
}

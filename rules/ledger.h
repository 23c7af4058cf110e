/*
 * ledger: what each regular expression has cost, and which cost too much.
 *
 * An expression that costs more on one item than it may, or on average, is
 * quarantined: searched no more until the next rule set.  Internal to rules/.
 */
#ifndef TOCSIN_RULES_LEDGER_H
#define TOCSIN_RULES_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/rules.h"

struct ledger_entry {
    int64_t total_us, item_us; /* of all items; of the item at hand */
    uint32_t items;            /* that it was searched in */
    uint32_t item;             /* number of the item at hand */
    bool quarantined, told;
};

struct ledger {
    struct ledger_entry *entry; /* by regex */
    struct match_limits limits;
    uint32_t item;   /* number of the item at hand; not 0 */
    int64_t item_us; /* spent on it */
    int64_t last_us; /* clock when it was read last */
    bool running;    /* last_us is of this item */
    size_t nnews;    /* quarantined, not told yet */
};

/* 0 or E_NOMEM. */
int ledger_init(struct ledger *ledger, uint32_t nregexes);
void ledger_done(struct ledger *ledger);
/* A new item. */
void ledger_begin(struct ledger *ledger);
/* Read the clock before regex is searched.  false when it may not be: it is
 * quarantined, or the item's time is used up. */
bool ledger_start(struct ledger *ledger, uint32_t regex);
/* Charge what passed since the clock was read last.  false as above. */
bool ledger_charge(struct ledger *ledger, uint32_t regex);

#endif

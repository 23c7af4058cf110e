/*
 * engine_slot: the polls in flight.
 *
 * A poll's number holds its slot's in the low bits, so that an answer finds it
 * in one step, and chance in the others, so that no role can answer for a poll
 * that it was not given.
 */
#include "base/digest.h"
#include "base/err.h"
#include "base/url.h"
#include "daemon/engine_poll.h"

struct slot *
slot_take(struct engine *engine, uint16_t host)
{
    for (uint32_t i = 0; i < ENGINE_MAX_IN_FLIGHT; i++) {
        struct slot *slot = &engine->slots[i];

        if (slot->number == 0) {
            uint64_t chance;

            digest_random(&chance, sizeof chance);
            *slot = (struct slot){.parser = -1, .host = host};
            slot->number = (chance | 1) << ENGINE_SLOT_BITS | i;
            engine->in_flight++;
            engine->host_in_flight[host]++;
            return slot;
        }
    }
    return NULL;
}

struct slot *
slot_find(struct engine *engine, uint64_t number)
{
    struct slot *slot = &engine->slots[number & (ENGINE_MAX_IN_FLIGHT - 1)];

    return number != 0 && slot->number == number ? slot : NULL;
}

/* The slot of a poll that still waits for its answer. */
struct slot *
slot_waiting(struct engine *engine, uint64_t number)
{
    struct slot *slot = slot_find(engine, number);

    return slot && !slot->answered ? slot : NULL;
}

bool
slot_is_waiting(const struct slot *slot)
{
    return slot->number != 0 && !slot->answered;
}

uint16_t
engine_host_of(struct str address)
{
    uint32_t hash = 2166136261u; /* FNV-1a, for a bucket and nothing else */
    struct url url;

    if (url_parse(address, &url) != 0)
        return 0;
    for (size_t i = 0; i < url.host.n; i++)
        hash = (hash ^ (unsigned char)(url.host.p[i] | 0x20)) * 16777619u;
    return (uint16_t)(hash % ENGINE_HOSTS);
}

void
slot_free(struct engine *engine, struct slot *slot)
{
    uint16_t host = slot->host;

    slot->number = 0;
    engine->in_flight--;
    if (engine->host_in_flight[host] > 0)
        engine->host_in_flight[host]--;
}

static const struct source_state no_state = {.first_poll = {INT64_MIN},
    .last_poll = {INT64_MIN},
    .last_success = {INT64_MIN},
    .last_new = {INT64_MIN},
    .next_poll = {INT64_MIN},
    .moved_since = {INT64_MIN}}; /* WALL_NONE, as a constant */

int
slot_load_state(struct engine *engine, const struct source *source,
    struct arena *arena, struct source_state *ret)
{
    int r = store_source_load(engine->store, source->id, arena, ret);

    if (r == E_NOTFOUND) {
        *ret = no_state;
        r = 0;
    }
    return r;
}

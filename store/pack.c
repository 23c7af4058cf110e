/* pack: spans as bytes, lists in arenas, names as they are stored. */
#include <string.h>

#include "store/inside.h"

static void
put_u32(uint8_t *out, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t
get_u32(const char *p)
{
    uint32_t v = 0;

    for (int i = 3; i >= 0; i--)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

int
spans_pack(const struct span *spans, size_t n, struct buf *out)
{
    uint8_t packed[SPAN_PACKED_SIZE];

    if (n > FINDING_MAX_SPANS)
        n = FINDING_MAX_SPANS;
    for (size_t i = 0; i < n; i++) {
        packed[0] = (uint8_t)spans[i].field;
        put_u32(packed + 1, spans[i].start);
        put_u32(packed + 5, spans[i].end);
        (void)buf_add(out, packed, sizeof(packed));
    }
    return out->err;
}

int
spans_unpack(struct str bytes, struct arena *arena, const struct span **ret,
    size_t *ret_n)
{
    size_t n = bytes.n / SPAN_PACKED_SIZE;
    struct span *spans;

    if (bytes.n % SPAN_PACKED_SIZE != 0 || n > FINDING_MAX_SPANS)
        return E_CORRUPT;
    spans = ARENA_ARRAY(arena, n, struct span);
    if (!spans)
        return E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *p = bytes.p + i * SPAN_PACKED_SIZE;

        spans[i].field = p[0] ? FIELD_TEXT : FIELD_TITLE;
        spans[i].start = get_u32(p + 1);
        spans[i].end = get_u32(p + 5);
        if ((unsigned char)p[0] > FIELD_TEXT || spans[i].start > spans[i].end)
            return E_CORRUPT;
    }
    *ret = spans;
    *ret_n = n;
    return 0;
}

void *
list_add(struct list *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : LIST_FIRST;
        void *rows = arena_array(list->arena, cap, list->size);

        if (!rows)
            return NULL;
        if (list->n)
            memcpy(rows, list->rows, list->n * list->size);
        list->rows = rows;
        list->cap = cap;
    }
    return (char *)list->rows + list->size * list->n++;
}

int
list_read(struct list *list, struct query *q,
    int (*read)(struct query *q, struct arena *arena, void *row))
{
    int r;

    while ((r = query_next(q)) == 0) {
        void *row = list_add(list);

        r = row ? read(q, list->arena, row) : E_NOMEM;
        if (r != 0)
            break;
    }
    if (q->done)
        r = 0;
    query_done(q);
    return r;
}

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

const char *
store_state_name(enum incident_state state)
{
    return (unsigned)state < INCIDENT_STATE_COUNT ? state_names[state] : "?";
}

int
store_state_of(struct str name, enum incident_state *ret)
{
    for (int i = 0; i < INCIDENT_STATE_COUNT; i++) {
        if (str_eq(name, str_of(state_names[i]))) {
            *ret = (enum incident_state)i;
            return 0;
        }
    }
    return E_CORRUPT;
}

bool
store_state_open(enum incident_state state)
{
    return (unsigned)state < INCIDENT_STATE_COUNT && state_open[state];
}

const char *
store_substate_name(enum incident_substate substate)
{
    return (unsigned)substate < INCIDENT_SUBSTATE_COUNT
               ? substate_names[substate]
               : "?";
}

int
store_substate_of(struct str name, enum incident_substate *ret)
{
    for (int i = 0; i < INCIDENT_SUBSTATE_COUNT; i++) {
        if (str_eq(name, str_of(substate_names[i]))) {
            *ret = (enum incident_substate)i;
            return 0;
        }
    }
    return E_CORRUPT;
}

int
store_level_of(int64_t value, enum level *ret)
{
    if (value < LEVEL_NONE || value >= LEVEL_COUNT)
        return E_CORRUPT;
    *ret = (enum level)value;
    return 0;
}

/* why: runs of shared pairs, the shared place, the kind, the time. */
#include "incidents/why.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "incidents/names.h"

enum {
    WHY_UNITS = 400,  /* of title and text that are looked at */
    WHY_WORDS = 3,    /* are named */
    WHY_RUN_MAX = 12, /* characters of one */
    WHY_BYTES = 1024
};
/* A pair that fewer items have than that is worth naming. */
static const float rare_idf = 2.5f;

/* The beginning of the item, and which of its pairs the incident has. */
struct text {
    uint16_t u[WHY_UNITS];
    float weight[WHY_UNITS]; /* of the pair that begins here; 0 not shared */
    size_t n;
};

static void
text_take(struct text *t, struct str s)
{
    size_t at = 0;

    while (at < s.n && t->n < WHY_UNITS) {
        uint32_t c = utf8_next(s, &at);

        t->u[t->n++] = c < 0x10000 ? (uint16_t)c : 0;
    }
    if (t->n < WHY_UNITS)
        t->u[t->n++] = 0; /* no pair spans title and text */
}

static bool
incident_has(const struct why *why, uint32_t hash)
{
    for (size_t i = 0; i < why->n; i++)
        if (why->list[i].hash == hash)
            return true;
    return false;
}

static void
text_weigh(struct text *t, const struct why *why)
{
    for (size_t i = 0; i + 1 < t->n; i++) {
        uint32_t hash;
        size_t at;

        t->weight[i] = 0.0f;
        if (!unit_is_han(t->u[i]) || !unit_is_han(t->u[i + 1]))
            continue;
        hash = feature_pair(t->u[i], t->u[i + 1], FEATURE_PAIR);
        at = profile_find(why->profile, hash);
        if (at < why->profile->n &&
            why->profile->weight[at] >= rare_idf * why->profile->list[at].tf &&
            incident_has(why, hash))
            t->weight[i] = why->profile->weight[at];
    }
}

static void
add_unit(struct buf *out, uint16_t u)
{
    char bytes[4];
    size_t n = utf8_encode(u, bytes);

    (void)buf_add(out, bytes, n);
}

/* The heaviest run of shared pairs; its pairs are taken.  0: there is none. */
static size_t
text_heaviest(struct text *t, size_t *ret_from)
{
    float best = 0.0f;
    size_t from = 0, length = 0;

    for (size_t i = 0; i + 1 < t->n; i++) {
        float sum = 0.0f;
        size_t k = 0;

        if (t->weight[i] == 0.0f || (i > 0 && t->weight[i - 1] > 0.0f))
            continue;
        while (
            i + k + 1 < t->n && t->weight[i + k] > 0.0f && k + 1 < WHY_RUN_MAX)
            sum += t->weight[i + k++];
        if (sum > best) {
            best = sum;
            from = i;
            length = k;
        }
    }
    for (size_t i = 0; i < length; i++)
        t->weight[from + i] = 0.0f;
    *ret_from = from;
    return length ? length + 1 : 0;
}

/* Take what was named out of the rest of the text. */
static void
text_forget(struct text *t, size_t from, size_t n)
{
    for (size_t i = 0; i + n <= t->n; i++) {
        size_t k = 0;

        while (k < n && t->u[i + k] == t->u[from + k])
            k++;
        if (k == n)
            for (k = 0; k + 1 < n; k++)
                t->weight[i + k] = 0.0f;
    }
}

static void
say_words(struct text *t, struct buf *out)
{
    for (int i = 0; i < WHY_WORDS; i++) {
        size_t from, n = text_heaviest(t, &from);

        if (n == 0)
            break;
        (void)buf_add_cstr(out, i == 0 ? " (" : ", ");
        for (size_t k = 0; k < n; k++)
            add_unit(out, t->u[from + k]);
        text_forget(t, from, n);
        if (i + 1 == WHY_WORDS) {
            (void)buf_add_char(out, ')');
            return;
        }
    }
    if (out->n > 0 && out->p[0] == ' ')
        (void)buf_add_char(out, ')');
}

static bool
marks_have(const struct marks *m, uint32_t name)
{
    for (size_t i = 0; i < m->nnames; i++)
        if (m->names[i] == name)
            return true;
    for (size_t i = 0; i < m->nareas; i++)
        if (m->areas[i] == name)
            return true;
    return false;
}

/* The first place of the text that both have. */
static void
say_place(const struct text *t, const struct why *why, struct buf *out)
{
    for (size_t i = 0; i + 1 < t->n; i++) {
        uint32_t name;

        if (!unit_is_han(t->u[i]) || !unit_is_han(t->u[i + 1]))
            continue;
        name = feature_pair(t->u[i], t->u[i + 1], FEATURE_NAME);
        if (!marks_have(&why->profile->marks, name) ||
            !marks_have(why->marks, name))
            continue;
        (void)buf_add_cstr(out, " (");
        add_unit(out, t->u[i]);
        add_unit(out, t->u[i + 1]);
        (void)buf_add_char(out, ')');
        return;
    }
}

static void
say_relations(const struct text *t, const struct why *why, struct buf *out)
{
    static const char *const places[] = {
        "", ", the same place", ", but another place"};
    static const char *const topics[] = {
        "", ", the same kind of event", ", but another kind of event"};

    (void)buf_add_cstr(out, places[why->place]);
    if (why->place == RELATION_SAME)
        say_place(t, why, out);
    (void)buf_add_cstr(out, topics[why->topic]);
}

static void
say_time(const struct why *why, struct buf *out)
{
    double hours = why->days * 24.0;

    if (hours < 1.0)
        (void)buf_add_cstr(out, ", within an hour of its last item");
    else if (hours < 48.0)
        (void)buf_printf(out, ", %.0f h from its last item", hours);
    else
        (void)buf_printf(out, ", %.0f days from its last item", why->days);
}

struct str
why_say(struct arena *arena, const struct why *why)
{
    struct text text = {.n = 0};
    _cleanup_(buf_done) struct buf out, words;

    buf_init(&out, WHY_BYTES);
    buf_init(&words, WHY_BYTES);
    text_take(&text, why->title);
    text_take(&text, why->text);
    if (why->list)
        text_weigh(&text, why);
    if (why->copy && why->incident) {
        (void)buf_add_cstr(&out, "The same title");
        say_relations(&text, why, &out);
        return arena_str(arena, buf_str(&out));
    }
    if (why->previous) {
        (void)buf_printf(
            &out, "Follows up incident %lld", (long long)why->previous);
        say_relations(&text, why, &out);
        (void)buf_add_cstr(&out, ", but that one is long past");
        return arena_str(arena, buf_str(&out));
    }
    (void)buf_printf(&out, "%s: words alike by %.0f %%",
        why->incident ? "Alike enough" : "Nothing is alike enough",
        why->cosine * 100.0);
    say_words(&text, &words);
    (void)buf_add_str(&out, buf_str(&words));
    say_relations(&text, why, &out);
    if (why->incident)
        say_time(why, &out);
    return arena_str(arena, buf_str(&out));
}

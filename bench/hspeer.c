/*
 * hspeer: the literals of a rule set in Vectorscan.
 *
 * It gets the folded text as UTF-8 for nothing, and the little text around gaps
 * (squeezed) is scanned by ours: both are in its favour.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "match.h"

#if BENCH_HAS_HS
#include <hs.h>

struct hspeer {
    hs_database_t *db;
    hs_scratch_t *scratch;
    const struct sample *sample;
    const struct image_term *terms;
    struct scan_hits *out;
};

/* The literals, one after another, as hs_compile_lit_multi wants them. */
struct literals {
    struct buf text;
    const char **expression;
    size_t *length;
    unsigned *flags, *id;
    unsigned n;
};

static void
literals_done(struct literals *l)
{
    buf_done(&l->text);
    free(l->expression);
    free(l->length);
    free(l->flags);
    free(l->id);
}

static int
literals_make(const struct image *im, struct literals *l)
{
    const struct image_term *t = IMAGE_ARRAY(im, struct image_term, SEC_TERMS);
    const uint16_t *unit = IMAGE_ARRAY(im, uint16_t, SEC_UNITS);
    size_t n = IMAGE_COUNT(im, SEC_TERMS), at = 0;

    buf_init(&l->text, MATCH_YAML_MAX);
    l->expression = calloc(n + 1, sizeof(*l->expression));
    l->length = calloc(n + 1, sizeof(*l->length));
    l->flags = calloc(n + 1, sizeof(*l->flags));
    l->id = calloc(n + 1, sizeof(*l->id));
    if (!l->expression || !l->length || !l->flags || !l->id)
        return E_NOMEM;
    for (uint32_t i = 0; i < n; i++) {
        size_t before = l->text.n;
        if (t[i].view != VIEW_FOLDED)
            continue;
        for (uint16_t k = 0; k < t[i].n; k++) /* bench has no pairs */
            buf_add_codepoint(&l->text, unit[t[i].unit + k]);
        l->length[l->n] = l->text.n - before;
        l->id[l->n++] = i;
    }
    for (unsigned i = 0; i < l->n; i++) {
        l->expression[i] = l->text.p + at;
        at += l->length[i];
    }
    return l->text.err;
}

int
hspeer_new(const struct image *image, struct hspeer **ret)
{
    struct hspeer *peer = calloc(1, sizeof(*peer));
    struct literals l = {.n = 0};
    hs_compile_error_t *error = NULL;
    int err = peer ? literals_make(image, &l) : E_NOMEM;

    if (err == 0 &&
        hs_compile_lit_multi(l.expression, l.flags, l.id, l.length, l.n,
            HS_MODE_BLOCK, NULL, &peer->db, &error) != HS_SUCCESS)
        err = E_BUG;
    if (err == 0 && hs_alloc_scratch(peer->db, &peer->scratch) != HS_SUCCESS)
        err = E_NOMEM;
    hs_free_compile_error(error);
    literals_done(&l);
    if (err != 0) {
        hspeer_free(peer);
        return err;
    }
    peer->terms = IMAGE_ARRAY(image, struct image_term, SEC_TERMS);
    *ret = peer;
    return 0;
}

void
hspeer_free(struct hspeer *peer)
{
    if (!peer)
        return;
    hs_free_scratch(peer->scratch);
    hs_free_database(peer->db);
    free(peer);
}

void
hspeer_begin(struct hspeer *peer, const struct sample *sample)
{
    peer->sample = sample;
}

static int
on_match(unsigned id, unsigned long long from, unsigned long long to,
    unsigned flags, void *arg)
{
    struct hspeer *peer = arg;
    uint32_t end = peer->sample->unit[to - 1] + 1;

    (void)from;
    (void)flags;
    scan_hits_add(peer->out, id, end - peer->terms[id].n);
    return 0;
}

void
hspeer_scan(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out)
{
    struct hspeer *peer = arg;
    struct str text = peer->sample->utf8;

    if (n != peer->sample->nview) { /* the text around gaps */
        scan_run(NULL, image, view, unit, n, out);
        return;
    }
    peer->out = out;
    hs_scan(
        peer->db, text.p, (unsigned)text.n, 0, peer->scratch, on_match, peer);
}

#else

int
hspeer_new(const struct image *image, struct hspeer **ret)
{
    (void)image;
    (void)ret;
    return E_NOTFOUND;
}

void
hspeer_free(struct hspeer *peer)
{
    (void)peer;
}

void
hspeer_begin(struct hspeer *peer, const struct sample *sample)
{
    (void)peer;
    (void)sample;
}

void
hspeer_scan(void *arg, const struct image *image, enum image_view view,
    const uint16_t *unit, size_t n, struct scan_hits *out)
{
    scan_run(arg, image, view, unit, n, out);
}

#endif

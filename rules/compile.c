/*
 * compile: rule files in, one image out.
 */
#include "rules/compile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/foldtab.h"
#include "rules/scan.h"
#include "rules/set.h"

enum { COMPILE_ARENA_BYTES = 1 << 30 };

uint32_t
compile_add(struct compile *c, enum image_section sec, const void *record)
{
    uint32_t number = COMPILE_COUNT(c, sec);
    int err = buf_add(&c->section[sec], record, image_record_size(sec));

    if (err != 0 && c->err == 0)
        c->err = err;
    return number;
}

struct image_text
compile_text(struct compile *c, struct str s)
{
    struct image_text t = {COMPILE_COUNT(c, SEC_CHARS), (uint32_t)s.n};
    int err = buf_add_str(&c->section[SEC_CHARS], s);

    if (err != 0 && c->err == 0)
        c->err = err;
    return t;
}

void
compile_wrong(struct compile *c, struct place place, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(c->errors, place.file, place.line, place.column, "%s", text);
    c->err = c->err ? c->err : E_CONF;
}

static int
by_id(const void *a, const void *b)
{
    const struct model_rule *const *x = a, *const *y = b;

    return str_cmp((*x)->id, (*y)->id);
}

struct model_rule *
compile_find_rule(const struct compile *c, struct str id)
{
    struct model_rule key = {.id = id}, *p = &key;
    struct model_rule **found =
        bsearch(&p, c->by_id, c->nby_id, sizeof(struct model_rule *), by_id);

    return found ? *found : NULL;
}

/* Sort the rules by id; two with one id are an error. */
static void
index_rules(struct compile *c)
{
    size_t n = 0;

    c->by_id = ARENA_ARRAY(c->arena, c->model->nrules + 1, struct model_rule *);
    if (!c->by_id) {
        c->err = E_NOMEM;
        return;
    }
    for (struct model_rule *r = c->model->rules; r; r = r->next)
        c->by_id[n++] = r;
    c->nby_id = n;
    if (n > 0)
        qsort(c->by_id, n, sizeof(struct model_rule *), by_id);
    for (size_t i = 1; i < n; i++) {
        struct model_rule *a = c->by_id[i - 1], *b = c->by_id[i];
        if (a->id.n == 0 || !str_eq(a->id, b->id))
            continue;
        if (a->number > b->number) {
            b = c->by_id[i - 1];
            a = c->by_id[i];
        }
        compile_wrong(c, b->place,
            "the id \"%.*s\" is taken by the rule at %s:%u", STR_ARG(b->id),
            a->place.file, a->place.line);
    }
}

static uint32_t
hash_str(uint32_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return (h ^ 0xFF) * 16777619u;
}

static uint32_t
hash_number(uint32_t h, uint32_t v)
{
    return hash_str(h, (struct str){(const char *)&v, sizeof(v)});
}

static uint32_t
hash_sources(uint32_t h, const struct model_sources *s)
{
    for (size_t i = 0; i < s->ntags; i++)
        h = hash_str(h, s->tags[i]);
    for (size_t i = 0; i < s->nnot_tags; i++)
        h = hash_str(hash_number(h, 1), s->not_tags[i]);
    for (size_t i = 0; i < s->nkinds; i++)
        h = hash_str(hash_number(h, 2), s->kinds[i]);
    return h;
}

/* What a clause says, lists included; depth bounds lists within lists. */
static uint32_t
hash_clause(const struct compile *c, uint32_t h, const struct clause *clause,
    unsigned depth)
{
    struct model_list *list;

    h = hash_number(h, clause->type);
    h = hash_number(
        h, clause->options << 16 ^ clause->count << 8 ^ clause->within);
    h = hash_sources(hash_str(h, clause->text), &clause->sources);
    if (depth > IMAGE_MAX_DEPTH)
        return h;
    if (clause->type == CLAUSE_LIST &&
        (list = model_find_list(c->model, clause->text)) && list->any) {
        if (!list->hashed) { /* once, however many name it */
            list->hashed = true;
            list->hash = hash_clause(c, 2166136261u, list->any, depth + 1);
        }
        h = hash_number(h, list->hash);
    }
    for (const struct clause *k = clause->first; k; k = k->next)
        h = hash_clause(c, h, k, depth + 1);
    return h;
}

static uint32_t
rule_version(const struct compile *c, const struct model_rule *r)
{
    uint32_t h = 2166136261u;

    h = hash_str(h, r->id);
    h = hash_str(h, r->title);
    h = hash_str(h, r->category);
    h = hash_number(h, (uint32_t)r->points[0]);
    h = hash_number(h, (uint32_t)r->points[1]);
    h = hash_number(h, r->flags << 8 | r->fields);
    h = hash_number(h, (uint32_t)r->floor << 8 | (uint32_t)r->ceiling);
    h = hash_number(hash_str(h, r->context), (uint32_t)r->status);
    h = hash_number(h, (uint32_t)(r->half_life_ms / 1000));
    h = hash_number(h, (uint32_t)(r->since.ms / 1000));
    h = hash_number(h, (uint32_t)(r->until.ms / 1000));
    h = hash_number(h, r->wishes);
    h = hash_sources(h, &r->sources);
    return r->root ? hash_clause(c, h, r->root, 0) : h;
}

/* Number of a category; one that no file describes has cap 100. */
static uint32_t
category_of(struct compile *c, struct str name)
{
    struct model *m = c->model;

    for (uint32_t i = 0; i < m->ncategories; i++)
        if (str_eq(m->categories[i].name, name))
            return i;
    if (m->ncategories == MODEL_MAX_CATEGORIES)
        return UINT32_MAX;
    m->categories[m->ncategories] =
        (struct model_category){.name = name, .cap = 100};
    return (uint32_t)m->ncategories++;
}

static struct image_run
add_texts(struct compile *c, const struct str *texts, size_t n)
{
    struct image_run run = {COMPILE_COUNT(c, SEC_TEXTS), (uint32_t)n};

    for (size_t i = 0; i < n; i++) {
        struct image_text t = compile_text(c, texts[i]);
        compile_add(c, SEC_TEXTS, &t);
    }
    return run;
}

uint32_t
compile_sources(struct compile *c, const struct model_sources *s)
{
    struct image_sources out = {.tags = add_texts(c, s->tags, s->ntags),
        .not_tags = add_texts(c, s->not_tags, s->nnot_tags),
        .kinds = add_texts(c, s->kinds, s->nkinds)};

    return compile_add(c, SEC_SOURCES, &out);
}

/* A record for each rule, still without conditions. */
static void
add_rules(struct compile *c)
{
    for (struct model_rule *r = c->model->rules; r; r = r->next) {
        struct image_rule out = {.id = compile_text(c, r->id),
            .title = compile_text(c, r->title),
            .category = category_of(c, r->category),
            .points = {r->points[0], r->points[1]},
            .version = rule_version(c, r),
            .root = UINT32_MAX,
            .fields = r->fields,
            .flags = (r->flags & RULE_RAW ? IMAGE_RULE_RAW : 0u) |
                     (r->flags & RULE_SHADOW ? IMAGE_RULE_SHADOW : 0u),
            .sources = compile_sources(c, &r->sources),
            .context = compile_text(c, r->context),
            .status = r->status,
            .floor = r->floor,
            .ceiling = r->ceiling,
            .half_life_ms = r->half_life_ms,
            .since_ms = r->since.ms,
            .until_ms = r->until.ms,
            .wishes = r->wishes};
        if (out.category == UINT32_MAX)
            compile_wrong(c, r->category_place,
                "there are more than %d categories", MODEL_MAX_CATEGORIES);
        compile_add(c, SEC_RULES, &out);
    }
    for (size_t i = 0; i < c->model->ncategories; i++) {
        const struct model_category *m = &c->model->categories[i];
        struct image_category out = {.name = compile_text(c, m->name),
            .title = compile_text(c, m->title),
            .cap = m->cap,
            .modifier = m->modifier};
        compile_add(c, SEC_CATEGORIES, &out);
    }
}

static void
check_samples(struct compile *c, const struct model_rule *r)
{
    bool hit = false, miss = false;

    for (const struct model_sample *s = r->samples; s; s = s->next) {
        hit = hit || s->hit;
        miss = miss || !s->hit;
    }
    if (r->packed && !(r->flags & RULE_HELPER) && !(hit && miss))
        compile_wrong(c, r->place,
            "a rule of a pack is to have samples: {hits: […], misses: […]}, "
            "at least one of each");
}

static void
emit_all(struct compile *c)
{
    uint32_t number;

    for (struct model_rule *r = c->model->rules; r; r = r->next) {
        if (r->root)
            emit_rule(c, r, 0);
        check_samples(c, r);
        if (c->err != 0 && c->err != E_CONF)
            return;
    }
    for (const struct clause *f = c->model->furniture; f; f = f->next)
        emit_term(c, f->text, VIEW_FOLDED, f->place, TERM_FURNITURE, &number);
}

static void
build_scans(struct compile *c)
{
    struct scan_build to = {&c->section[SEC_BITS], &c->section[SEC_RANKS],
        &c->section[SEC_CANDIDATES]};

    for (enum image_view v = 0; v < VIEW_COUNT; v++) {
        struct image_scan scans[SCAN_KINDS];
        int err = scan_build(COMPILE_ARRAY(c, struct image_term, SEC_TERMS),
            COMPILE_COUNT(c, SEC_TERMS), COMPILE_ARRAY(c, uint16_t, SEC_UNITS),
            v, &to, scans);
        if (err != 0) {
            c->err = err;
            return;
        }
        for (enum scan_kind k = 0; k < SCAN_KINDS; k++)
            compile_add(c, SEC_SCAN, &scans[k]);
    }
}

static uint32_t
longest_term(const struct compile *c)
{
    const struct image_term *t = COMPILE_ARRAY(c, struct image_term, SEC_TERMS);
    uint32_t longest = 0;

    for (uint32_t i = 0; i < COMPILE_COUNT(c, SEC_TERMS); i++)
        if (t[i].view == VIEW_FOLDED && t[i].n > longest)
            longest = t[i].n;
    return longest;
}

/* Lay the sections out in one block; owned by the caller. */
static char *
lay_out(struct compile *c, size_t *ret_size)
{
    struct image_header h = {.magic = "tocsinR",
        .format = IMAGE_FORMAT,
        .fold_version = foldtab_version,
        .others_percent = c->model->others_percent,
        .longest_term = longest_term(c)};
    size_t size = sizeof(h);
    char *block;

    h.magic[7] = '\n';
    for (int i = 0; i < LEVEL_COUNT; i++)
        h.level[i] = c->model->levels[i];
    for (enum image_section s = 0; s < SEC_COUNT; s++) {
        size = (size + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
        h.section[s].offset = (uint32_t)size;
        h.section[s].count = COMPILE_COUNT(c, s);
        size += c->section[s].n;
    }
    size = (size + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
    if (size > IMAGE_MAX_BYTES || !(block = aligned_alloc(IMAGE_ALIGN, size)))
        return NULL;
    memset(block, 0, size);
    for (enum image_section s = 0; s < SEC_COUNT; s++)
        if (c->section[s].n > 0)
            memcpy(
                block + h.section[s].offset, c->section[s].p, c->section[s].n);
    h.size = size;
    memcpy(block, &h, sizeof(h));
    h.checksum = image_checksum(block, size);
    memcpy(block, &h, sizeof(h));
    *ret_size = size;
    return block;
}

/* Whether a rule stands on others, and they on others, in more levels than the
 * matcher walks: said of the first that does. */
static void
check_depths(struct compile *c)
{
    const struct image_node *node =
        COMPILE_ARRAY(c, struct image_node, SEC_NODES);
    const struct image_rule *rule =
        COMPILE_ARRAY(c, struct image_rule, SEC_RULES);
    const uint32_t *kids = COMPILE_ARRAY(c, uint32_t, SEC_KIDS);
    uint32_t n = COMPILE_COUNT(c, SEC_NODES);
    unsigned *depth = calloc(n + 1, sizeof(*depth));

    if (!depth) {
        c->err = E_NOMEM;
        return;
    }
    for (uint32_t i = 0; i < n; i++) { /* children lie before their parents */
        if (node[i].type == NODE_RULE && rule[node[i].arg].root < i)
            depth[i] = depth[rule[node[i].arg].root] + 1;
        for (uint32_t k = 0; k < node[i].kids.n; k++) {
            uint32_t kid = kids[node[i].kids.first + k];
            if (!(kid & KID_TERM) && depth[kid] >= depth[i])
                depth[i] = depth[kid] + 1;
        }
    }
    for (struct model_rule *r = c->model->rules; r; r = r->next) {
        uint32_t root = rule[r->number].root;
        if (root < n && depth[root] > IMAGE_MAX_DEPTH) {
            compile_wrong(c, r->place,
                "the rule %.*s stands on conditions, lists and rules %u deep; "
                "at most %d are possible",
                STR_ARG(r->id), depth[root], IMAGE_MAX_DEPTH);
            break;
        }
    }
    free(depth);
}

static int
compile_model(struct compile *c, struct ruleset **ret)
{
    size_t size = 0;
    char *block;
    int err;

    index_rules(c);
    if (c->err != 0 && c->err != E_CONF)
        return c->err;
    add_rules(c);
    if (c->err != 0 && c->err != E_CONF)
        return c->err;
    emit_all(c);
    if (!toc_errors_any(c->errors) && c->err == 0)
        check_depths(c);
    if (toc_errors_any(c->errors))
        return E_CONF;
    if (c->err == 0)
        c->err = trigger_choose(c);
    if (c->err == 0)
        build_scans(c);
    if (c->err != 0)
        return c->err;
    block = lay_out(c, &size);
    if (!block)
        return E_NOMEM;
    err = set_open_take(block, size, ret);
    return err == E_CORRUPT ? E_BUG : err;
}

int
compile_from_model(struct model *model, struct arena *arena,
    struct toc_errors *errors, struct ruleset **ret)
{
    struct compile c = {.model = model, .arena = arena, .errors = errors};
    int err;

    for (int s = 0; s < SEC_COUNT; s++)
        buf_init(&c.section[s], IMAGE_MAX_BYTES);
    err = compile_model(&c, ret);
    for (int s = 0; s < SEC_COUNT; s++)
        buf_done(&c.section[s]);
    free(c.term_slots);
    free(c.node_slots);
    free(c.regex_slots);
    return err;
}

int
ruleset_compile_with(const struct rule_file *files, size_t nfiles,
    const struct rule_options *options, struct toc_errors *errors,
    struct ruleset **ret)
{
    struct arena *arena = arena_new(COMPILE_ARENA_BYTES);
    struct model model;
    int err, e;

    if (!arena)
        return E_NOMEM;
    model_init(&model, arena, errors);
    err = model_read(&model, files, nfiles, options);
    if (err == 0 || err == E_CONF) {
        e = compile_from_model(&model, arena, errors, ret);
        err = e ? e : err;
    }
    arena_free(arena);
    return err;
}

int
ruleset_compile(const struct rule_file *files, size_t nfiles,
    const struct rule_file *region, struct toc_errors *errors,
    struct ruleset **ret)
{
    const struct rule_options options = {.region = region};

    return ruleset_compile_with(files, nfiles, &options, errors, ret);
}

#define PCRE2_CODE_UNIT_WIDTH 16
#include "oracle.h"

#include <assert.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct oracle_char oracle_alphabet[] = {
    {"甲", "甲", 'h'},
    {"乙", "乙", 'h'},
    {"丙", "丙", 'h'},
    {"学", "学", 'h'},
    {"學", "学", 'h'},
    {"𠀀", "𠀀", 'h'},
    {"a", "a", 'w'},
    {"A", "a", 'w'},
    {"Ｂ", "b", 'w'},
    {"b", "b", 'w'},
    {"1", "1", 'w'},
    {" ", " ", ' '},
    {"\xE3\x80\x80", " ", ' '},
    {"\n", "\n", 'n'},
    {"*", "*", 's'},
    {".", ".", 's'},
    {"-", "-", 's'},
    {"😀", "😀", 's'},
    {"，", ",", '.'},
    {"。", "。", '.'},
    {"\xE2\x80\x8B", "", '.'},
    {"\xCC\xB6", "", '.'},
    {"&#x4e59;", "乙", 'h'},
    {"<b>", "<b>", '.'},
    {"㎡", "m2", 'w'},
};
const size_t oracle_alphabet_size =
    sizeof(oracle_alphabet) / sizeof(oracle_alphabet[0]);

/* Folded text by code point. */
struct otext {
    uint32_t c[ORACLE_MAX_TEXT];
    unsigned from[ORACLE_MAX_TEXT], to[ORACLE_MAX_TEXT];
    char kind[ORACLE_MAX_TEXT];
    size_t n;
};

/* Code points of UTF-8 that is known to be valid. */
static uint32_t
next(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    int more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
    uint32_t c = more == 3   ? *p & 7u
                 : more == 2 ? *p & 15u
                 : more == 1 ? *p & 31u
                             : *p;

    for (int i = 1; i <= more; i++)
        c = c << 6 | (p[i] & 0x3Fu);
    *s += more + 1;
    return c;
}

static char
kind_of(uint32_t c)
{
    if ((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x2FFFF))
        return 'h';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return 'w';
    if (c == ' ')
        return ' ';
    if (c == '\n')
        return 'n';
    return strchr("*.-", (int)c) || c >= 0x1F000 ? 's' : '.';
}

/* Fold with the table: longest entry first, blanks joined. */
static void
ofold(const char *s, bool text, struct otext *out)
{
    unsigned cp = 0;

    out->n = 0;
    while (*s) {
        const struct oracle_char *best = NULL;
        for (size_t i = 0; i < oracle_alphabet_size; i++) {
            const struct oracle_char *a = &oracle_alphabet[i];
            if (strncmp(s, a->text, strlen(a->text)) == 0 &&
                (!best || strlen(a->text) > strlen(best->text)) &&
                (text || a->text[0] != '&'))
                best = a;
        }
        if (!best || best->text[0] == '<') {
            uint32_t c = next(&s);
            out->c[out->n] = c;
            out->kind[out->n] = kind_of(c);
            out->from[out->n] = cp;
            out->to[out->n++] = ++cp;
            continue;
        }
        unsigned len = 0;
        for (const char *p = best->text; *p; len++)
            next(&p);
        for (const char *p = best->folded; *p;) {
            uint32_t c = next(&p);
            char kind = kind_of(c);
            bool blank = kind == ' ' || kind == 'n';
            char before = out->n ? out->kind[out->n - 1] : '.';
            if (blank && (before == ' ' || before == 'n')) {
                if (kind == 'n') {
                    out->c[out->n - 1] = '\n';
                    out->kind[out->n - 1] = 'n';
                }
                continue;
            }
            out->c[out->n] = c;
            out->kind[out->n] = kind;
            out->from[out->n] = cp;
            out->to[out->n++] = cp + len;
        }
        s += strlen(best->text);
        cp += len;
    }
}

/* Length of the tag at i, 0 for none. */
static size_t
tag_at(const struct otext *t, size_t i)
{
    if (t->c[i] != '<' || i + 1 >= t->n ||
        !(strchr("!/", (int)t->c[i + 1]) ||
            (t->c[i + 1] >= 'a' && t->c[i + 1] <= 'z')))
        return 0;
    for (size_t k = i + 1; k < t->n && k - i < 128; k++) {
        if (t->c[k] == '>')
            return k - i + 1;
        if (t->c[k] == '<' || t->c[k] > 0x7E)
            return 0;
    }
    return 0;
}

/* The numbers of the characters that are left without gaps. */
static size_t
squeeze(const struct otext *t, bool newlines, size_t *left)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n;) {
        left[n++] = i;
        if (t->kind[i++] != 'h')
            continue;
        size_t end = i, pieces = 0, breaks = 0;
        bool ok = true;
        while (end < t->n && t->kind[end] != 'h' && ok) {
            size_t tag = tag_at(t, end);
            ok = tag > 0 || strchr(" sn", t->kind[end]);
            if (ok && !tag && t->kind[end] == 'n')
                breaks++;
            end += tag ? tag : 1;
            pieces++;
        }
        if (ok && end > i && end < t->n && pieces <= 4 &&
            breaks <= (newlines ? 1u : 0u))
            i = end;
    }
    return n;
}

struct olist {
    struct range {
        size_t begin, end;
    } r[ORACLE_MAX_SPANS];
    size_t n;
};

static void
add(struct olist *l, size_t begin, size_t end)
{
    if (l->n < ORACLE_MAX_SPANS) {
        l->r[l->n].begin = begin;
        l->r[l->n++].end = end;
    }
}

static bool
is_word(const struct otext *t, size_t i)
{
    return i < t->n && t->kind[i] == 'w';
}

/* Every place where term occurs. */
static void
find_term(const struct otext *t, const char *term, struct olist *out)
{
    struct otext *w = malloc(sizeof(*w));
    size_t *left = malloc(sizeof(*left) * ORACLE_MAX_TEXT), n;
    char copy[256];
    size_t len = strlen(term);
    bool open_left = len > 1 && term[0] == '*';
    bool open_right = len > 1 && term[len - 1] == '*';

    len -= (size_t)open_left + open_right;
    if (len >= sizeof(copy))
        abort();
    memcpy(copy, term + open_left, len);
    copy[len] = '\0';
    ofold(copy, false, w);
    bool bound_left = !open_left && is_word(w, 0);
    bool bound_right = !open_right && is_word(w, w->n - 1);
    for (int squeezed = 0; squeezed < 2 && w->n; squeezed++) {
        n = t->n;
        for (size_t i = 0; i < t->n; i++)
            left[i] = i;
        if (squeezed)
            n = squeeze(t, true, left);
        for (size_t i = 0; i + w->n <= n; i++) {
            size_t b = left[i], e = left[i + w->n - 1];
            bool same = true, visible = false, line = false;
            for (size_t k = 0; k < w->n; k++)
                same = same && t->c[left[i + k]] == w->c[k];
            if (!same || (squeezed && e - b == w->n - 1))
                continue;
            if ((bound_left && b > 0 && is_word(t, b - 1)) ||
                (bound_right && is_word(t, e + 1)))
                continue;
            for (size_t k = 0; k + 1 < w->n; k++)
                for (size_t j = left[i + k] + 1; j < left[i + k + 1]; j++) {
                    visible = visible || !strchr(" n", t->kind[j]);
                    line = line || t->kind[j] == 'n';
                }
            if (line && w->n < 4)
                continue;
            bool alone = !(b > 0 && t->kind[b - 1] == 'h') &&
                         !(e + 1 < t->n && t->kind[e + 1] == 'h');
            if (squeezed && w->n <= 2 && !visible && !alone)
                continue;
            add(out, b, e + 1);
        }
    }
    free(left);
    free(w);
}

static bool limited;

/* Every match of a pattern in the characters left[0 … n). */
static void
find_in(const struct otext *t, const size_t *left, size_t n, bool gaps_only,
    pcre2_code *code, struct olist *out, bool *any)
{
    uint16_t u[ORACLE_MAX_TEXT * 2];
    size_t at[ORACLE_MAX_TEXT * 2], nu = 0;
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    pcre2_set_match_limit(context, 20000);
    pcre2_set_depth_limit(context, 1000);
    for (size_t i = 0; i < n; i++) {
        uint32_t c = t->c[left[i]];
        if (c >= 0x10000) {
            at[nu] = left[i];
            u[nu++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        at[nu] = left[i];
        u[nu++] = (uint16_t)c;
    }
    for (size_t from = 0; from <= nu;) {
        int rc = pcre2_match(code, u, nu, from, 0, data, context);
        if (rc < 0) {
            limited = limited || rc != PCRE2_ERROR_NOMATCH;
            break;
        }
        PCRE2_SIZE *v = pcre2_get_ovector_pointer(data);
        size_t units = v[1] - v[0], chars = 0;
        for (size_t i = v[0]; i < v[1]; i++)
            chars += (u[i] & 0xFC00) != 0xDC00;
        bool wanted =
            !gaps_only || (units > 0 && at[v[1] - 1] - at[v[0]] != chars - 1);
        if (wanted) {
            *any = true;
            if (units > 0)
                add(out, at[v[0]], at[v[1] - 1] + 1);
        }
        from = wanted && units > 0 ? v[1] : v[0] + 1;
        if (from < nu && (u[from] & 0xFC00) == 0xDC00)
            from++;
    }
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
}

static bool
find_regex(const struct otext *t, const char *entry, struct olist *out)
{
    uint16_t u[ORACLE_MAX_PATTERN + 2];
    size_t *left = malloc(sizeof(*left) * ORACLE_MAX_TEXT), n = 0;
    const char *end = strrchr(entry, '/');
    PCRE2_SIZE at;
    int error;
    bool any = false;

    for (const char *p = entry + 1; p < end;) {
        assert(n < ORACLE_MAX_PATTERN);
        uint32_t c = next(&p);
        if (c >= 0x10000) {
            u[n++] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
            c = 0xDC00 + ((c - 0x10000) & 0x3FF);
        }
        u[n++] = (uint16_t)c;
    }
    uint32_t options = PCRE2_UTF;
    if (strchr(end, 's'))
        options |= PCRE2_DOTALL;
    pcre2_code *code = pcre2_compile(u, n, options, &error, &at, NULL);
    if (!code) {
        fprintf(stderr, "oracle: bad pattern %s\n", entry);
        abort();
    }
    for (size_t i = 0; i < t->n; i++)
        left[i] = i;
    find_in(t, left, t->n, false, code, out, &any);
    n = squeeze(t, false, left);
    if (n < t->n)
        find_in(t, left, n, true, code, out, &any);
    pcre2_code_free(code);
    free(left);
    return any;
}

/* One item under evaluation. */
struct item {
    const json_t *file;
    struct otext field[2];
};

static void
note(struct oracle_result *r, const struct item *it, int field, size_t begin,
    size_t end)
{
    const struct otext *t = &it->field[field];

    if (r->nspans < ORACLE_MAX_SPANS)
        r->span[r->nspans++] =
            (struct oracle_span){field, t->from[begin], t->to[end - 1]};
}

static bool evaluate(const struct item *it, const json_t *entry,
    unsigned fields, struct oracle_result *r);
static bool evaluate_rule(
    const struct item *it, size_t number, struct oracle_result *r);

static bool
evaluate_leaf(const struct item *it, const char *s, unsigned fields,
    struct oracle_result *r)
{
    struct olist *found = malloc(sizeof(*found));
    bool any = false;

    for (int f = 0; f < 2; f++) {
        if (!(fields & 1u << f))
            continue;
        found->n = 0;
        if (s[0] == '/')
            any = find_regex(&it->field[f], s, found) || any;
        else {
            find_term(&it->field[f], s, found);
            any = any || found->n > 0;
        }
        for (size_t i = 0; r && i < found->n; i++)
            note(r, it, f, found->r[i].begin, found->r[i].end);
    }
    free(found);
    return any;
}

/* Occurrences of an entry of near. */
static void
gather(const struct item *it, const json_t *entry, int field, struct olist *out)
{
    const json_t *list = json_object_get(entry, "any"), *e;
    size_t i;

    if (json_is_string(entry)) {
        find_term(&it->field[field], json_string_value(entry), out);
        return;
    }
    if (!list)
        list = json_object_get(json_object_get(it->file, "lists"),
            json_string_value(json_object_get(entry, "list")));
    json_array_foreach(list, i, e) gather(it, e, field, out);
}

/* Try every choice of one occurrence per entry; mark what takes part. */
struct choice {
    struct olist *list;
    size_t n, at[8], within;
    bool ordered;
};

static bool
choice_fits(const struct choice *c)
{
    size_t min_end = SIZE_MAX, max_begin = 0;

    for (size_t k = 0; k < c->n; k++) {
        const struct range *o = &c->list[k].r[c->at[k]];
        if (o->end < min_end)
            min_end = o->end;
        if (o->begin > max_begin)
            max_begin = o->begin;
        if (c->ordered && k > 0 &&
            o->begin < c->list[k - 1].r[c->at[k - 1]].end)
            return false;
    }
    if (c->ordered) {
        min_end = c->list[0].r[c->at[0]].end;
        max_begin = c->list[c->n - 1].r[c->at[c->n - 1]].begin;
    }
    return max_begin <= min_end || max_begin - min_end <= c->within;
}

static bool
evaluate_near(const struct item *it, const json_t *near, unsigned fields,
    struct oracle_result *r)
{
    const json_t *terms = json_object_get(near, "terms");
    struct choice c = {.n = json_array_size(terms),
        .within = (size_t)json_integer_value(json_object_get(near, "within")),
        .ordered = json_is_true(json_object_get(near, "ordered"))};
    bool any = false;

    c.list = calloc(c.n, sizeof(*c.list));
    for (int f = 0; f < 2; f++) {
        bool all = fields & 1u << f;
        for (size_t k = 0; k < c.n && all; k++) {
            c.list[k].n = 0;
            gather(it, json_array_get(terms, k), f, &c.list[k]);
            all = c.list[k].n > 0;
            c.at[k] = 0;
        }
        while (all) {
            if (choice_fits(&c)) {
                any = true;
                for (size_t k = 0; r && !c.ordered && k < c.n; k++)
                    note(r, it, f, c.list[k].r[c.at[k]].begin,
                        c.list[k].r[c.at[k]].end);
            }
            size_t k = 0;
            while (k < c.n && ++c.at[k] == c.list[k].n)
                c.at[k++] = 0;
            all = k < c.n;
        }
    }
    free(c.list);
    return any;
}

/* Entries of all, any, none and of. */
static size_t
count_held(const struct item *it, const json_t *entries, unsigned fields,
    struct oracle_result *r)
{
    const json_t *e;
    size_t i, held = 0;

    if (!json_is_array(entries))
        return evaluate(it, entries, fields, r);
    json_array_foreach(entries, i, e) held += evaluate(it, e, fields, r);
    return held;
}

static bool
evaluate_key(const struct item *it, const char *key, const json_t *value,
    unsigned fields, struct oracle_result *r)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;

    if (strcmp(key, "all") == 0) {
        if (count_held(it, value, fields, NULL) < n)
            return false;
        count_held(it, value, fields, r);
        return true;
    }
    if (strcmp(key, "any") == 0)
        return count_held(it, value, fields, r) > 0;
    if (strcmp(key, "none") == 0)
        return count_held(it, value, fields, NULL) == 0;
    if (strcmp(key, "near") == 0)
        return evaluate_near(it, value, fields, r);
    if (strcmp(key, "at_least") == 0) {
        const json_t *of = json_object_get(value, "of");
        const json_t *name =
            json_object_get(json_is_array(of) && json_array_size(of) == 1
                                ? json_array_get(of, 0)
                                : of,
                "list");
        size_t count =
            (size_t)json_integer_value(json_object_get(value, "count"));
        if (name)
            of = json_object_get(
                json_object_get(it->file, "lists"), json_string_value(name));
        if (count_held(it, of, fields, NULL) < count)
            return false;
        count_held(it, of, fields, r);
        return true;
    }
    if (strcmp(key, "list") == 0)
        return count_held(it,
                   json_object_get(json_object_get(it->file, "lists"),
                       json_string_value(value)),
                   fields, r) > 0;
    return true;
}

static bool
evaluate(const struct item *it, const json_t *entry, unsigned fields,
    struct oracle_result *r)
{
    const char *key;
    json_t *value, *copy;
    bool ok = true;

    if (json_is_string(entry))
        return evaluate_leaf(it, json_string_value(entry), fields, r);
    if ((value = json_object_get(entry, "rule"))) {
        const json_t *rules = json_object_get(it->file, "rules"), *rule;
        size_t i;
        json_array_foreach(
            rules, i, rule) if (json_equal(json_object_get(rule, "id"),
                                    value)) return evaluate_rule(it, i, r);
        return false;
    }
    copy = json_copy((json_t *)(uintptr_t)entry);
    json_object_foreach(copy, key, value) ok =
        evaluate_key(it, key, value, fields, NULL) && ok;
    json_object_foreach(copy, key, value) if (ok && r)
        evaluate_key(it, key, value, fields, r);
    json_decref(copy);
    return ok;
}

static bool
evaluate_rule(const struct item *it, size_t number, struct oracle_result *r)
{
    const json_t *rule =
        json_array_get(json_object_get(it->file, "rules"), number);
    const json_t *list = json_object_get(rule, "fields"), *name;
    unsigned fields = list ? 0 : 3;
    size_t i;

    json_array_foreach(list, i, name) fields |=
        strcmp(json_string_value(name), "title") == 0 ? 1u : 2u;
    return evaluate(it, rule, fields, r);
}

static int
by_place(const void *a, const void *b)
{
    return memcmp(a, b, 0) ? 0
           : ((const struct oracle_span *)a)->field !=
                   ((const struct oracle_span *)b)->field
               ? ((const struct oracle_span *)a)->field -
                     ((const struct oracle_span *)b)->field
           : ((const struct oracle_span *)a)->start !=
                   ((const struct oracle_span *)b)->start
               ? (int)((const struct oracle_span *)a)->start -
                     (int)((const struct oracle_span *)b)->start
               : (int)((const struct oracle_span *)a)->end -
                     (int)((const struct oracle_span *)b)->end;
}

void
oracle_match(const json_t *file, size_t rule, const char *title,
    const char *text, struct oracle_result *ret)
{
    struct item *it = malloc(sizeof(*it));
    size_t n = 0;

    it->file = file;
    ret->nspans = 0;
    ofold(title, true, &it->field[0]);
    ofold(text, true, &it->field[1]);
    limited = false;
    ret->holds = evaluate_rule(it, rule, NULL);
    if (ret->holds)
        evaluate_rule(it, rule, ret);
    qsort(ret->span, ret->nspans, sizeof(ret->span[0]), by_place);
    for (size_t i = 0; i < ret->nspans; i++)
        if (n == 0 || by_place(&ret->span[n - 1], &ret->span[i]) != 0)
            ret->span[n++] = ret->span[i];
    ret->nspans = n;
    ret->limited = limited;
    free(it);
}

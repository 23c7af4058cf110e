/*
 * require: what must be in every text that a pattern matches.
 *
 * A small reader of regular expressions.  Each part gives either the exact few
 * words it matches, or clauses: sets of words of which one must occur.  It
 * knows sequences, alternatives, groups, small classes and repeats; whatever
 * else there is needs nothing (a wrong demand would lose matches, a missing
 * one only costs time), and what cannot be read at all ends the reading with
 * no demands and no bound on the width.
 */
#include <string.h>

#include "rules/foldtab.h"
#include "rules/model.h"
#include "rules/pattern.h"

/* What one part matches. */
struct part {
    bool exact; /* set holds all it can match */
    struct word_set set;
    struct word_set clause[PATTERN_MAX_CLAUSES];
    size_t nclauses;
    uint32_t max_width;
};

struct reader {
    struct arena *arena;
    const uint16_t *p;
    size_t n, at;
    unsigned depth;
    bool extended, lost, dangerous;
};

static const struct word empty_word = {NULL, 0};

static uint32_t
width_add(uint32_t a, uint32_t b)
{
    return a > PATTERN_UNBOUNDED - 1 - b || b == PATTERN_UNBOUNDED
               ? PATTERN_UNBOUNDED
               : a + b;
}

static uint32_t
width_times(uint32_t a, uint32_t times)
{
    uint64_t w = (uint64_t)a * times;

    if (a == 0)
        return 0;
    return a == PATTERN_UNBOUNDED || times == PATTERN_UNBOUNDED ||
                   w >= PATTERN_UNBOUNDED
               ? PATTERN_UNBOUNDED
               : (uint32_t)w;
}

static void
part_any(struct part *p, uint32_t width)
{
    *p = (struct part){.exact = false, .max_width = width};
}

static void
part_exact(struct reader *r, struct part *p, const struct word *words, size_t n)
{
    *p = (struct part){.exact = true};
    p->set.word = ARENA_ARRAY(r->arena, n ? n : 1, struct word);
    if (!p->set.word) {
        r->lost = true;
        return;
    }
    memcpy(p->set.word, words, n * sizeof(*words));
    p->set.n = n;
    for (size_t i = 0; i < n; i++)
        if (words[i].n > p->max_width)
            p->max_width = (uint32_t)words[i].n;
}

static bool
contains(const struct word *big, const struct word *small)
{
    for (size_t i = 0; i + small->n <= big->n; i++)
        if (memcmp(big->unit + i, small->unit, small->n * 2) == 0)
            return true;
    return false;
}

/* Keep only words that contain no other one of the set. */
static void
minimal(struct word_set *s)
{
    for (size_t i = 0; i < s->n;) {
        bool drop = false;
        for (size_t k = 0; k < s->n && !drop; k++)
            drop = k != i && contains(&s->word[i], &s->word[k]) &&
                   (s->word[k].n < s->word[i].n || k < i);
        if (drop)
            s->word[i] = s->word[--s->n];
        else
            i++;
    }
}

/* Whether s may be a clause: a single letter is everywhere, a single Han
 * character is not. */
static bool
is_useful(const struct word_set *s)
{
    if (s->n == 0 || s->n > PATTERN_MAX_SET)
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (s->word[i].n == 0 ||
            (s->word[i].n == 1 &&
                !(foldtab_class[s->word[i].unit[0]] & UNIT_HAN)))
            return false;
    return true;
}

static void
add_clause(struct part *p, const struct word_set *s)
{
    if (is_useful(s) && p->nclauses < PATTERN_MAX_CLAUSES) {
        p->clause[p->nclauses] = *s;
        minimal(&p->clause[p->nclauses++]);
    }
}

/* a followed by b, when all the words are few and short. */
static bool
cross(struct reader *r, const struct word_set *a, const struct word_set *b,
    struct word_set *ret)
{
    if (a->n * b->n > PATTERN_MAX_CROSS || a->n * b->n == 0)
        return false;
    struct word *words = ARENA_ARRAY(r->arena, a->n * b->n, struct word);
    size_t n = 0;
    for (size_t i = 0; words && i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++) {
            size_t len = a->word[i].n + b->word[k].n;
            uint16_t *u = ARENA_ARRAY(r->arena, len ? len : 1, uint16_t);
            if (!u || len > PATTERN_MAX_WORD)
                return false;
            if (a->word[i].n)
                memcpy(u, a->word[i].unit, a->word[i].n * 2);
            if (b->word[k].n)
                memcpy(u + a->word[i].n, b->word[k].unit, b->word[k].n * 2);
            words[n++] = (struct word){u, len};
        }
    }
    *ret = (struct word_set){words, n};
    return words != NULL;
}

/* acc = acc followed by p.  acc->set is what is exact at its end. */
static void
concat(struct reader *r, struct part *acc, const struct part *p)
{
    struct word_set joined;

    acc->max_width = width_add(acc->max_width, p->max_width);
    if (p->exact && cross(r, &acc->set, &p->set, &joined)) {
        acc->set = joined;
        return;
    }
    acc->exact = false;
    add_clause(acc, &acc->set);
    for (size_t i = 0; i < p->nclauses; i++)
        add_clause(acc, &p->clause[i]);
    struct part tail;
    part_exact(r, &tail, p->exact ? p->set.word : &empty_word,
        p->exact ? p->set.n : 1);
    acc->set = tail.set;
}

static void
concat_end(struct reader *r, struct part *acc)
{
    struct word_set none = {NULL, 0};

    (void)r;
    if (acc->exact)
        return;
    add_clause(acc, &acc->set);
    acc->set = none;
}

static const struct word_set *
best_clause(const struct part *p)
{
    const struct word_set *best = NULL;

    if (p->exact)
        return is_useful(&p->set) ? &p->set : NULL;
    for (size_t i = 0; i < p->nclauses; i++)
        if (!best || p->clause[i].n < best->n)
            best = &p->clause[i];
    return best;
}

/* acc = acc or p. */
static void
alternate(struct reader *r, struct part *acc, const struct part *p)
{
    const struct word_set *a, *b;
    struct part out = {.exact = false};
    uint32_t width =
        acc->max_width > p->max_width ? acc->max_width : p->max_width;
    bool exact = acc->exact && p->exact;

    a = exact ? &acc->set : best_clause(acc);
    b = exact ? &p->set : best_clause(p);
    if (a && b && a->n + b->n <= PATTERN_MAX_SET) {
        struct word_set u = {
            ARENA_ARRAY(r->arena, a->n + b->n, struct word), a->n + b->n};
        if (!u.word) {
            r->lost = true;
            return;
        }
        memcpy(u.word, a->word, a->n * sizeof(*a->word));
        memcpy(u.word + a->n, b->word, b->n * sizeof(*b->word));
        out.exact = exact;
        if (exact)
            out.set = u;
        else
            add_clause(&out, &u);
    }
    out.max_width = width;
    *acc = out;
}

static bool
at_char(const struct reader *r, char c)
{
    return r->at < r->n && r->p[r->at] == (uint16_t)c;
}

static bool
is_digit(uint16_t u)
{
    return u >= '0' && u <= '9';
}

/* Read {n}, {n,}, {n,m}; false and no move when it is literal text. */
static bool
read_braces(struct reader *r, uint32_t *min, uint32_t *max)
{
    size_t i = r->at + 1;
    uint32_t v[2] = {0, 0};

    if (i >= r->n || !is_digit(r->p[i]))
        return false;
    for (; i < r->n && is_digit(r->p[i]); i++)
        v[0] = v[0] < 100000 ? v[0] * 10 + r->p[i] - '0' : v[0];
    v[1] = v[0];
    if (i < r->n && r->p[i] == ',') {
        i++;
        v[1] = i < r->n && is_digit(r->p[i]) ? 0 : PATTERN_UNBOUNDED;
        for (; i < r->n && is_digit(r->p[i]); i++)
            v[1] = v[1] < 100000 ? v[1] * 10 + r->p[i] - '0' : v[1];
    }
    if (i >= r->n || r->p[i] != '}')
        return false;
    r->at = i + 1;
    *min = v[0];
    *max = v[1];
    return true;
}

/* Read a quantifier with its lazy or possessive mark. */
static bool
read_quantifier(struct reader *r, uint32_t *min, uint32_t *max)
{
    if (r->at >= r->n)
        return false;
    switch (r->p[r->at]) {
    case '*':
        *min = 0;
        *max = PATTERN_UNBOUNDED;
        r->at++;
        break;
    case '+':
        *min = 1;
        *max = PATTERN_UNBOUNDED;
        r->at++;
        break;
    case '?':
        *min = 0;
        *max = 1;
        r->at++;
        break;
    case '{':
        if (!read_braces(r, min, max))
            return false;
        break;
    default:
        return false;
    }
    if (at_char(r, '?') || at_char(r, '+'))
        r->at++;
    return true;
}

static void
repeat(struct reader *r, struct part *p, uint32_t min, uint32_t max)
{
    struct part out = {.exact = false};

    if (max > 1 && p->max_width == PATTERN_UNBOUNDED)
        r->dangerous = true;
    if (min == 1 && max == 1)
        return;
    if (min == 0 && max == 1 && p->exact && p->set.n < PATTERN_MAX_CROSS) {
        struct part none;
        part_exact(r, &none, &empty_word, 1);
        alternate(r, p, &none);
        return;
    }
    out.max_width = width_times(p->max_width, max);
    if (min >= 1) {
        for (size_t i = 0; i < p->nclauses; i++)
            add_clause(&out, &p->clause[i]);
        if (p->exact)
            add_clause(&out, &p->set);
    }
    *p = out;
}

static void read_alternatives(struct reader *r, struct part *ret);

/* "(…": positions behind the closing parenthesis. */
static void
read_group(struct reader *r, struct part *ret)
{
    bool look = false;

    r->at++;
    if (at_char(r, '*'))
        r->lost = true;
    if (at_char(r, '?')) {
        uint16_t c = r->at + 1 < r->n ? r->p[r->at + 1] : 0;
        uint16_t d = r->at + 2 < r->n ? r->p[r->at + 2] : 0;
        if (c == ':' || c == '>' || c == '|')
            r->at += 2;
        else if (c == '=' || c == '!') {
            look = true;
            r->at += 2;
        } else if (c == '<' && (d == '=' || d == '!')) {
            look = true;
            r->at += 3;
        } else if (c == '<') {
            while (r->at < r->n && r->p[r->at] != '>')
                r->at++;
            r->at++;
        } else
            r->lost = true;
    }
    if (++r->depth > PATTERN_MAX_DEPTH)
        r->lost = true;
    if (r->lost)
        return;
    read_alternatives(r, ret);
    r->depth--;
    if (!at_char(r, ')'))
        r->lost = true;
    r->at++;
    if (look)
        part_exact(r, ret, &empty_word, 1);
}

/* An escape outside a class. */
static void
read_escape(struct reader *r, struct part *ret)
{
    uint16_t c = r->at + 1 < r->n ? r->p[r->at + 1] : 0;
    static const char any[] = "dDwWsShHvVN", zero[] = "bBAzZ";
    static const char literal[] = "ntrfea";
    static const uint16_t literal_unit[] = {'\n', '\t', '\r', '\f', 0x1B, 7};
    const char *at;

    r->at += 2;
    if (c == 0 || c > 0x7F) {
        r->lost = true;
    } else if ((at = strchr(literal, c))) {
        struct word w = {&literal_unit[at - literal], 1};
        part_exact(r, ret, &w, 1);
    } else if (strchr(any, c) && !at_char(r, '{')) {
        part_any(ret, 2);
    } else if (strchr(zero, c)) {
        part_exact(r, ret, &empty_word, 1);
    } else if (c == 'p' || c == 'P') {
        if (at_char(r, '{'))
            while (r->at < r->n && r->p[r->at] != '}')
                r->at++;
        r->at++;
        part_any(ret, 2);
    } else if (is_digit(c) || (c >= 'a' && c <= 'z') ||
               (c >= 'A' && c <= 'Z')) {
        r->lost = true;
    } else {
        struct word w = {r->p + r->at - 1, 1};
        part_exact(r, ret, &w, 1);
    }
}

/* "[…]": exact when it is a few plain characters. */
static void
read_class(struct reader *r, struct part *ret)
{
    struct word words[PATTERN_MAX_CROSS];
    size_t n = 0, first = r->at + 1;
    bool plain = true;

    r->at++;
    if (at_char(r, '^')) {
        plain = false;
        r->at++;
        first++;
    }
    while (r->at < r->n && (r->p[r->at] != ']' || r->at == first)) {
        uint16_t c = r->p[r->at];
        if (c == '\\') {
            r->at++;
            c = r->at < r->n ? r->p[r->at] : 0;
            if (c == 0 || (c < 0x80 && (is_digit(c) || (c >= 'a' && c <= 'z') ||
                                           (c >= 'A' && c <= 'Z'))))
                plain = false;
            if (c == 'Q')
                r->lost = true;
        } else if (c == '[' || c == '-') {
            plain = plain && c != '-';
            if (c == '[' && r->at + 1 < r->n && r->p[r->at + 1] == ':') {
                plain = false;
                while (r->at < r->n && r->p[r->at] != ']')
                    r->at++;
            }
        }
        if ((c & 0xF800) == 0xD800)
            plain = false;
        if (n < PATTERN_MAX_CROSS && r->at < r->n)
            words[n++] = (struct word){r->p + r->at, 1};
        else
            plain = false;
        r->at++;
    }
    r->at++;
    if (plain && n > 0)
        part_exact(r, ret, words, n);
    else
        part_any(ret, 2);
}

static void
skip_blanks(struct reader *r)
{
    while (r->extended && r->at < r->n) {
        uint16_t c = r->p[r->at];
        if (c == '#')
            while (r->at < r->n && r->p[r->at] != '\n')
                r->at++;
        else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return;
        else
            r->at++;
    }
}

static void
read_atom(struct reader *r, struct part *ret)
{
    uint16_t c = r->p[r->at];

    part_any(ret, 2);
    switch (c) {
    case '(':
        read_group(r, ret);
        return;
    case '[':
        read_class(r, ret);
        return;
    case '\\':
        read_escape(r, ret);
        return;
    case '.':
        r->at++;
        return;
    case '^':
    case '$':
        r->at++;
        part_exact(r, ret, &empty_word, 1);
        return;
    case '*':
    case '+':
    case '?':
        r->lost = true;
        return;
    default: {
        size_t n = (c & 0xFC00) == 0xD800 && r->at + 1 < r->n ? 2 : 1;
        struct word w = {r->p + r->at, n};
        r->at += n;
        part_exact(r, ret, &w, 1);
    }
    }
}

static void
read_sequence(struct reader *r, struct part *ret)
{
    unsigned unbounded = 0; /* repeats without bound in a row */

    part_exact(r, ret, &empty_word, 1);
    for (skip_blanks(r); r->at < r->n && !r->lost; skip_blanks(r)) {
        struct part p;
        uint32_t min, max;
        if (at_char(r, '|') || at_char(r, ')'))
            break;
        read_atom(r, &p);
        if (r->lost)
            return;
        skip_blanks(r);
        bool repeated = read_quantifier(r, &min, &max);
        if (repeated)
            repeat(r, &p, min, max);
        unbounded = repeated && max == PATTERN_UNBOUNDED ? unbounded + 1 : 0;
        if (unbounded >= 3)
            r->dangerous = true;
        concat(r, ret, &p);
    }
    concat_end(r, ret);
}

static void
read_alternatives(struct reader *r, struct part *ret)
{
    read_sequence(r, ret);
    while (!r->lost && at_char(r, '|')) {
        struct part other;
        r->at++;
        read_sequence(r, &other);
        if (!r->lost)
            alternate(r, ret, &other);
    }
}

void
pattern_read(struct arena *arena, const uint16_t *unit, size_t n,
    unsigned options, struct pattern_needs *ret)
{
    struct reader r = {.arena = arena,
        .p = unit,
        .n = n,
        .extended = options & REGEX_EXTENDED};
    struct part p = {.exact = false};

    *ret = (struct pattern_needs){.max_width = PATTERN_UNBOUNDED};
    read_alternatives(&r, &p);
    ret->dangerous = r.dangerous;
    if (r.lost || r.at != n || arena_failed(arena))
        return;
    ret->max_width = p.max_width;
    if (p.exact) {
        if (is_useful(&p.set)) {
            minimal(&p.set);
            ret->clause[ret->nclauses++] = p.set;
        }
        return;
    }
    memcpy(ret->clause, p.clause, sizeof(p.clause));
    ret->nclauses = p.nclauses;
}

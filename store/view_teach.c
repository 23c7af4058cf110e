/*
 * view_teach: which words tell the false alarms of a rule from its true ones.
 *
 * Candidates are Han characters in a row of the false alarm's own items, in the
 * title or within NEAR_CHARS of what the rule found.  Each is counted over the
 * stored incidents of the rule; names and what the rule found itself are no
 * candidates.  The same store gives the same words.
 *
 * No word is cut: what is given stands between signs (or beside what the rule
 * found) as a whole, or several false alarms have it and not all of them one
 * character more of it, or it is known as a word.
 */
#include "store/view_teach.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "store/inside.h"

enum {
    WORDS_MAX = 900, /* candidates of one false alarm */
    WORD_MIN_CHARS = 2,
    WORD_MAX_CHARS = 6,
    PHRASE_MAX_CHARS = 12, /* of one between two signs */
    RUN_MAX_CHARS = 64,    /* that are looked at together */
    NEAR_CHARS = 20,
    NAMES_MAX = 4000,       /* of sources and owners that are no candidates */
    NAMES_INCIDENTS = 5000, /* the newest, that owners are read of */
    BINS = 2048,            /* of words by their first two characters */
    HAN_BYTES = 3,          /* of each character of a word */
    WORD_MIN_BYTES = WORD_MIN_CHARS * HAN_BYTES
};

/* What drills, lessons, advertisements and stories are made of. */
static const char *const typical[] = {"演练", "演习", "预案", "培训", "讲座",
    "宣传", "主题班会", "班会", "科普", "知识", "竞赛", "课程", "招聘", "招生",
    "电影", "电视剧", "小说", "游戏", "回顾", "周年", "纪念", "历史", "报告会",
    "研讨", "论文", "模拟", "示范", "观摩", "表彰", "比赛", "活动", "防范",
    "提醒", "攻略", "加盟", "优惠"};
/* Characters that begin or end no word. */
static const char *const loose[] = {"的", "了", "在", "和", "与", "是", "有",
    "对", "等", "及", "为", "被", "将", "其", "该", "这", "那", "一", "不",
    "们", "个", "中", "上", "下", "于", "从", "到", "就", "也", "都", "并"};

struct word {
    struct str text;
    uint64_t wrong, right, unknown;
    int64_t last; /* incident that it was last counted for */
    size_t chars;
    unsigned edges; /* of its ends that stand at a sign or a border */
    bool typical;
    bool cut;          /* it is a part of a word, as far as can be seen */
    struct word *next; /* of its bin */
};

struct finder {
    struct arena *arena;
    int64_t own; /* the incident whose words they are */
    struct word words[WORDS_MAX];
    size_t n;
    struct word *bins[BINS];
    struct str names[NAMES_MAX];
    size_t nnames;
};

static bool
is_one_of(struct str s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(s, str_of(list[i])))
            return true;
    return false;
}

static bool
is_han(uint32_t c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf);
}

/* Whether the word is a part of a name: 青石 of 青石小学. */
static bool
is_of_name(const struct finder *f, struct str word)
{
    for (size_t i = 0; i < f->nnames; i++)
        if (memmem(f->names[i].p, f->names[i].n, word.p, word.n))
            return true;
    return false;
}

static const char *const schools[] = {
    "小学", "中学", "学校", "幼儿园", "初中", "高中", "大学", "学院"};
static const char *const places[] = {"县", "市", "镇", "乡", "村", "区"};

static bool
starts_with_one(struct str text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_starts(text, str_of(list[i])))
            return true;
    return false;
}

/* Whether what follows makes a name of it: 青石 of 青石小学. */
static bool
stands_before_school(struct str text, size_t end)
{
    struct str rest = str_from(text, end);

    return starts_with_one(rest, schools, sizeof(schools) / sizeof(*schools)) ||
           starts_with_one(rest, places, sizeof(places) / sizeof(*places));
}

/* Whether a name stands in it: 青石小学, 在青石小学举行, 青石镇; pupils
 * (青石小学生) are none. */
static bool
has_name(struct str word)
{
    struct str last = str_from(word, word.n - 3);

    for (size_t at = 3; at < word.n; at += 3)
        for (size_t i = 0; i < sizeof(schools) / sizeof(*schools); i++) {
            struct str rest = str_from(word, at), name = str_of(schools[i]);

            if (str_starts(rest, name) &&
                !str_starts(str_from(rest, name.n), STR("生")))
                return true;
        }
    return starts_with_one(last, places, sizeof(places) / sizeof(*places));
}

static void
finder_add(struct finder *f, struct str text, struct str word, size_t chars,
    unsigned edges)
{
    size_t last = word.n - 3, end = (size_t)(word.p - text.p) + word.n;

    if (f->n == WORDS_MAX || word.n < 6)
        return;
    if (is_one_of(str_first(word, 3), loose, sizeof(loose) / sizeof(*loose)) ||
        is_one_of((struct str){word.p + last, 3}, loose,
            sizeof(loose) / sizeof(*loose)))
        return;
    for (size_t i = 0; i < f->n; i++)
        if (str_eq(f->words[i].text, word)) {
            if (edges > f->words[i].edges)
                f->words[i].edges = edges;
            return;
        }
    if (is_of_name(f, word) || has_name(word) ||
        stands_before_school(text, end))
        return;
    f->words[f->n++] = (struct word){.text = arena_str(f->arena, word),
        .chars = chars,
        .edges = edges,
        .typical =
            is_one_of(word, typical, sizeof(typical) / sizeof(*typical))};
}

/* Whether the characters from first to last touch what the rule found, or (in a
 * text) are far from it. */
static bool
is_apart(const struct teach_item *item, enum rule_field field, size_t first,
    size_t last)
{
    bool near = field == FIELD_TITLE;

    for (size_t i = 0; i < item->nspans; i++) {
        const struct span *s = &item->spans[i];

        if (s->field != field)
            continue;
        if (first < s->end && last > s->start)
            return false;
        near = near ||
               (last + NEAR_CHARS >= s->start && first <= s->end + NEAR_CHARS);
    }
    return near;
}

static bool
in_span(const struct teach_item *item, enum rule_field field, size_t at)
{
    for (size_t i = 0; i < item->nspans; i++)
        if (item->spans[i].field == field && at >= item->spans[i].start &&
            at < item->spans[i].end)
            return true;
    return false;
}

/* Han characters in a row, none of them what the rule found. */
struct run {
    size_t start[RUN_MAX_CHARS + 1]; /* bytes; then of its end */
    size_t n;
    size_t first;      /* number of its first character */
    bool begins, ends; /* at a sign or a border */
};

static void
finder_run(struct finder *f, const struct teach_item *item,
    enum rule_field field, struct str text, const struct run *run)
{
    for (size_t i = 0; i < run->n; i++)
        for (size_t k = WORD_MIN_CHARS; i + k <= run->n; k++) {
            struct str word = {
                text.p + run->start[i], run->start[i + k] - run->start[i]};
            unsigned edges = (unsigned)(i == 0 && run->begins) +
                             (i + k == run->n && run->ends);

            /* One more than is given shows whether what is given was cut. */
            if (k > WORD_MAX_CHARS + 1 && (edges < 2 || k > PHRASE_MAX_CHARS))
                continue;
            if (is_apart(item, field, run->first + i, run->first + i + k))
                finder_add(f, text, word, k, edges);
        }
}

static void
finder_take(struct finder *f, const struct teach_item *item,
    enum rule_field field, struct str text)
{
    struct run run = {.begins = true};
    size_t at = 0, chars = 0;

    while (at < text.n) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        bool part = is_han(c) && !in_span(item, field, chars);

        if (part) {
            if (run.n == 0)
                run.first = chars;
            run.start[run.n++] = from;
        }
        chars++;
        if (part && at < text.n && run.n < RUN_MAX_CHARS)
            continue;
        run.start[run.n] = part ? at : from;
        run.ends = !part || at >= text.n;
        finder_run(f, item, field, text, &run);
        run.begins = run.ends;
        run.n = 0;
    }
}

static int
finder_collect(void *arg, const struct teach_item *item)
{
    struct finder *f = arg;

    f->own = item->incident;
    finder_take(f, item, FIELD_TITLE, item->title);
    finder_take(f, item, FIELD_TEXT, item->text);
    return 0;
}

static size_t
bin_of(const char *p)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < WORD_MIN_BYTES; i++)
        h = (h ^ (unsigned char)p[i]) * 16777619u;
    return (h ^ h >> 16) % BINS;
}

static void
finder_sort(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct word **bin = &f->bins[bin_of(f->words[i].text.p)];

        f->words[i].next = *bin;
        *bin = &f->words[i];
    }
}

static void
word_count(struct word *w, const struct teach_item *item)
{
    w->last = item->incident;
    if (item->state == INCIDENT_FALSE_ALARM)
        w->wrong++;
    else if (item->state == INCIDENT_CLOSED)
        w->right++;
    else
        w->unknown++;
}

/* Every word that stands in the text, in one pass over it.  What is compared
 * begins with a Han character, so it stands where a character begins. */
static void
finder_count_in(
    struct finder *f, const struct teach_item *item, struct str text)
{
    for (size_t at = 0; at + WORD_MIN_BYTES <= text.n; at++) {
        const char *p = text.p + at;

        if (((unsigned char)*p & 0xF0) != 0xE0)
            continue;
        for (struct word *w = f->bins[bin_of(p)]; w; w = w->next)
            if (w->last != item->incident && w->text.n <= text.n - at &&
                memcmp(w->text.p, p, w->text.n) == 0)
                word_count(w, item);
    }
}

static int
finder_count(void *arg, const struct teach_item *item)
{
    finder_count_in(arg, item, item->title);
    finder_count_in(arg, item, item->text);
    return 0;
}

/* The false alarm itself was counted before. */
static int
finder_count_others(void *arg, const struct teach_item *item)
{
    const struct finder *f = arg;

    return item->incident == f->own ? 0 : finder_count(arg, item);
}

/* Mark what is a part of a word: every false alarm that has it has one and the
 * same character more of it; of what only one has nothing can be seen. */
static void
finder_cut(struct finder *f)
{
    for (size_t i = 0; i < f->n; i++) {
        struct word *w = &f->words[i];

        if (w->edges == 2 || w->typical)
            continue;
        w->cut = w->wrong < 2 || w->chars > WORD_MAX_CHARS;
        for (size_t k = 0; k < f->n && !w->cut; k++) {
            const struct word *longer = &f->words[k];

            w->cut =
                longer->chars == w->chars + 1 && longer->wrong == w->wrong &&
                memmem(longer->text.p, longer->text.n, w->text.p, w->text.n) !=
                    NULL;
        }
    }
}

/* Words that no true incident has come first; then what false alarms are made
 * of, then those that most false alarms have, then longer ones. */
static int
word_order(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    if ((x->right == 0) != (y->right == 0))
        return x->right == 0 ? -1 : 1;
    if ((x->unknown == 0) != (y->unknown == 0))
        return x->unknown == 0 ? -1 : 1;
    if (x->typical != y->typical)
        return x->typical ? -1 : 1;
    if (x->wrong != y->wrong)
        return x->wrong > y->wrong ? -1 : 1;
    if (x->edges != y->edges)
        return x->edges > y->edges ? -1 : 1;
    if (x->text.n != y->text.n)
        return x->text.n > y->text.n ? -1 : 1;
    return memcmp(x->text.p, y->text.p, x->text.n);
}

static int
finder_names(struct db *db, struct finder *f)
{
    struct query q;
    int r;

    db_query(db, &q,
        DB_SQL("SELECT title FROM source_state UNION"
               " SELECT owner FROM source_state WHERE owner IS NOT NULL UNION"
               " SELECT owner FROM (SELECT owner FROM incident"
               "  ORDER BY id DESC LIMIT ?2) WHERE owner IS NOT NULL"
               " LIMIT ?1"));
    query_int(&q, NAMES_MAX);
    query_int(&q, NAMES_INCIDENTS);
    while ((r = query_next(&q)) == 0 && f->nnames < NAMES_MAX)
        f->names[f->nnames++] = query_get_str(&q, f->arena);
    if (q.done || f->nnames == NAMES_MAX)
        r = 0;
    query_done(&q);
    return r;
}

static int
finder_give(struct finder *f, struct teach_word **ret, size_t *ret_n)
{
    struct teach_word *out =
        ARENA_ARRAY(f->arena, TEACH_MAX_WORDS, struct teach_word);
    size_t n = 0;

    if (!out)
        return E_NOMEM;
    finder_cut(f);
    qsort(f->words, f->n, sizeof(f->words[0]), word_order);
    for (size_t i = 0; i < f->n && n < TEACH_MAX_WORDS; i++) {
        const struct word *w = &f->words[i];
        bool part = w->cut;

        /* A part of a word that is there already says the same. */
        for (size_t k = 0; k < n && !part; k++)
            part = memmem(out[k].word.p, out[k].word.n, w->text.p, w->text.n) ||
                   memmem(w->text.p, w->text.n, out[k].word.p, out[k].word.n);
        if (part)
            continue;
        out[n++] = (struct teach_word){.word = w->text,
            .wrong = w->wrong,
            .right = w->right,
            .unknown = w->unknown,
            .typical = w->typical,
            .suggested = w->right == 0};
    }
    *ret = out;
    *ret_n = n;
    return 0;
}

int
view_teach_words(struct view *view, int64_t incident, struct str rule,
    struct arena *arena, struct teach_word **ret, size_t *ret_n)
{
    struct finder *f = ARENA_NEW(arena, struct finder);
    int r = f ? db_begin(&view->db) : E_NOMEM;

    if (r != 0)
        return r;
    f->arena = arena;
    r = finder_names(&view->db, f);
    if (r == 0)
        r = teach_incident_items(
            &view->db, rule, incident, arena, finder_collect, f);
    finder_sort(f);
    if (r == 0 && f->n > 0)
        r = teach_incident_items(
            &view->db, rule, incident, NULL, finder_count, f);
    if (r == 0 && f->n > 0)
        r = teach_each_item(
            &view->db, rule, TEACH_WORD_ITEMS, finder_count_others, f);
    db_rollback(&view->db);
    if (r == 0)
        r = finder_give(f, ret, ret_n);
    return r == 0 && arena_failed(arena) ? E_NOMEM : r;
}

int
view_teach_effect(struct view *view, const struct teach_try *try,
    struct arena *arena, struct teach_effect *ret)
{
    int r = db_begin(&view->db);

    if (r == 0)
        r = teach_effect(&view->db, try, arena, ret);
    db_rollback(&view->db);
    return r;
}

int
view_teach_rules(struct view *view, int64_t incident, struct arena *arena,
    struct teach_rule **ret, size_t *ret_n)
{
    struct list list = {.arena = arena, .size = sizeof(struct teach_rule)};
    struct query q;
    int r;

    db_query(&view->db, &q,
        DB_SQL("SELECT f.rule, f.title, f.category, max(f.points)"
               " FROM incident_item AS m JOIN item AS i ON i.id = m.item"
               " JOIN finding AS f ON f.revision = i.revision"
               " WHERE m.incident IN " FAMILY(
                   "?1") " AND f.points > 0"
                         " GROUP BY f.rule ORDER BY 4 DESC, 1 LIMIT 20"));
    query_int(&q, incident);
    while ((r = query_next(&q)) == 0) {
        struct teach_rule *row = list_add(&list);

        if (!row) {
            r = E_NOMEM;
            break;
        }
        row->rule = query_get_str(&q, arena);
        row->title = query_get_str(&q, arena);
        row->category = query_get_str(&q, arena);
        row->points = (int)query_get_int(&q);
    }
    if (q.done)
        r = 0;
    query_done(&q);
    if (r == 0 && arena_failed(arena))
        r = E_NOMEM;
    if (r == 0) {
        *ret = list.rows;
        *ret_n = list.n;
    }
    return r;
}

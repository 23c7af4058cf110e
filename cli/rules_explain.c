/*
 * tocsin rules explain: why an item scores what it scores: each rule, the words
 * that made it hold, marked in the text as published.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/level.h"
#include "base/num.h"
#include "base/tbl.h"
#include "base/utf8.h"
#include "cli/author.h"
#include "cli/cli.h"

enum { EXPLAIN_AROUND = 30 /* code points shown beside a span */ };

/* The field with 【】 around the spans, and … for what is far from any. */
static void
print_marked(const struct rule_item *item, const struct verdict *verdict,
    enum rule_field field)
{
    struct str text = field == FIELD_TITLE ? item->title : item->text;
    size_t n = utf8_count(text), shown = field == FIELD_TITLE ? n : 0;
    uint8_t *marks = calloc(n + 1, 1);
    bool inside = false, hidden = false;

    if (!marks)
        return;
    for (size_t i = 0; i < verdict->nfindings; i++) {
        const struct finding *f = &verdict->findings[i];

        for (size_t j = 0; j < f->nspans; j++) {
            const struct span *s = &f->spans[j];

            if (s->field != field)
                continue;
            for (size_t k = s->start; k < s->end && k < n; k++)
                marks[k] |= 1;
            for (size_t k =
                     s->start > EXPLAIN_AROUND ? s->start - EXPLAIN_AROUND : 0;
                 k < s->end + EXPLAIN_AROUND && k < n; k++)
                marks[k] |= 2;
        }
    }
    fputs("  ", stdout);
    for (size_t i = 0, at = 0; at < text.n; i++) {
        size_t from = at;

        (void)utf8_next(text, &at);
        if (!(marks[i] & 2) && shown <= i) {
            if (!hidden)
                fputs(inside ? "】…" : "…", stdout);
            hidden = true;
            inside = false;
            continue;
        }
        hidden = false;
        if (inside != (marks[i] & 1))
            fputs(inside ? "】" : "【", stdout);
        inside = marks[i] & 1;
        if ((unsigned char)text.p[from] < 0x20)
            putchar(' ');
        else
            (void)fwrite(text.p + from, 1, at - from, stdout);
    }
    fputs(inside ? "】\n" : "\n", stdout);
    free(marks);
}

static void
print_reasons(const struct score *score)
{
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(5);

    if (!table || score->nreasons == 0) {
        puts("\nNo rule holds.");
        return;
    }
    for (size_t i = 0; i < score->nreasons; i++) {
        const struct reason *r = &score->reasons[i];

        (void)tbl_add(table, r->rule);
        if (r->indeterminate)
            (void)tbl_add_cstr(table, "?");
        else if (r->status == RULE_TEST)
            (void)tbl_printf(table, "(%+d)", r->would);
        else
            (void)tbl_printf(table, "%+d", r->points);
        (void)tbl_add(table, r->category);
        (void)tbl_add(table, r->title);
        (void)tbl_add(table, r->text);
    }
    tbl_heading(table, 0, "rule", TBL_LEFT);
    tbl_heading(table, 1, "points", TBL_RIGHT);
    tbl_heading(table, 2, "category", TBL_LEFT);
    tbl_heading(table, 3, "title", TBL_LEFT);
    tbl_heading(table, 4, "words", TBL_LEFT);
    putchar('\n');
    tbl_print(table, stdout, tbl_terminal_width(stdout));
}

static void
print_folded(struct author *author, const struct rule_item *item)
{
    struct str title, text;

    if (match_folded(author->matcher, FIELD_TITLE, author->scratch, &title) !=
            0 ||
        match_folded(author->matcher, FIELD_TEXT, author->scratch, &text) != 0)
        return;
    if (str_eq(title, item->title) && str_eq(text, item->text))
        return;
    printf("\nAs rules see it (folded)\n  %.*s\n", STR_ARG(title));
    if (text.n)
        printf("  %.*s\n", STR_ARG(utf8_cut(text, 600)));
}

static void
print_explanation(struct author *author, const struct matched_item *stored,
    const struct rule_item *item, const struct verdict *verdict,
    const struct score *score)
{
    struct str seen =
        author_when(author, author->arena, stored->item.first_seen);

    printf("item %lld of %.*s, first seen %.*s\n%.*s\n\n",
        (long long)stored->item.id, STR_ARG(stored->item.source_title),
        STR_ARG(seen), STR_ARG(stored->item.url));
    print_marked(item, verdict, FIELD_TITLE);
    if (item->text.n)
        print_marked(item, verdict, FIELD_TEXT);
    print_reasons(score);
    printf("\nscore %d, %s", score->points, level_name(score->level));
    if (score->limit < 100)
        printf(" (its context allows at most %d)", score->limit);
    if (score->has_would)
        printf("; with the rules under test %d, %s", score->would_points,
            level_name(score->would_level));
    if (score->points != stored->item.score)
        printf("; it was stored with %d, %s", stored->item.score,
            level_name(stored->level));
    if (stored->baseline)
        printf("\nIt was there when its source was first polled: it is no "
               "news.");
    if (stored->backfill)
        printf("\nIt was published long before it was first seen: it is no "
               "news.");
    putchar('\n');
    print_folded(author, item);
}

static json_t *
spans_json(const struct rule_item *item, const struct finding *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->nspans; i++) {
        const struct span *s = &f->spans[i];
        json_t *one = json_object();

        (void)jsonx_set(one, "field",
            json_string(s->field == FIELD_TITLE ? "title" : "text"));
        (void)jsonx_set(one, "start", json_integer(s->start));
        (void)jsonx_set(one, "end", json_integer(s->end));
        (void)jsonx_set(one, "text", jsonx_str(author_slice(item, s)));
        (void)json_array_append_new(list, one);
    }
    return list;
}

static void
print_json(struct author *author, const struct matched_item *stored,
    const struct rule_item *item, const struct verdict *verdict,
    const struct score *score)
{
    json_t *out = json_object(), *findings = json_array(), *why = json_array();
    char *text;

    for (size_t i = 0; i < verdict->nfindings; i++) {
        const struct finding *f = &verdict->findings[i];
        json_t *one = json_object();

        (void)jsonx_set(
            one, "rule", jsonx_str(ruleset_rule(author->set, f->rule).id));
        (void)jsonx_set(one, "spans", spans_json(item, f));
        (void)jsonx_set(one, "indeterminate", json_boolean(f->indeterminate));
        (void)json_array_append_new(findings, one);
    }
    for (size_t i = 0; i < score->nreasons; i++) {
        const struct reason *r = &score->reasons[i];
        json_t *one = json_object();

        (void)jsonx_set(one, "rule", jsonx_str(r->rule));
        (void)jsonx_set(one, "category", jsonx_str(r->category));
        (void)jsonx_set(one, "points", json_integer(r->points));
        (void)jsonx_set(one, "text", jsonx_str(r->text));
        (void)json_array_append_new(why, one);
    }
    (void)jsonx_set(out, "item", json_integer(stored->item.id));
    (void)jsonx_set(out, "title", jsonx_str(item->title));
    (void)jsonx_set(out, "score", json_integer(score->points));
    (void)jsonx_set(out, "level", json_string(level_name(score->level)));
    (void)jsonx_set(out, "score_before", json_integer(stored->item.score));
    (void)jsonx_set(
        out, "level_before", json_string(level_name(stored->level)));
    (void)jsonx_set(out, "findings", findings);
    (void)jsonx_set(out, "explanation", why);
    text = json_dumps(out, JSON_COMPACT);
    printf("%s\n", text ? text : "{}");
    free(text);
    json_decref(out);
}

static int
explain(struct author *author, int64_t id)
{
    struct matched_item stored;
    struct rule_item item;
    struct verdict verdict;
    struct score score;
    int err = view_matched_item(author->view, id, author->scratch, &stored);

    if (err == E_NOTFOUND) {
        fprintf(stderr, "tocsin: there is no item %lld\n", (long long)id);
        return CLI_FAILED;
    }
    if (err == 0)
        err = author_match(author, &stored, &item, &verdict, &score);
    if (err != 0) {
        fprintf(
            stderr, "tocsin: item %lld: %s\n", (long long)id, err_text(err));
        return CLI_FAILED;
    }
    if (author->json)
        print_json(author, &stored, &item, &verdict, &score);
    else
        print_explanation(author, &stored, &item, &verdict, &score);
    return CLI_OK;
}

int
cmd_rules_explain(int argc, char **argv)
{
    static const struct option options[] = {
        AUTHOR_LONG_OPTIONS, {NULL, 0, NULL, 0}};
    struct author author;
    size_t warnings;
    int64_t id = 0;
    int c, status = CLI_USAGE;

    if (author_init(&author) != 0)
        return CLI_FAILED;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1 &&
           author_option(&author, c))
        ;
    if (c == -1 && (argc - optind != 1 || num_parse_i64(str_of(argv[optind]), 1,
                                              INT64_MAX, &id) != 0))
        fputs("tocsin: rules explain takes the number of an item, as the "
              "console and the API show it\n",
            stderr);
    else if (c == -1)
        status = author_open(
            &author, AUTHOR_NEEDS_MATCHER | AUTHOR_NEEDS_STORE, &warnings);
    if (status == CLI_OK)
        status = explain(&author, id);
    author_done(&author);
    return status;
}

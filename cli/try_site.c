/*
 * try_site: check a page of an own site.
 *
 * Besides what the check finds it prints what the daemon would keep of the
 * page.  --look says what for: home, column or page; --words names a list of
 * wrong and right words, a tab between them.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/document_json.h"
#include "feeds/site.h"

enum {
    ARENA_MAX_BYTES = 160 * 1024 * 1024,
    WORDS_MAX_BYTES = 1024 * 1024,
    CST_MINUTES = 8 * 60
};

static json_t *
data_json(const struct site_report *report)
{
    json_t *list = json_array();

    for (int k = 0; k < SITE_DATA_KINDS && list; k++) {
        json_t *one;

        if (report->data[k] == 0)
            continue;
        one = json_object();
        jsonx_set(one, "kind",
            jsonx_str(str_of(site_data_name((enum site_data_kind)k))));
        jsonx_set(one, "count", json_integer((json_int_t)report->data[k]));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
findings_json(const struct site_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->nfindings && list; i++) {
        json_t *one = json_object();

        jsonx_set(one, "kind", jsonx_str(str_of(report->findings[i].kind)));
        jsonx_set(one, "evidence", jsonx_str(report->findings[i].evidence));
        json_array_append_new(list, one);
    }
    return list;
}

/* The day of t where the page's dates are read. */
static json_t *
day_json(struct wall t, const struct zone *zone)
{
    struct civil day;

    if (!wall_is_set(t))
        return json_null();
    day = civil_of_wall(t, zone ? zone_offset(zone, t) : CST_MINUTES);
    return json_sprintf("%04d-%02d-%02d", day.year, day.month, day.day);
}

/* --- what the daemon keeps --- */

static json_t *
lines_json(struct site_lines lines)
{
    if (lines.first == 0)
        return json_null();
    return json_pack("[ii]", (int)lines.first, (int)lines.last);
}

static json_t *
seen_json(const struct site_reading *reading)
{
    json_t *list = json_array();

    for (size_t i = 0; i < reading->nseen && list; i++) {
        const struct site_seen *seen = &reading->seen[i];
        json_t *one = json_object();

        jsonx_set(one, "kind", jsonx_str(str_of(site_kind_name(seen->kind))));
        jsonx_set(one, "target", jsonx_str(seen->target));
        jsonx_set(one, "evidence", jsonx_str(seen->evidence));
        jsonx_set(one, "count", json_integer(seen->count));
        jsonx_set(one, "mask", jsonx_str(seen->mask));
        jsonx_set(one, "lines", lines_json(seen->lines));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
refs_json(const struct site_ref *refs, size_t n)
{
    static const char *const kinds[] = {
        "page", "document", "image", "elsewhere"};
    json_t *list = json_array();

    for (size_t i = 0; i < n && list; i++) {
        json_t *one = json_object();

        jsonx_set(one, "kind", jsonx_str(str_of(kinds[refs[i].kind])));
        jsonx_set(one, "url", jsonx_str(refs[i].url));
        jsonx_set(one, "text", jsonx_str(refs[i].text));
        jsonx_set(one, "line", json_integer(refs[i].line));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *
reading_json(const struct site_reading *reading, const struct zone *zone)
{
    json_t *json = json_object();
    char digest[DIGEST_HEX_SIZE];

    jsonx_set(json, "title", jsonx_str(reading->title));
    jsonx_set(json, "newest_date", day_json(reading->newest, zone));
    jsonx_set(json, "entries", json_integer(reading->entries));
    jsonx_set(json, "dated", json_integer(reading->dated));
    jsonx_set(json, "doubtful", json_boolean(reading->doubtful));
    jsonx_set(json, "seen", seen_json(reading));
    jsonx_set(json, "links", refs_json(reading->refs, reading->nrefs));
    jsonx_set(json, "columns", refs_json(reading->columns, reading->ncolumns));
    jsonx_set(
        json, "digest", jsonx_str(str_of(digest_hex(reading->digest, digest))));
    jsonx_set(
        json, "masked", document_json_notes(reading->masked, reading->nmasked));
    return json;
}

static json_t *
report_json(const struct site_report *report, const struct zone *zone)
{
    json_t *json = json_object();

    jsonx_set(json, "defaced", json_boolean(report->defaced));
    jsonx_set(json, "hidden_links",
        document_json_notes(report->hidden_links, report->nhidden_links));
    jsonx_set(json, "personal_data", data_json(report));
    jsonx_set(json, "newest_date", day_json(report->newest, zone));
    jsonx_set(json, "findings", findings_json(report));
    return json;
}

/* Take "--name VALUE" out of the arguments; NULL when it is not there. */
static const char *
take_option(int *argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < *argc; i++) {
        const char *value = argv[i + 1];

        if (strcmp(argv[i], name) != 0)
            continue;
        for (int k = i; k + 2 <= *argc; k++)
            argv[k] = argv[k + 2];
        *argc -= 2;
        return value;
    }
    return NULL;
}

static int
read_look(const char *name, enum site_look *ret)
{
    static const char *const names[] = {"home", "column", "page", "document"};

    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (!name || strcmp(name, names[k]) == 0) {
            *ret = (enum site_look)k;
            return 0;
        }
    fprintf(stderr, "site: --look is to be home, column, page or document\n");
    return CLI_USAGE;
}

/* The list in bytes, which outlives it. */
static int
read_words(struct arena *arena, struct str bytes, struct site_want *want)
{
    struct site_word *words =
        ARENA_ARRAY(arena, SITE_MAX_WORDS, struct site_word);

    while (words && bytes.n > 0 && want->nwords < SITE_MAX_WORDS) {
        struct str line = str_trim(str_split(&bytes, '\n'));
        struct str wrong = str_split(&line, '\t');

        if (wrong.n > 0 && wrong.p[0] != '#')
            words[want->nwords++] =
                (struct site_word){wrong, str_split(&line, '\t')};
    }
    want->words = words;
    return words ? 0 : E_NOMEM;
}

/* A page in place of which another stands is checked as it is. */
static int
try_site(struct arena *arena, const struct feed_input *input,
    const struct site_want *want, struct toc_error *error, json_t **ret)
{
    const struct site_reading *reading;
    const struct site_report *report;
    int r = site_read(arena, input, want, error, &reading);

    if (r == 0) {
        *ret = report_json(reading->report, input->zone);
        jsonx_set(*ret, "kept", reading_json(reading, input->zone));
        return 0;
    }
    if (r == E_PARSE) {
        struct toc_error other;

        r = site_check(arena, input, &other, &report);
    }
    if (r == 0) {
        *ret = report_json(report, input->zone);
        jsonx_set(*ret, "not_kept", jsonx_str(str_of(error->text)));
    }
    return r;
}

int
cmd_try_site(int argc, char **argv)
{
    const char *look = take_option(&argc, argv, "--look");
    const char *words = take_option(&argc, argv, "--words");
    struct site_want want = {0};
    struct document_args args;
    struct toc_error error = {0};
    struct arena *arena;
    struct buf list;
    json_t *json;
    int status = read_look(look, &want.look);

    if (status == 0)
        status = document_args_read(argc, argv, "ucnz", &args);
    if (status)
        return status;
    buf_init(&list, WORDS_MAX_BYTES);
    arena = arena_new(ARENA_MAX_BYTES);
    if (!arena || feeds_init() || (words && file_read(words, &list, &error)) ||
        read_words(arena, buf_str(&list), &want) ||
        try_site(arena, &args.input, &want, &error, &json))
        status = document_args_fail(&args, &error);
    else
        status = document_json_print(json);
    buf_done(&list);
    arena_free(arena);
    document_args_done(&args);
    return status;
}

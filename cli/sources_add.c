/*
 * tocsin sources add: from an address to a source in the configuration.
 *
 * It looks (sources_find), shows what each candidate would give, has one
 * chosen, writes it into a file of its own (sources_file), and says what comes
 * next.  The daemon is not asked: it may not be running yet.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/tbl.h"
#include "base/url.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/document_json.h"
#include "cli/sources_file.h"
#include "cli/sources_find.h"
#include "cli/sources_view.h"

enum { MAX_TAGS = 32, TITLE_MAX_CHARS = 200, FILE_MAX_BYTES = 256 * 1024 };

struct adding {
    const char *config, *out, *id, *title, *owner, *tier;
    struct str url;
    struct str tags[MAX_TAGS];
    size_t ntags;
    enum find_as as;
    bool yes, json, force;
    struct feed_input how;

    struct probe probe;
    struct finding_list list;
    struct taken taken;
    bool chosen[FIND_MAX_FOUND];
    json_t *added; /* owned */
};

static int
wrong(const char *sentence)
{
    fprintf(stderr, "tocsin: sources add: %s\n", sentence);
    return CLI_USAGE;
}

static int
read_kind(const char *word, enum find_as *ret)
{
    if (strcmp(word, "feed") == 0)
        *ret = FIND_FEED;
    else if (strcmp(word, "list") == 0)
        *ret = FIND_LIST;
    else
        return wrong("--kind is feed or list");
    return CLI_OK;
}

static int
read_option(struct adding *adding, int option)
{
    switch (option) {
    case 'C':
        adding->config = optarg;
        break;
    case 'o':
        adding->out = optarg;
        break;
    case 'i':
        adding->id = optarg;
        break;
    case 'n':
        adding->title = optarg;
        break;
    case 'w':
        adding->owner = optarg;
        break;
    case 'r':
        adding->tier = optarg;
        break;
    case 'k':
        return read_kind(optarg, &adding->as);
    case 't':
        if (adding->ntags == MAX_TAGS)
            return wrong("there are too many tags");
        adding->tags[adding->ntags++] = str_of(optarg);
        break;
    case 's':
        adding->how.select = str_of(optarg);
        break;
    case 'y':
        adding->yes = true;
        break;
    case 'J':
        adding->json = true;
        break;
    case 'f':
        adding->force = true;
        break;
    default:
        return CLI_USAGE;
    }
    return CLI_OK;
}

static int
read_options(struct adding *adding, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'C'},
        {"out", required_argument, NULL, 'o'},
        {"id", required_argument, NULL, 'i'},
        {"title", required_argument, NULL, 'n'},
        {"owner", required_argument, NULL, 'w'},
        {"tier", required_argument, NULL, 'r'},
        {"tag", required_argument, NULL, 't'},
        {"kind", required_argument, NULL, 'k'},
        {"select", required_argument, NULL, 's'},
        {"yes", no_argument, NULL, 'y'}, {"json", no_argument, NULL, 'J'},
        {"force", no_argument, NULL, 'f'}, {NULL, 0, NULL, 0}};
    int c, status;

    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        status = read_option(adding, c);
        if (status != CLI_OK)
            return status;
    }
    if (optind + 1 != argc)
        return wrong("give one address, such as https://school.example/");
    adding->url = str_of(argv[optind]);
    if (adding->how.select.p && adding->as != FIND_LIST)
        return wrong("--select is for --kind list");
    if (adding->id && !source_id_is_valid(str_of(adding->id)))
        return wrong("--id is made of a-z, 0-9 and -, at most 64");
    return CLI_OK;
}

/* "school.example/" is meant as a web address. */
static int
complete_url(struct adding *adding)
{
    struct arena *arena = adding->probe.arena;
    struct str url = adding->url;

    if (str_find(url, STR("://")) == url.n)
        url = arena_printf(arena, "https://%.*s", STR_ARG(url));
    if (url_resolve(arena, STR_NONE, url, &url) < 0 || !url_is_http(url)) {
        fprintf(stderr,
            "tocsin: \"%.*s\" is no web address; it is to begin with https:// "
            "or http://\n",
            STR_ARG(adding->url));
        return CLI_FAILED;
    }
    adding->url = str_first(url, str_find_char(url, '#'));
    return CLI_OK;
}

static int
refuse_taken(const struct adding *adding, struct str url)
{
    struct str id = taken_url(&adding->taken, url);

    if (!id.p)
        return CLI_OK;
    fprintf(stderr, "tocsin: %.*s is the source \"%.*s\" already\n",
        STR_ARG(url), STR_ARG(id));
    return CLI_FAILED;
}

/* --- showing --- */

static void
print_failed(FILE *stream, const struct finding_list *list)
{
    for (size_t i = 0; i < list->nfailed; i++) {
        fputs("  gives nothing: ", stream);
        view_say(stream, list->failed[i].url);
        fputs("\n      ", stream);
        view_say(stream, list->failed[i].sentence);
        fputc('\n', stream);
    }
}

static void
print_table(struct adding *adding)
{
    static const char *const headings[] = {
        "", "kind", "items", "newest", "title", "address"};
    _cleanup_(tbl_freep) struct tbl *table = tbl_new(6);

    if (!table)
        return;
    for (size_t h = 0; h < 6; h++)
        tbl_heading(
            table, h, headings[h], h == 0 || h == 2 ? TBL_RIGHT : TBL_LEFT);
    for (size_t i = 0; i < adding->list.nfound; i++) {
        const struct found *found = &adding->list.found[i];
        struct view view;

        view_read(found->document, &view);
        tbl_printf(table, "%zu", i + 1);
        tbl_add(
            table, found->kind == SOURCE_LIST ? STR("list page") : view.format);
        tbl_printf(table, "%zu", view.items);
        tbl_add(table, view.nnewest > 0
                           ? view_time(adding->probe.arena, adding->probe.zone,
                                 view.newest[0].time)
                           : STR(""));
        tbl_add(table, view.title);
        tbl_add(table, found->url);
    }
    tbl_print(table, stdout, tbl_terminal_width(stdout));
}

static void
print_one(struct adding *adding, size_t i)
{
    const struct found *found = &adding->list.found[i];
    struct view view;

    view_read(found->document, &view);
    view_say(stdout, found->url);
    fputs(found->kind == SOURCE_LIST ? "  (a page that lists publications)\n"
                                     : "  (a feed)\n",
        stdout);
    view_print(stdout, adding->probe.arena, adding->probe.zone, &view);
}

/* --- choosing --- */

/* Numbers with commas or blanks between. */
static bool
read_choice(struct adding *adding, struct str line)
{
    bool any = false;

    while (line.n > 0) {
        size_t n = 0;
        int64_t number;

        while (n < line.n && line.p[n] != ',' && line.p[n] != ' ')
            n++;
        if (n > 0) {
            if (num_parse_i64(str_first(line, n), 1,
                    (int64_t)adding->list.nfound, &number) < 0)
                return false;
            adding->chosen[number - 1] = any = true;
        }
        line = str_from(line, n + 1);
    }
    return any;
}

static int
ask_person(struct adding *adding)
{
    size_t n = adding->list.nfound;
    char text[256];

    for (;;) {
        struct str line;

        if (n == 1)
            printf("Add it? [Y/n] ");
        else
            printf("Which are to be added? [1-%zu, several with commas; "
                   "nothing: none] ",
                n);
        fflush(stdout);
        if (!fgets(text, sizeof text, stdin))
            return CLI_FAILED;
        line = str_trim(str_of(text));
        if (n == 1 && (line.n == 0 || str_starts_nocase(line, STR("y")))) {
            adding->chosen[0] = true;
            return CLI_OK;
        }
        if (line.n == 0 || n == 1)
            return CLI_FAILED;
        memset(adding->chosen, 0, sizeof adding->chosen);
        if (read_choice(adding, line))
            return CLI_OK;
        printf("That is no number of the table.\n");
    }
}

static int
choose(struct adding *adding)
{
    if (adding->yes) {
        adding->chosen[0] = true;
        return CLI_OK;
    }
    if (!adding->json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return ask_person(adding);
    if (!adding->json)
        fputs("Nothing was added: --yes adds the first; for another one, give "
              "its address.\n",
            stderr);
    return CLI_FAILED;
}

/* --- writing --- */

static struct str
title_of(const struct adding *adding, const struct found *found)
{
    struct str title = adding->title
                           ? str_of(adding->title)
                           : str_trim(jsonx_get_str(found->document, "title"));
    struct url parts;

    if (title.n == 0)
        title = adding->list.title;
    if (title.n == 0 && url_parse(found->url, &parts) == 0)
        title = parts.host;
    return str_first(title, utf8_offset(title, TITLE_MAX_CHARS));
}

static int
print_source(struct adding *adding, const struct found *found, struct buf *out,
    struct str *ret_id)
{
    struct source source = {.url = found->url,
        .kind = found->kind,
        .title = title_of(adding, found),
        .owner = str_of(adding->owner),
        .tier = str_of(adding->tier),
        .tags = adding->tags,
        .ntags = adding->ntags,
        .select = adding->how.select};

    source.id = adding->id
                    ? str_of(adding->id)
                    : source_id_new(&adding->taken, source.title, source.url);
    if (!source.id.p || taken_id(&adding->taken, source.id)) {
        fprintf(stderr,
            "tocsin: there is a source \"%.*s\" already; --id names another\n",
            STR_ARG(source.id));
        return CLI_FAILED;
    }
    if (taken_add(&adding->taken, source.id, source.url) < 0)
        return CLI_FAILED;
    source_print(&source, out);
    *ret_id = source.id;
    return CLI_OK;
}

static void
note_added(struct adding *adding, const struct found *found, struct str id)
{
    json_t *one = json_object();

    jsonx_set(one, "id", jsonx_str(id));
    jsonx_set(one, "url", jsonx_str(found->url));
    jsonx_set(
        one, "kind", json_string(found->kind == SOURCE_LIST ? "list" : "feed"));
    json_array_append_new(adding->added, one);
}

/* Write all that were chosen into one file, named after the first. */
static int
write_chosen(struct adding *adding)
{
    struct str path = STR_NONE, id = STR_NONE;
    struct buf text;
    int status = CLI_OK;

    buf_init(&text, FILE_MAX_BYTES);
    buf_add_cstr(&text, "sources:\n");
    for (size_t i = 0; i < adding->list.nfound && status == CLI_OK; i++) {
        const struct found *found = &adding->list.found[i];

        if (!adding->chosen[i])
            continue;
        status = refuse_taken(adding, found->url);
        if (status == CLI_OK)
            status = print_source(adding, found, &text, &id);
        if (status != CLI_OK)
            break;
        if (!path.p)
            path = adding->out ? str_of(adding->out)
                               : sources_file_path(adding->probe.arena,
                                     adding->probe.config, id);
        note_added(adding, found, id);
        adding->id = NULL;
    }
    if (status == CLI_OK)
        status = sources_file_write(
            adding->probe.config, path, buf_str(&text), adding->force);
    if (status == CLI_OK && !adding->json)
        printf("Written to %.*s; `tocsin reload` takes it into service.\n",
            STR_ARG(path));
    buf_done(&text);
    return status;
}

static json_t *
found_json(const struct adding *adding)
{
    json_t *list = json_array();

    for (size_t i = 0; i < adding->list.nfound; i++) {
        const struct found *found = &adding->list.found[i];
        struct view view;
        json_t *one;

        view_read(found->document, &view);
        one = view_json(&view);
        jsonx_set(one, "url", jsonx_str(found->url));
        jsonx_set(one, "kind",
            json_string(found->kind == SOURCE_LIST ? "list" : "feed"));
        json_array_append_new(list, one);
    }
    return list;
}

static int
run(struct adding *adding)
{
    struct toc_error error = {0};
    int status = complete_url(adding);

    if (status == CLI_OK && taken_init(&adding->taken, adding->probe.arena,
                                adding->probe.config) < 0)
        status = CLI_FAILED;
    if (status == CLI_OK)
        status = refuse_taken(adding, adding->url);
    if (status != CLI_OK)
        return status;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "Looking at %.*s …\n", STR_ARG(adding->url));
    adding->how.zone = adding->probe.zone;
    if (sources_find(&adding->probe, adding->url, adding->as, &adding->how,
            &error, &adding->list) < 0) {
        fprintf(stderr, "tocsin: %s\n", error.text);
        print_failed(stderr, &adding->list);
        return CLI_FAILED;
    }
    if (!adding->json && adding->list.nfound == 1)
        print_one(adding, 0);
    else if (!adding->json)
        print_table(adding);
    if (!adding->json)
        print_failed(stdout, &adding->list);
    status = choose(adding);
    if (status == CLI_OK)
        status = write_chosen(adding);
    if (adding->json) {
        json_t *json = json_object();

        jsonx_set(json, "found", found_json(adding));
        jsonx_set(json, "added",
            status == CLI_OK ? json_incref(adding->added) : json_array());
        document_json_print(json);
    }
    return status;
}

int
cmd_sources_add(int argc, char **argv)
{
    struct adding adding = {.as = FIND_ANY};
    int status = read_options(&adding, argc, argv);

    if (status != CLI_OK)
        return status;
    adding.added = json_array();
    status = probe_open(&adding.probe, adding.config);
    if (status == CLI_OK)
        status = run(&adding);
    finding_list_done(&adding.list);
    taken_done(&adding.taken);
    probe_close(&adding.probe);
    json_decref(adding.added);
    return status;
}

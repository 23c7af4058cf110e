/*
 * try_page: what the commands `tocsin try list|article|discover|site|robots`
 * share: their options, their input, and the way their answer is printed.
 *
 * Everything is static, because each command is a file of its own.
 */
#ifndef TOCSIN_CLI_TRY_PAGE_H
#define TOCSIN_CLI_TRY_PAGE_H

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "feeds/feeds.h"

enum {
    PAGE_MAX_BYTES = 64 * 1024 * 1024, /* of the input file */
    PAGE_ARENA_BYTES = 256 * 1024 * 1024,
    PAGE_MAX_OUTPUT = 256 * 1024 * 1024
};

struct page_run {
    struct feed_input input;
    struct str agent;    /* robots */
    const char *file;    /* for messages */
    struct arena *arena; /* for what the reading makes */
    struct buf bytes;
};

static const struct option page_options[] = {
    {"url", required_argument, NULL, 'u'},
    {"content-type", required_argument, NULL, 'c'},
    {"select", required_argument, NULL, 's'},
    {"now", required_argument, NULL, 'n'},
    {"agent", required_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};

/* "2026-06-07" is the end of that day in UTC+8: everything dated on it is
 * past. */
static inline int
page_now(const char *text, struct wall *ret)
{
    struct str s = str_of(text);

    if (timefmt_parse_rfc3339(s, ret) != 0)
        return E_PARSE;
    if (s.n == 10)
        ret->ms += (24 - 8) * (int64_t)MS_HOUR - MS_SECOND;
    return 0;
}

/* Read options and input.  allowed holds the letters of the options that the
 * command has.  CLI_OK or the exit status. */
static inline int
page_start(struct page_run *run, const char *allowed, int argc, char **argv)
{
    struct toc_error error = {0};
    int c;

    *run = (struct page_run){.file = "-"};
    buf_init(&run->bytes, PAGE_MAX_BYTES);
    run->input.now = clock_wall();
    optind = 1;
    while ((c = getopt_long(argc, argv, "", page_options, NULL)) != -1) {
        if (c == '?')
            return CLI_USAGE;
        if (!strchr(allowed, c)) {
            fprintf(stderr, "tocsin try %s: this option means nothing here\n",
                argv[0]);
            return CLI_USAGE;
        }
        if (c == 'u') {
            run->input.url = str_of(optarg);
        } else if (c == 'c') {
            run->input.content_type = str_of(optarg);
        } else if (c == 's') {
            run->input.select = str_of(optarg);
        } else if (c == 'a') {
            run->agent = str_of(optarg);
        } else if (page_now(optarg, &run->input.now) != 0) {
            fprintf(stderr,
                "tocsin try %s: --now is to be a date such as 2026-06-07, "
                "not %s\n",
                argv[0], optarg);
            return CLI_USAGE;
        }
    }
    if (optind + 1 < argc) {
        fprintf(stderr, "tocsin try %s: one file at a time\n", argv[0]);
        return CLI_USAGE;
    }
    if (optind < argc)
        run->file = argv[optind];
    if (file_read(run->file, &run->bytes, &error) != 0) {
        toc_error_print(&error, stderr);
        return CLI_FAILED;
    }
    run->input.bytes = buf_str(&run->bytes);
    run->arena = arena_new(PAGE_ARENA_BYTES);
    if (!run->arena || feeds_init() != 0) {
        fprintf(stderr, "tocsin try %s: cannot start\n", argv[0]);
        return CLI_FAILED;
    }
    return CLI_OK;
}

/* Say why a reading failed.  Returns CLI_FAILED. */
static inline int
page_fail(const struct page_run *run, int err, const struct toc_error *error)
{
    struct toc_error named = *error;

    if (!named.text[0])
        toc_error_set(&named, NULL, 0, 0, "%s", err_text(err));
    if (!named.file[0])
        toc_error_set(&named, run->file, error->line, error->column, "%s",
            error->text[0] ? error->text : err_text(err));
    toc_error_print(&named, stderr);
    return CLI_FAILED;
}

/* Print json (taken; NULL is out of memory) and a newline. */
static inline int
page_print(json_t *json_taken)
{
    struct buf out;
    int status = CLI_FAILED;

    buf_init(&out, PAGE_MAX_OUTPUT);
    if (json_taken && jsonx_dump(json_taken, &out) == 0) {
        fwrite(out.p, 1, out.n, stdout);
        putchar('\n');
        status = fflush(stdout) == 0 ? CLI_OK : CLI_FAILED;
    }
    if (status != CLI_OK)
        fputs("tocsin: cannot write the answer\n", stderr);
    buf_done(&out);
    json_decref(json_taken);
    return status;
}

/* A JSON array of strings. */
static inline json_t *
page_strings(const struct str *list, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; array && i < n; i++)
        json_array_append_new(array, jsonx_str(list[i]));
    return array;
}

static inline void
page_end(struct page_run *run)
{
    arena_free(run->arena);
    buf_done(&run->bytes);
}

#endif

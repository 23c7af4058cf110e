/*
 * try_template: fill a Mustache template with data and print the text.
 *
 * Partials are files NAME.mustache of one folder, read when a template first
 * asks for them; a name cannot lead out of the folder.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "base/tmpl.h"
#include "cli/cli.h"

enum {
    DATA_MAX = 64 * 1024 * 1024, /* bytes of the data's file */
    TEXT_MAX = 64 * 1024 * 1024, /* bytes of what is printed */
    PARTIALS_MAX = 1000,         /* different partials of one run */
    PARTIAL_NAMES_MAX = 1024 * 1024
};

struct partial {
    struct str name;
    struct tmpl *tmpl; /* NULL when there is no such file */
};

struct partials {
    const char *folder; /* NULL: there are none */
    enum tmpl_escape escape;
    struct arena *arena; /* names and paths */
    struct partial list[PARTIALS_MAX];
    size_t n;
    int err; /* the first error met inside a rendering */
    struct toc_error error;
};

static int
complain(const char *file, const struct toc_error *error)
{
    struct toc_error named = *error;

    if (!named.file[0])
        toc_error_set(
            &named, file, error->line, error->column, "%s", error->text);
    toc_error_print(&named, stderr);
    return CLI_FAILED;
}

/* Read the template in path; a missing file is E_NOTFOUND. */
static int
load_template(const char *path, enum tmpl_escape escape,
    struct toc_error *reterr, struct tmpl **ret)
{
    struct buf text;
    int err;

    buf_init(&text, TMPL_MAX_BYTES);
    err = file_read(path, &text, reterr);
    if (!err)
        err = tmpl_parse(path, buf_str(&text), escape, reterr, ret);
    buf_done(&text);
    return err;
}

/* Whether name stays inside the folder. */
static bool
is_safe_name(struct str name)
{
    struct str rest = name;

    while (rest.p) {
        struct str part = str_split(&rest, '/');

        if (part.n == 0 || part.p[0] == '.')
            return false;
    }
    return str_find_char(name, '\0') == name.n;
}

static void
load_partial(struct partials *p, struct partial *partial)
{
    struct str path;
    int err;

    if (!p->folder || !is_safe_name(partial->name))
        return;
    path = arena_printf(
        p->arena, "%s/%.*s.mustache", p->folder, STR_ARG(partial->name));
    if (!path.p) {
        p->err = E_NOMEM;
        toc_error_set(&p->error, p->folder, 0, 0, "out of memory");
        return;
    }
    err = load_template(path.p, p->escape, &p->error, &partial->tmpl);
    if (err && err != E_NOTFOUND)
        p->err = err;
}

/* A tmpl_partial_fn over struct partials. */
static const struct tmpl *
find_partial(void *arg, struct str name)
{
    struct partials *p = arg;
    struct partial *partial;

    for (size_t i = 0; i < p->n; i++)
        if (str_eq(p->list[i].name, name))
            return p->list[i].tmpl;
    if (p->err || p->n == PARTIALS_MAX)
        return NULL;
    partial = &p->list[p->n++];
    partial->name = name; /* in a template that outlives the rendering */
    load_partial(p, partial);
    return partial->tmpl;
}

static int
load_data(const char *path, json_t **ret)
{
    struct toc_error error = {0};
    struct buf text;
    int err;

    buf_init(&text, DATA_MAX);
    err = file_read(path, &text, &error);
    if (!err)
        err = jsonx_load(buf_str(&text), &error, ret);
    buf_done(&text);
    return err ? complain(path, &error) : CLI_OK;
}

static int
render(const char *path, const json_t *data, struct partials *partials)
{
    struct toc_error error = {0};
    _cleanup_(tmpl_freep) struct tmpl *tmpl = NULL;
    struct buf out;
    int err;

    if (load_template(path, partials->escape, &error, &tmpl))
        return complain(path, &error);
    buf_init(&out, TEXT_MAX);
    err = tmpl_render(tmpl, data, find_partial, partials, &out);
    if (partials->err) {
        err = complain(path, &partials->error);
    } else if (err) {
        toc_error_set(
            &error, path, 0, 0, "cannot be filled: %s", err_text(err));
        err = complain(path, &error);
    } else if (out.n && fwrite(out.p, 1, out.n, stdout) != out.n) {
        err = CLI_FAILED;
    }
    buf_done(&out);
    return err;
}

int
cmd_try_template(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"partials", required_argument, NULL, 'p'},
        {"text", no_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    struct partials partials = {.escape = TMPL_HTML};
    const char *data_path = NULL;
    json_auto_t *data = NULL;
    int option, status;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            data_path = optarg;
        else if (option == 'p')
            partials.folder = optarg;
        else if (option == 't')
            partials.escape = TMPL_TEXT;
        else
            return CLI_USAGE;
    }
    if (!data_path || argc - optind > 1) {
        fprintf(stderr, "%s: give --data DATA.json and at most one template\n",
            argv[0]);
        return CLI_USAGE;
    }
    status = load_data(data_path, &data);
    if (status)
        return status;
    partials.arena = arena_new(PARTIAL_NAMES_MAX);
    if (!partials.arena) {
        fprintf(stderr, "%s: out of memory\n", argv[0]);
        return CLI_FAILED;
    }
    status = render(optind < argc ? argv[optind] : "-", data, &partials);
    for (size_t i = 0; i < partials.n; i++)
        tmpl_free(partials.list[i].tmpl);
    arena_free(partials.arena);
    return status;
}

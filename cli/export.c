/*
 * tocsin export: all of the database as JSON lines, for another program.
 */
#include "store/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonx.h"
#include "cli/copies.h"

static const struct option options[] = {
    COPIES_LONG_OPTIONS, {NULL, 0, NULL, 0}};

struct exporting {
    const char *table;
    char *hex;
    size_t size;
};

static json_t *
bytes_json(struct exporting *out, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    json_t *text;

    if (2 * bytes.n + 1 > out->size) {
        char *grown = realloc(out->hex, 2 * bytes.n + 1);

        if (!grown)
            return NULL;
        out->hex = grown;
        out->size = 2 * bytes.n + 1;
    }
    for (size_t i = 0; i < bytes.n; i++) {
        out->hex[2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
        out->hex[2 * i + 1] = digits[bytes.p[i] & 15];
    }
    text = json_stringn(out->hex, 2 * bytes.n);
    return json_pack("{so}", "hex", text);
}

static json_t *
value_json(struct exporting *out, const struct export_value *value)
{
    json_t *text;

    switch (value->type) {
    case EXPORT_INT:
        return json_integer(value->integer);
    case EXPORT_REAL:
        return json_real(value->real);
    case EXPORT_TEXT:
        text = jsonx_str(value->text);
        return text ? text : bytes_json(out, value->text);
    case EXPORT_BYTES:
        return bytes_json(out, value->text);
    case EXPORT_NULL:
        break;
    }
    return json_null();
}

static int
export_row(void *arg, const struct export_value *values, size_t n)
{
    struct exporting *out = arg;
    json_t *row = json_object();
    char *text;
    int r = json_object_set_new(row, "table", json_string(out->table));

    for (size_t i = 0; i < n && r == 0; i++)
        r = json_object_set_new(
            row, values[i].column, value_json(out, &values[i]));
    text = r == 0 ? json_dumps(row, JSON_COMPACT) : NULL;
    json_decref(row);
    if (!text)
        return E_NOMEM;
    r = puts(text) < 0 ? E_IO : 0;
    free(text);
    return r;
}

static int
export_all(struct copies *cmd, const char *only)
{
    struct toc_error error = {.line = 0};
    struct exporting out = {.table = NULL};
    struct view *view = NULL;
    bool found = false;
    int r = view_open(cmd->database, &error, &view);

    if (r != 0) {
        fprintf(stderr, "tocsin: %s: %s\n", cmd->database, error.text);
        return CLI_FAILED;
    }
    r = view_export_begin(view);
    for (int i = 0; i < EXPORT_COUNT && r == 0; i++) {
        out.table = export_table_name((enum export_table)i);
        if (only && strcmp(only, out.table) != 0)
            continue;
        found = true;
        r = view_export(view, (enum export_table)i, export_row, &out);
    }
    view_export_end(view);
    view_close(view);
    free(out.hex);
    if (!found) {
        fprintf(stderr, "tocsin: there is no table \"%s\"\n", only ? only : "");
        return CLI_USAGE;
    }
    if (r == 0)
        return CLI_OK;
    fprintf(stderr, "tocsin: %s: %s\n", cmd->database, err_text(r));
    return CLI_FAILED;
}

int
cmd_export(int argc, char **argv)
{
    struct copies cmd = {.config = NULL};
    const char *only = NULL;
    int status;

    if (!copies_options(&cmd, argc, argv, options))
        return CLI_USAGE;
    if (optind < argc)
        only = argv[optind++];
    if (optind < argc) {
        fputs("tocsin: export takes one table at most\n", stderr);
        return CLI_USAGE;
    }
    status = copies_begin(&cmd);
    return copies_finish(
        &cmd, status == CLI_OK ? export_all(&cmd, only) : status);
}

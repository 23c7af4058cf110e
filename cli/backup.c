/*
 * tocsin backup, restore, export: copies of the database, the way back, and
 * all of it for another program.
 *
 * backup and export only read, and need no daemon; restore refuses while one
 * has the database open.
 */
#include "store/backup.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/jsonx.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "store/export.h"

enum { BACKUP_ARENA_BYTES = 64 * 1024 * 1024 };

struct backup_cmd {
    const char *config, *database, *folder, *verify;
    bool list, json, replace, latest;
    struct arena *arena;
    struct database_place place;
};

static const struct option backup_options[] = {
    {"config", required_argument, NULL, 'C'},
    {"database", required_argument, NULL, 'D'},
    {"folder", required_argument, NULL, 'F'},
    {"verify", required_argument, NULL, 'V'}, {"list", no_argument, NULL, 'l'},
    {"json", no_argument, NULL, 'J'}, {"replace", no_argument, NULL, 'r'},
    {"latest", no_argument, NULL, 'n'}, {NULL, 0, NULL, 0}};

static bool
take_options(struct backup_cmd *cmd, int argc, char **argv, const char *known)
{
    int c;

    while ((c = getopt_long(argc, argv, "", backup_options, NULL)) != -1) {
        if (c == '?')
            return false;
        if (!strchr(known, c)) {
            fprintf(stderr, "tocsin: %s has no such option\n", argv[0]);
            return false;
        }
        if (c == 'C')
            cmd->config = optarg;
        else if (c == 'D')
            cmd->database = optarg;
        else if (c == 'F')
            cmd->folder = optarg;
        else if (c == 'V')
            cmd->verify = optarg;
        cmd->list = cmd->list || c == 'l';
        cmd->json = cmd->json || c == 'J';
        cmd->replace = cmd->replace || c == 'r';
        cmd->latest = cmd->latest || c == 'n';
    }
    return true;
}

static int
begin(struct backup_cmd *cmd)
{
    cmd->arena = arena_new(BACKUP_ARENA_BYTES);
    if (!cmd->arena || digest_init() < 0)
        return CLI_FAILED;
    database_find(cmd->arena, cmd->config, &cmd->place);
    if (!cmd->database)
        cmd->database = arena_cstr(cmd->arena, cmd->place.database);
    if (!cmd->folder)
        cmd->folder = arena_cstr(cmd->arena, cmd->place.backups);
    return cmd->database && cmd->folder ? CLI_OK : CLI_FAILED;
}

static int
finish(struct backup_cmd *cmd, int status)
{
    zone_free(cmd->place.zone);
    arena_free(cmd->arena);
    return status;
}

static int
complain(const struct toc_error *error)
{
    fputs("tocsin: ", stderr);
    toc_error_print(error, stderr);
    return CLI_FAILED;
}

/* --- backup --------------------------------------------------------------- */

static void
print_facts(const struct backup_cmd *cmd, const char *path,
    const struct backup_facts *facts)
{
    if (cmd->json) {
        json_t *out = json_pack("{ss sI sI sI sI sI sI si}", "backup", path,
            "bytes", (json_int_t)facts->bytes, "sources",
            (json_int_t)facts->sources, "items", (json_int_t)facts->items,
            "incidents", (json_int_t)facts->incidents, "deliveries",
            (json_int_t)facts->deliveries, "ledger", (json_int_t)facts->ledger,
            "schema", (int)facts->schema);
        char *text = out ? json_dumps(out, JSON_COMPACT) : NULL;

        printf("%s\n", text ? text : "{}");
        free(text);
        json_decref(out);
        return;
    }
    printf("%s: whole; %llu sources, %llu items, %llu incidents, %llu "
           "messages, %llu entries of the ledger, %.1f MiB\n",
        path, (unsigned long long)facts->sources,
        (unsigned long long)facts->items, (unsigned long long)facts->incidents,
        (unsigned long long)facts->deliveries,
        (unsigned long long)facts->ledger,
        (double)facts->bytes / (1024.0 * 1024.0));
}

static int
list(struct backup_cmd *cmd)
{
    struct backup_file *files;
    size_t n = 0;
    int r = backup_list(cmd->arena, cmd->folder, &files, &n);

    if (r != 0) {
        fprintf(stderr, "tocsin: %s: %s\n", cmd->folder, err_text(r));
        return CLI_FAILED;
    }
    for (size_t i = 0; i < n; i++)
        printf("%s\n", files[i].path);
    return CLI_OK;
}

static int
backup(struct backup_cmd *cmd)
{
    struct toc_error error = {.line = 0};
    struct backup_facts facts;
    char path[PATH_MAX];

    if (cmd->list)
        return list(cmd);
    if (cmd->verify) {
        if (backup_verify(cmd->verify, &error, &facts) != 0)
            return complain(&error);
        print_facts(cmd, cmd->verify, &facts);
        return CLI_OK;
    }
    if (backup_make(cmd->database, cmd->folder, clock_wall(), &error, path,
            &facts) != 0)
        return complain(&error);
    print_facts(cmd, path, &facts);
    return CLI_OK;
}

int
cmd_backup(int argc, char **argv)
{
    struct backup_cmd cmd = {.config = NULL};
    int status;

    if (!take_options(&cmd, argc, argv, "CDFVlJ"))
        return CLI_USAGE;
    if (optind < argc && !cmd.folder)
        cmd.folder = argv[optind++];
    if (optind < argc) {
        fputs("tocsin: backup takes one folder\n", stderr);
        return CLI_USAGE;
    }
    status = begin(&cmd);
    return finish(&cmd, status == CLI_OK ? backup(&cmd) : status);
}

/* --- restore -------------------------------------------------------------- */

static const char *
latest(struct backup_cmd *cmd)
{
    struct backup_file *files;
    size_t n = 0;

    if (backup_list(cmd->arena, cmd->folder, &files, &n) != 0 || n == 0) {
        fprintf(stderr, "tocsin: there is no backup in %s\n", cmd->folder);
        return NULL;
    }
    return files[0].path;
}

static int
restore(struct backup_cmd *cmd, const char *file)
{
    struct toc_error error = {.line = 0};
    struct backup_facts facts;
    char kept[PATH_MAX];
    struct restore asked = {.database = cmd->database,
        .replace = cmd->replace,
        .why = STR("asked for"),
        .by = STR("command line"),
        .now = clock_wall()};
    int r;

    asked.file = file ? file : latest(cmd);
    if (!asked.file)
        return CLI_FAILED;
    r = backup_restore(&asked, &error, kept, &facts);
    if (r == E_EXISTS) {
        fprintf(stderr,
            "tocsin: %s exists; --replace puts the backup in its place and "
            "keeps what is there aside\n",
            cmd->database);
        return CLI_FAILED;
    }
    if (r != 0)
        return complain(&error);
    print_facts(cmd, asked.file, &facts);
    if (!cmd->json && kept[0])
        printf("What was there is kept as %s.\n", kept);
    if (!cmd->json)
        printf("It is now %s.  When tocsind starts, every source is asked "
               "again for all that it shows.\n",
            cmd->database);
    return CLI_OK;
}

int
cmd_restore(int argc, char **argv)
{
    struct backup_cmd cmd = {.config = NULL};
    const char *file = NULL;
    int status;

    if (!take_options(&cmd, argc, argv, "CDFJrn"))
        return CLI_USAGE;
    if (optind < argc)
        file = argv[optind++];
    if (optind < argc || (file != NULL) == cmd.latest) {
        fputs("tocsin: restore takes one BACKUP, or --latest\n", stderr);
        return CLI_USAGE;
    }
    status = begin(&cmd);
    return finish(&cmd, status == CLI_OK ? restore(&cmd, file) : status);
}

/* --- export --------------------------------------------------------------- */

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
export_all(struct backup_cmd *cmd, const char *only)
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
    struct backup_cmd cmd = {.config = NULL};
    const char *only = NULL;
    int status;

    if (!take_options(&cmd, argc, argv, "CD"))
        return CLI_USAGE;
    if (optind < argc)
        only = argv[optind++];
    if (optind < argc) {
        fputs("tocsin: export takes one table at most\n", stderr);
        return CLI_USAGE;
    }
    status = begin(&cmd);
    return finish(&cmd, status == CLI_OK ? export_all(&cmd, only) : status);
}

/* database: three values of the configuration, and nothing else of it. */
#include "cli/database.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/yaml.h"

#define DEFAULT_CONFIG "/etc/tocsin/tocsin.yaml"
#define DEFAULT_DATABASE "/var/lib/tocsin/tocsin.db"
#define DEFAULT_ZONE "Asia/Shanghai"

static struct str
scalar(struct ynode *map, const char *key)
{
    struct ynode *node = map ? yaml_get(map, key) : NULL;

    return node && node->type == YAML_SCALAR ? node->text : STR_NONE;
}

/* A path as it is meant: beside the configuration, unless it is whole. */
static struct str
beside(struct arena *arena, const char *config, struct str path)
{
    const char *slash = strrchr(config, '/');

    if (path.n == 0 || path.p[0] == '/' || !slash)
        return path;
    return arena_printf(
        arena, "%.*s/%.*s", (int)(slash - config), config, STR_ARG(path));
}

static void
read_places(struct arena *arena, const char *config, struct database_place *ret)
{
    _cleanup_(buf_done) struct buf text;
    struct toc_errors errors = {0};
    struct toc_error error = {.line = 0};
    struct ynode *root = NULL;
    struct str zone, path;

    buf_init(&text, YAML_MAX_BYTES);
    if (file_read(config, &text, &error) == 0 &&
        yaml_parse(arena, config, arena_str(arena, buf_str(&text)), &errors,
            &root) == 0 &&
        root) {
        zone = scalar(root, "zone");
        if (zone.n)
            (void)zone_load(arena_cstr(arena, zone), &ret->zone);
        path = scalar(root, "database");
        if (path.n)
            ret->database = beside(arena, config, path);
        path = scalar(yaml_get(root, "backup"), "folder");
        if (path.n)
            ret->backups = beside(arena, config, path);
    }
    toc_errors_done(&errors);
}

void
database_find(
    struct arena *arena, const char *config, struct database_place *ret)
{
    const char *slash;
    char *database;

    if (!config || !*config)
        config = getenv("TOCSIN_CONFIG");
    if (!config || !*config)
        config = DEFAULT_CONFIG;
    *ret = (struct database_place){.database = STR(DEFAULT_DATABASE)};
    read_places(arena, config, ret);
    if (!ret->zone)
        (void)zone_load(DEFAULT_ZONE, &ret->zone);
    if (ret->backups.n)
        return;
    database = arena_cstr(arena, ret->database);
    slash = database ? strrchr(database, '/') : NULL;
    ret->backups = arena_printf(arena, "%.*s/backups",
        slash ? (int)(slash - database) : 1, slash ? database : ".");
}

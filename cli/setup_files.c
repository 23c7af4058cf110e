/*
 * setup_files: what `tocsin setup` writes.
 *
 * The configuration is as short as it can be: what it does not say has its
 * default, and the manual says all of it.  Files with secrets are readable by
 * the daemon's user alone, the others by its group.
 */
#include <sys/stat.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/jsonx.h"
#include "cli/setup.h"
#include "daemon/config.h"

#define SERVICE_USER "tocsin"
#define SYSTEM_FOLDER "/etc/tocsin"

static const char *const folders[] = {
    "", "/sources.d", "/channels.d", "/rules.d", NULL};

static int
fail(const char *path)
{
    fprintf(stderr, "tocsin setup: %s: %s\n", path, strerror(errno));
    return E_IO;
}

static int
say(const struct toc_error *error, int err)
{
    toc_error_print(error, stderr);
    return err;
}

/* A JSON string is a YAML string. */
static void
add_text(struct buf *out, const char *text)
{
    json_t *json = jsonx_str(str_of(text));

    if (json)
        (void)jsonx_dump(json, out);
    json_decref(json);
}

static void
add_line(struct buf *out, const char *key, const char *text)
{
    buf_printf(out, "%s: ", key);
    add_text(out, text);
    buf_add_char(out, '\n');
}

static bool
is_system(const struct setup *setup)
{
    return strcmp(setup->dir, SYSTEM_FOLDER) == 0;
}

static int
write_main(const struct setup *setup, struct toc_error *error)
{
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 16 * 1024);
    buf_add_cstr(&out, "# Every option, with its default: man tocsin.yaml\n"
                       "# After a change: tocsin check && tocsin reload\n");
    add_line(&out, "bureau", setup->bureau);
    add_line(&out, "contact", setup->contact);
    add_line(&out, "zone", setup->zone);
    if (!is_system(setup))
        buf_add_cstr(&out, "database: tocsin.db\n");
    buf_add_cstr(&out, "console:\n  listen: ");
    add_text(&out, setup->listen);
    buf_add_char(&out, '\n');
    if (!is_system(setup))
        buf_add_cstr(&out, "  socket: console.sock\n");
    return out.err ? out.err
                   : file_replace(setup->config, buf_str(&out), 0640, error);
}

/* Read it as the daemon will; what is wrong goes to standard error. */
static int
check(struct setup *setup)
{
    struct toc_errors errors = {0};
    struct config *config = NULL;
    struct ruleset *rules = NULL;
    int err = config_load(setup->config, &errors, &config, &rules);

    for (size_t i = 0; i < errors.n; i++)
        toc_error_print(&errors.list[i], stderr);
    toc_errors_done(&errors);
    if (err == 0) {
        if (config->database.n < sizeof setup->database)
            memcpy(setup->database, config->database.p, config->database.n);
        config_free(config);
        ruleset_free(rules);
    }
    return err;
}

int
setup_write(struct setup *setup)
{
    struct toc_error error = {0};
    char path[600];
    int err;

    for (size_t i = 0; folders[i]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", setup->dir, folders[i]);
        if (mkdir(path, 0750) != 0 && errno != EEXIST)
            return fail(path);
    }
    err = write_main(setup, &error);
    if (err)
        return say(&error, err);
    err = check(setup);
    if (err)
        (void)unlink(setup->config); /* so that it can be tried again */
    return err;
}

static int
write_secret(const struct setup *setup, const char *name, struct str text)
{
    struct toc_error error = {0};
    char path[600];
    int err;

    (void)snprintf(path, sizeof path, "%s/channels.d/%s", setup->dir, name);
    err = file_replace(path, text, 0600, &error);
    return err ? say(&error, err) : 0;
}

int
setup_folder(const struct setup *setup)
{
    char path[sizeof setup->database];
    char *slash;

    memcpy(path, setup->database, sizeof path);
    slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    *slash = '\0';
    return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : fail(path);
}

int
setup_write_channel(struct setup *setup)
{
    _cleanup_(buf_done) struct buf out;
    struct toc_error error = {0};
    struct str rest = str_trim(str_of(setup->channel));
    struct str kind = str_split(&rest, ' ');
    char path[600];
    int err;

    rest = str_trim(rest);
    if (rest.n == 0) {
        fprintf(stderr,
            "tocsin setup: a channel is its kind and its address, as "
            "\"webhook https://desk.example/hook\"\n");
        return E_PARSE;
    }
    err = write_secret(setup, "desk.url", rest);
    if (err == 0 && setup->secret)
        err = write_secret(setup, "desk.secret", str_of(setup->secret));
    if (err)
        return err;
    buf_init(&out, 16 * 1024);
    buf_printf(&out,
        "channels:\n  - id: desk\n    kind: %.*s\n"
        "    url: {file: channels.d/desk.url}\n",
        STR_ARG(kind));
    if (setup->secret)
        buf_add_cstr(&out, "    secret: {file: channels.d/desk.secret}\n");
    (void)snprintf(path, sizeof path, "%s/channels.d/desk.yaml", setup->dir);
    err = file_replace(path, buf_str(&out), 0640, &error);
    if (err)
        return say(&error, err);
    err = check(setup);
    if (err)
        (void)unlink(path);
    return err;
}

/* --- whose it is --- */

static int
give(const char *path, uid_t uid, gid_t gid)
{
    if (chown(path, uid, gid) == 0 || errno == ENOENT)
        return 0;
    return fail(path);
}

int
setup_give(const struct setup *setup)
{
    static const char *const group[] = {"", "/tocsin.yaml", "/sources.d",
        "/channels.d", "/channels.d/desk.yaml", "/rules.d", NULL};
    static const char *const own[] = {
        "/channels.d/desk.url", "/channels.d/desk.secret", NULL};
    static const char *const database[] = {"/var/lib/tocsin",
        "/var/lib/tocsin/tocsin.db", "/var/lib/tocsin/tocsin.db-wal",
        "/var/lib/tocsin/tocsin.db-shm", "/var/lib/tocsin/tocsin.db-lock",
        NULL};
    const struct passwd *user = getpwnam(SERVICE_USER);
    char path[600];
    int err = 0;

    if (geteuid() != 0 || !user || !is_system(setup))
        return 0;
    for (size_t i = 0; group[i] && err == 0; i++) {
        (void)snprintf(path, sizeof path, "%s%s", setup->dir, group[i]);
        err = give(path, 0, user->pw_gid);
    }
    for (size_t i = 0; own[i] && err == 0; i++) {
        (void)snprintf(path, sizeof path, "%s%s", setup->dir, own[i]);
        err = give(path, user->pw_uid, user->pw_gid);
    }
    for (size_t i = 0; database[i] && err == 0; i++)
        err = give(database[i], user->pw_uid, user->pw_gid);
    return err;
}

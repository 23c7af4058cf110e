/*
 * demo_config: the configuration of a daemon that watches the county.
 *
 * It is a whole configuration as an administrator would write one, in the same
 * folders, so that it can be read as an example: polls every few seconds
 * because the county's web server is ours, and loopback opened for its one
 * port only.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/jsonx.h"
#include "cli/demo.h"

#define MARK "# Written by `tocsin demo`; it will be written again.\n"
#define SECRET_PREFIX "whsec_"
enum { DEMO_SECRET_BYTES = 32, DEMO_MAX_FILE = 1024 * 1024 };

static int
make_folder(const char *path, struct toc_error *reterr)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return 0;
    toc_error_set(
        reterr, path, 0, 0, "this folder cannot be made: %s", strerror(errno));
    return E_IO;
}

static int
write_file(const char *dir, const char *name, struct str text, unsigned mode,
    struct toc_error *reterr)
{
    char path[1024];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return file_replace(path, text, mode, reterr);
}

/* A folder with somebody's own configuration must stay as it is. */
static int
check_ours(const char *dir, struct toc_error *reterr)
{
    char path[1024];
    _cleanup_(buf_done) struct buf text;

    buf_init(&text, DEMO_MAX_FILE);
    snprintf(path, sizeof(path), "%s/tocsin.yaml", dir);
    int err = file_read(path, &text, NULL);
    if (err == E_NOTFOUND)
        return 0;
    if (err == 0 && str_starts(buf_str(&text), STR(MARK)))
        return 0;
    toc_error_set(reterr, path, 0, 0,
        "this configuration was not written by the demonstration and stays; "
        "give another folder with --dir");
    return E_EXISTS;
}

/* Keep the secret of an earlier run, or make one. */
static int
make_secret(const char *dir, struct buf *secret, struct toc_error *reterr)
{
    char path[1024];
    uint8_t key[DEMO_SECRET_BYTES];
    _cleanup_(buf_done) struct buf text;

    buf_init(&text, 256);
    snprintf(path, sizeof(path), "%s/secrets/desk", dir);
    if (file_read(path, &text, NULL) == 0) {
        struct str kept = str_trim(buf_str(&text));
        if (str_starts(kept, STR(SECRET_PREFIX)) &&
            digest_unbase64(secret, str_from(kept, strlen(SECRET_PREFIX))) == 0)
            return 0;
    }
    buf_clear(&text);
    buf_clear(secret);
    digest_random(key, sizeof(key));
    buf_add(secret, key, sizeof(key));
    buf_add_cstr(&text, SECRET_PREFIX);
    digest_base64(&text, key, sizeof(key));
    buf_add_char(&text, '\n');
    return write_file(dir, "secrets/desk", buf_str(&text), 0600, reterr);
}

static void
add_text(struct buf *out, struct str s)
{
    json_t *json = jsonx_str(s);

    if (json)
        jsonx_dump(json, out); /* a JSON string is a YAML string */
    json_decref(json);
}

static void
add_main(struct buf *out, const struct demo_options *o, int port)
{
    buf_printf(out,
        MARK "bureau: 云溪县教育局\n"
             "contact: desk@yunxi.example\n"
             "zone: Asia/Shanghai\n"
             "database: tocsin.db\n"
             "region: region.json\n"
             "\n"
             "# The county's web server, and nothing else on loopback.\n"
             "allow_addresses: [\"127.0.0.1/32:%d\"]\n"
             "\n"
             "notify: {min_level: yellow}\n"
             "console: {listen: \"%s\", socket: console.sock}\n"
             "fetch:\n"
             "  interval: 3s        # everyday life: 10m\n"
             "  interval_min: 1s\n"
             "  host_gap: 20ms      # everyday life: 1s\n"
             "  per_host: 4         # everyday life: 1\n"
             "parse: {parsers: 2}\n",
        port, o->console);
}

static void
add_source(struct buf *out, const struct demo_script *script, size_t i,
    const char *base_url)
{
    const struct demo_source *s = &script->sources[i];

    buf_printf(out, "  - id: %.*s\n    title: ", STR_ARG(s->id));
    add_text(out, s->title);
    buf_printf(out, "\n    url: %s", base_url);
    demo_source_path(script, i, out);
    buf_printf(out, "\n    kind: %s\n    tier: %.*s\n",
        s->format == DEMO_LIST ? "list" : "feed", STR_ARG(s->tier));
    if (s->owner.p) {
        buf_add_cstr(out, "    owner: ");
        add_text(out, s->owner);
        buf_add_char(out, '\n');
    }
    buf_add_cstr(out, "    tags: [");
    for (size_t t = 0; t < s->ntags; t++)
        buf_printf(out, "%s%.*s", t ? ", " : "", STR_ARG(s->tags[t]));
    buf_printf(out, "]\n    weight: %lld\n    interval: %zus\n",
        (long long)s->weight, 2 + i % 4);
}

static void
add_channel(struct buf *out, const char *base_url)
{
    buf_printf(out,
        MARK "channels:\n"
             "  - id: desk\n"
             "    kind: webhook\n"
             "    url: %s/hook/desk\n"
             "    secret: {file: secrets/desk}\n"
             "    insecure_http: true # loopback; in everyday life https\n"
             "  - id: group\n"
             "    kind: dingtalk\n"
             "    url: %s/robot/send?access_token=" DEMO_ROBOT_TOKEN "\n"
             "    secret: {file: secrets/group}\n"
             "    min_level: orange\n"
             "    insecure_http: true\n",
        base_url, base_url);
}

int
demo_config_write(const struct demo_script *script,
    const struct demo_options *options, const char *base_url, int port,
    struct buf *secret, struct toc_error *reterr)
{
    static const char *const folders[] = {
        "", "/sources.d", "/channels.d", "/rules.d", "/secrets"};
    struct str region = {(const char *)demo_region, demo_region_size};
    _cleanup_(buf_done) struct buf text;
    const char *dir = options->dir;
    int err = 0;

    buf_init(&text, DEMO_MAX_FILE);
    for (size_t i = 0; err == 0 && i < 5; i++) {
        char path[1024];
        snprintf(path, sizeof(path), "%s%s", dir, folders[i]);
        err = make_folder(path, reterr);
        if (err == 0 && i == 0)
            err = check_ours(dir, reterr);
    }
    if (err == 0)
        err = make_secret(dir, secret, reterr);
    if (err == 0)
        err = write_file(dir, "secrets/group", STR(DEMO_ROBOT_SECRET "\n"),
            0600, reterr);
    if (err == 0) {
        add_main(&text, options, port);
        err = write_file(dir, "tocsin.yaml", buf_str(&text), 0600, reterr);
    }
    if (err == 0) {
        buf_clear(&text);
        buf_add_cstr(&text, MARK "sources:\n");
        for (size_t i = 0; i < script->nsources; i++)
            add_source(&text, script, i, base_url);
        err = write_file(
            dir, "sources.d/county.yaml", buf_str(&text), 0600, reterr);
    }
    if (err == 0) {
        buf_clear(&text);
        add_channel(&text, base_url);
        err = write_file(
            dir, "channels.d/desk.yaml", buf_str(&text), 0600, reterr);
    }
    if (err == 0)
        err = write_file(dir, "region.json", region, 0600, reterr);
    return err;
}

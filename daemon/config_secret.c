/*
 * config_secret: secrets, by reference only.
 *
 *   {file: PATH}        readable by nobody but its owner
 *   {credential: NAME}  a systemd credential (LoadCredential=)
 *   {env: TOCSIN_NAME}  an environment variable
 *
 * A secret written into the configuration itself is refused, because the
 * configuration is copied, printed and mailed.  No error holds any of it.
 */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/config_option.h"

static int
wrong(const struct option_reader *r, const struct ynode *node,
    const char *sentence, struct str name)
{
    toc_errors_add(r->errors, r->file, node->line, node->column,
        "secret%s%.*s: %s", name.n ? " " : "", STR_ARG(name), sentence);
    return E_CONF;
}

/* Read path into out; strict says whether others must be kept out of it. */
static int
from_file(const struct option_reader *r, const struct ynode *node,
    struct str path, bool strict, struct buf *out)
{
    struct stat st;

    if (stat(path.p, &st) < 0)
        return wrong(
            r, node, "there is no such file, or it cannot be reached", path);
    if (!S_ISREG(st.st_mode))
        return wrong(r, node, "is to be a regular file", path);
    if (strict && (st.st_mode & 077) != 0)
        return wrong(r, node,
            "others than its owner may read it; chmod 600 would be right",
            path);
    int err = file_read(path.p, out, NULL);
    if (err < 0)
        return wrong(r, node, err_text(err), path);
    return 0;
}

static int
from_credential(const struct option_reader *r, const struct ynode *node,
    struct str name, struct buf *out)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '/' || (i == 0 && name.p[i] == '.'))
            return wrong(r, node,
                "is to be the name given in LoadCredential=, not a path", name);
    if (!folder)
        return wrong(r, node,
            "there are no credentials; they come from LoadCredential= of the "
            "unit",
            name);
    struct str path = arena_printf(r->arena, "%s/%.*s", folder, STR_ARG(name));
    return path.p ? from_file(r, node, path, false, out) : E_CONF;
}

static int
from_env(const struct option_reader *r, const struct ynode *node,
    struct str name, struct buf *out)
{
    const char *key = arena_cstr(r->arena, name);
    const char *value = key ? getenv(key) : NULL;

    /* The engine's environment holds nothing else (daemon/parent.c). */
    if (!str_starts(name, STR("TOCSIN_")))
        return wrong(r, node,
            "the name of an environment variable that holds a secret is to "
            "begin with TOCSIN_",
            name);

    if (!value || !*value)
        return wrong(r, node, "this environment variable is not set", name);
    return buf_add_cstr(out, value);
}

/* Whether text can be a secret at all; what form it has is its kind's to judge
 * (config_channel.c). */
static bool
is_one_line(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ')
            return false;
    return text.n > 0;
}

/* The secret and, for printing, its reference. */
static int
keep(const struct option_reader *r, const struct ynode *node, struct str kind,
    struct str name, struct str secret, struct str *ret_text,
    struct str *ret_ref)
{
    if (!is_one_line(secret))
        return wrong(r, node, "is to hold one line, the secret", name);
    struct str copy = arena_str(r->arena, secret);
    struct str ref =
        arena_printf(r->arena, "{%.*s: %.*s}", STR_ARG(kind), STR_ARG(name));
    if (!copy.p || !ref.p)
        return wrong(r, node, "out of memory", name);
    *ret_text = copy;
    *ret_ref = ref;
    return 0;
}

int
config_secret_read(const struct option_reader *reader, const struct ynode *node,
    struct channel *channel)
{
    size_t n = channel->nsecrets;

    if (n >= CONFIG_MAX_SECRETS)
        return wrong(
            reader, node, "a channel has at most four secrets", STR_NONE);
    if (config_secret_text(reader, node, &channel->secrets[n],
            &channel->secret_refs[n]) < 0)
        return E_CONF;
    channel->nsecrets++;
    return 0;
}

int
config_secret_text(const struct option_reader *reader, const struct ynode *node,
    struct str *ret_text, struct str *ret_ref)
{
    static const char *const kinds[] = {"file", "credential", "env", NULL};
    _cleanup_(buf_done) struct buf text;
    int err;

    buf_init(&text, CONFIG_MAX_SECRET_BYTES);
    if (node->type != YAML_MAP || node->count != 1 ||
        node->first->type != YAML_SCALAR || node->first->text.n == 0)
        return wrong(reader, node,
            "is to be a reference, never the secret itself: {file: PATH}, "
            "{credential: NAME} or {env: NAME}",
            STR_NONE);
    yaml_check_keys(node, reader->file, reader->errors, kinds);

    const struct ynode *value = node->first;
    struct str kind = value->key->text, name = value->text;
    if (str_eq(kind, STR("file"))) {
        if (name.p[0] != '/')
            name = arena_printf(
                reader->arena, "%s/%.*s", reader->folder, STR_ARG(name));
        else
            name = arena_str(reader->arena, name);
        if (!name.p)
            return wrong(reader, node, "out of memory", STR_NONE);
        err = from_file(reader, value, name, true, &text);
    } else if (str_eq(kind, STR("credential"))) {
        err = from_credential(reader, value, name, &text);
    } else if (str_eq(kind, STR("env"))) {
        err = from_env(reader, value, name, &text);
    } else {
        return E_CONF; /* yaml_check_keys has said so */
    }
    if (err < 0)
        return E_CONF;
    return keep(reader, value, kind, name, str_trim(buf_str(&text)), ret_text,
        ret_ref);
}

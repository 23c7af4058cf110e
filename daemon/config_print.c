/*
 * config_print: the configuration as it was understood, as YAML.
 *
 * What is printed can be read back.  Texts are quoted as JSON, which is YAML;
 * durations and sizes get the largest unit that loses nothing.  A secret is
 * printed as the reference it came by, never as itself.
 */
#include <string.h>

#include "base/jsonx.h"
#include "daemon/config_option.h"

/* One field on its way out. */
typedef void print_fn(
    struct buf *out, const struct option *option, const void *field);

static void
print_text(struct buf *out, const struct option *option, const void *field)
{
    struct str s;
    (void)option;

    memcpy(&s, field, sizeof(s));
    json_t *json = jsonx_str(s); /* null when absent */
    if (json)
        jsonx_dump(json, out);
    else
        out->err = E_NOMEM;
    json_decref(json);
}

static void
print_duration(struct buf *out, const struct option *option, const void *field)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{MS_DAY, "d"}, {MS_HOUR, "h"}, {MS_MINUTE, "m"},
        {MS_SECOND, "s"}, {1, "ms"}};
    int64_t ms;
    size_t i = 0;
    (void)option;

    memcpy(&ms, field, sizeof(ms));
    while (ms % units[i].ms != 0)
        i++;
    if (ms == 0)
        i = 3;
    buf_printf(out, "%lld%s", (long long)(ms / units[i].ms), units[i].unit);
}

static void
print_size(struct buf *out, const struct option *option, const void *field)
{
    int64_t n;
    (void)option;

    memcpy(&n, field, sizeof(n));
    if (n != 0 && n % (1 << 20) == 0)
        buf_printf(out, "%lldMiB", (long long)(n >> 20));
    else if (n != 0 && n % 1024 == 0)
        buf_printf(out, "%lldKiB", (long long)(n >> 10));
    else
        buf_printf(out, "%lld", (long long)n);
}

static void
print_texts(struct buf *out, const struct option *option, const void *field)
{
    const struct str *texts;
    size_t n;

    memcpy(&texts, field, sizeof(texts));
    memcpy(&n, (const char *)field + sizeof(texts), sizeof(n));
    buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_add_cstr(out, ", ");
        print_text(out, option, &texts[i]);
    }
    buf_add_char(out, ']');
}

static void
print_ports(struct buf *out, const struct option *option, const void *field)
{
    const uint16_t *ports;
    size_t n;
    (void)option;

    memcpy(&ports, field, sizeof(ports));
    memcpy(&n, (const char *)field + sizeof(ports), sizeof(n));
    buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%u", i ? ", " : "", ports[i]);
    buf_add_char(out, ']');
}

static void
print_secrets(struct buf *out, const struct option *option, const void *field)
{
    const char *base = (const char *)field - option->offset;
    const struct channel *channel = (const void *)base;

    buf_add_char(out, '[');
    for (size_t i = 0; i < channel->nsecrets; i++) {
        if (i)
            buf_add_cstr(out, ", ");
        buf_add_str(out, channel->secret_refs[i]);
    }
    buf_add_char(out, ']');
}

/* An address that came by reference is printed as that. */
static void
print_any_url(struct buf *out, const struct option *option, const void *field)
{
    const struct channel *channel =
        (const void *)((const char *)field - option->offset);

    if (channel->url_ref.n)
        buf_add_str(out, channel->url_ref);
    else
        print_text(out, option, field);
}

static void
print_enum(struct buf *out, const struct option *option, const void *field)
{
    struct str rest = str_of(option->choices), word = STR_NONE;
    int position;

    memcpy(&position, field, sizeof(position));
    for (int i = 0; i <= position; i++)
        word = str_split(&rest, '|');
    buf_add_str(out, word);
}

static void
print_level(struct buf *out, const struct option *option, const void *field)
{
    enum level level;
    (void)option;

    memcpy(&level, field, sizeof(level));
    buf_add_cstr(out, level_name(level));
}

static void
print_bool(struct buf *out, const struct option *option, const void *field)
{
    bool b;
    (void)option;

    memcpy(&b, field, sizeof(b));
    buf_add_cstr(out, b ? "true" : "false");
}

static void
print_int(struct buf *out, const struct option *option, const void *field)
{
    int64_t n;
    (void)option;

    memcpy(&n, field, sizeof(n));
    buf_printf(out, "%lld", (long long)n);
}

static void
print_int32(struct buf *out, const struct option *option, const void *field)
{
    int n;
    (void)option;

    memcpy(&n, field, sizeof(n));
    buf_printf(out, "%d", n);
}

static void
print_hours(struct buf *out, const struct option *option, const void *field)
{
    (void)option;
    config_hours_print(out, field);
}

static void print_entries(
    struct buf *out, const struct option *option, const void *field);
static void print_match(
    struct buf *out, const struct option *option, const void *field);
static void print_success(
    struct buf *out, const struct option *option, const void *field);

/* How each type is printed, and whether it begins with a pointer that is NULL
 * when the option is absent; then it is left out. */
static const struct printer {
    print_fn *print; /* NULL: never printed */
    bool may_be_absent;
} printers[] = {
    [OPTION_TEXT] = {print_text, true},
    [OPTION_ID] = {print_text, true},
    [OPTION_URL] = {print_text, true},
    [OPTION_WEB] = {print_text, true},
    [OPTION_ZONE] = {print_text, true},
    [OPTION_DATE] = {print_text, true},
    [OPTION_DAY] = {print_text, true},
    [OPTION_ENTRIES] = {print_entries, true},
    [OPTION_PATH] = {print_text, true},
    [OPTION_LISTEN] = {print_text, false},
    [OPTION_CHOICE] = {print_text, true},
    [OPTION_ENUM] = {print_enum, false},
    [OPTION_LEVEL] = {print_level, false},
    [OPTION_BOOL] = {print_bool, false},
    [OPTION_INT] = {print_int, false},
    [OPTION_INT32] = {print_int32, false},
    [OPTION_DURATION] = {print_duration, false},
    [OPTION_SIZE] = {print_size, false},
    [OPTION_TEXTS] = {print_texts, true},
    [OPTION_ADDRESSES] = {print_texts, true},
    [OPTION_PORTS] = {print_ports, true},
    [OPTION_HOURS] = {print_hours, false},
    [OPTION_MATCH] = {print_match, false},
    [OPTION_SUCCESS] = {print_success, false},
    [OPTION_ANY_URL] = {print_any_url, true},
    [OPTION_SECRET] = {NULL, false}, /* printed as secrets */
    [OPTION_SECRETS] = {print_secrets, false},
};

/* Whether there is anything to print: lists that may be empty and are, levels
 * and hours that are not set, are left out. */
static bool
is_there(const struct option *o, const void *field)
{
    const void *p = field;
    const struct hours *hours = field;
    const struct channel_success *success = field;
    enum level level = LEVEL_BLUE;

    if (printers[o->type].may_be_absent)
        memcpy(&p, field, sizeof(p));
    if (o->type == OPTION_LEVEL)
        memcpy(&level, field, sizeof(level));
    return printers[o->type].print && p && level != LEVEL_NONE &&
           (o->type != OPTION_HOURS || hours->is_set || hours->is_none) &&
           (o->type != OPTION_SUCCESS || success->status.p ||
               success->pointer.p || success->contains.p);
}

static void
print_map(struct buf *out, const struct option *table, const void *field)
{
    const char *comma = "";

    buf_add_char(out, '{');
    for (const struct option *o = table; o->key; o++) {
        const char *at = (const char *)field + o->offset;

        if (!is_there(o, at))
            continue;
        buf_printf(out, "%s%s: ", comma, o->key);
        printers[o->type].print(out, o, at);
        comma = ", ";
    }
    buf_add_char(out, '}');
}

static void
print_match(struct buf *out, const struct option *option, const void *field)
{
    (void)option;
    print_map(out, match_options, field);
}

static void
print_success(struct buf *out, const struct option *option, const void *field)
{
    (void)option;
    print_map(out, success_options, field);
}

/* In one line; entries within entries are no deeper than the tables are. */
static void
print_entries(struct buf *out, const struct option *option, const void *field)
{
    const char *list;
    size_t n, size;
    const struct option *table = config_entry_options(option, &size);

    memcpy(&list, field, sizeof(list));
    memcpy(&n, (const char *)field + sizeof(list), sizeof(n));
    buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        const char *comma = "";

        buf_add_cstr(out, i ? ", {" : "{");
        for (const struct option *o = table; o->key; o++) {
            const char *at = list + i * size + o->offset;

            if (!is_there(o, at))
                continue;
            buf_printf(out, "%s%s: ", comma, o->key);
            printers[o->type].print(out, o, at);
            comma = ", ";
        }
        buf_add_char(out, '}');
    }
    buf_add_char(out, ']');
}

static void
print_option(struct buf *out, const char *indent, const struct option *o,
    const void *base)
{
    const struct printer *printer = &printers[o->type];
    const char *field = (const char *)base + o->offset;

    if (!is_there(o, field))
        return;
    buf_printf(out, "%s%s: ", indent, o->key);
    printer->print(out, o, field);
    buf_add_char(out, '\n');
}

static void
print_entry(struct buf *out, const struct option *table, const void *base)
{
    const char *indent = "  - ";

    for (const struct option *o = table; o->key; o++) {
        print_option(out, indent, o, base);
        indent = "    ";
    }
}

/* What duty knows of an owner, behind its names. */
static void
print_owner_duty(struct buf *out, const struct config *config, size_t i)
{
    if (i >= config->duty.nowners)
        return;
    for (const struct option *o = owner_duty_options; o->key; o++)
        if (strcmp(o->key, "name") != 0)
            print_option(out, "    ", o, &config->duty.owners[i]);
}

int
config_print(const struct config *config, struct buf *out)
{
    const char *section = "";

    for (const struct option *o = config_options; o->key; o++) {
        if (strcmp(o->section, section) != 0)
            buf_printf(out, "%s:\n", o->section);
        section = o->section;
        print_option(out, section[0] ? "  " : "", o, config);
    }
    buf_add_cstr(out, config->nsources ? "sources:\n" : "sources: []\n");
    for (size_t i = 0; i < config->nsources; i++)
        print_entry(out, source_options, &config->sources[i]);
    buf_add_cstr(out, config->nowners ? "owners:\n" : "owners: []\n");
    for (size_t i = 0; i < config->nowners; i++) {
        print_entry(out, owner_options, &config->owners[i]);
        print_owner_duty(out, config, i);
    }
    buf_add_cstr(out, config->nchannels ? "channels:\n" : "channels: []\n");
    for (size_t i = 0; i < config->nchannels; i++)
        print_entry(out, channel_options, &config->channels[i]);
    buf_add_cstr(out, config->nroutes ? "routes:\n" : "routes: []\n");
    for (size_t i = 0; i < config->nroutes; i++)
        print_entry(out, route_options, &config->routes[i]);
    buf_add_cstr(out, config->ninhibits ? "inhibit:\n" : "inhibit: []\n");
    for (size_t i = 0; i < config->ninhibits; i++)
        print_entry(out, inhibit_options, &config->inhibits[i]);
    return out->err;
}

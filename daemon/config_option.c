/*
 * config_option: reads one option by its line of config.def.
 *
 * Each type has one reader below; the table readers[] joins them.  A reader
 * either writes the field and returns 0, or adds one error at the value's
 * place, which says what is wrong and what would be right, and returns E_CONF.
 */
#include "daemon/config_option.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/timefmt.h"
#include "base/url.h"
#include "net/gate.h"

const char option_required[] = "(required)";

/* clang-format off */
const struct option config_options[] = {
#define CONFIG_OPTION(section, key, type, field, min, max, def, choices, text) \
    {section, key, OPTION_##type, offsetof(struct config, field), min, max,    \
        def, choices, text},
#include "daemon/config.def"
#undef CONFIG_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option source_options[] = {
#define SOURCE_OPTION(key, type, field, min, max, def, choices, text)          \
    {"", key, OPTION_##type, offsetof(struct source, field), min, max,         \
        def, choices, text},
#include "daemon/config.def"
#undef SOURCE_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option owner_options[] = {
#define OWNER_OPTION(key, type, field, min, max, def, choices, text)           \
    {"", key, OPTION_##type, offsetof(struct rule_owner, field), min, max,     \
        def, choices, text},
#include "daemon/config.def"
#undef OWNER_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option key_date_options[] = {
#define KEY_DATE_OPTION(key, type, field, min, max, def, choices, text)        \
    {"", key, OPTION_##type, offsetof(struct key_date, field), min, max,       \
        def, choices, text},
#include "daemon/config.def"
#undef KEY_DATE_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option channel_options[] = {
#define CHANNEL_OPTION(key, type, field, min, max, def, choices, text)         \
    {"", key, OPTION_##type, offsetof(struct channel, field), min, max,        \
        def, choices, text},
#include "daemon/config.def"
#undef CHANNEL_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option route_options[] = {
#define ROUTE_OPTION(key, type, field, min, max, def, choices, text)                \
    {"", key, OPTION_##type, offsetof(struct route, field), min, max,            \
        def, choices, text},
#include "daemon/config.def"
#undef ROUTE_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option inhibit_options[] = {
#define INHIBIT_OPTION(key, type, field, min, max, def, choices, text)              \
    {"", key, OPTION_##type, offsetof(struct inhibit, field), min, max,          \
        def, choices, text},
#include "daemon/config.def"
#undef INHIBIT_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option match_options[] = {
#define MATCH_OPTION(key, type, field, min, max, def, choices, text)                \
    {"", key, OPTION_##type, offsetof(struct route_match, field), min, max,      \
        def, choices, text},
#include "daemon/config.def"
#undef MATCH_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};

const struct option success_options[] = {
#define SUCCESS_OPTION(key, type, field, min, max, def, choices, text)              \
    {"", key, OPTION_##type, offsetof(struct channel_success, field), min, max,  \
        def, choices, text},
#include "daemon/config.def"
#undef SUCCESS_OPTION
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}};
/* clang-format on */

/* A list is a pointer with its count right behind it. */
#define COUNT_FOLLOWS(type, list, count)                                       \
    _Static_assert(                                                            \
        offsetof(type, count) == offsetof(type, list) + sizeof(void *),        \
        "the count stands behind the list")
COUNT_FOLLOWS(struct config, allow, nallow);
COUNT_FOLLOWS(struct config, ports, nports);
COUNT_FOLLOWS(struct config, no_names, nno_names);
COUNT_FOLLOWS(struct config, console_hosts, nconsole_hosts);
COUNT_FOLLOWS(struct config_access, from, nfrom);
COUNT_FOLLOWS(struct config_access, roles, nroles);
COUNT_FOLLOWS(struct source, tags, ntags);
COUNT_FOLLOWS(struct rule_owner, aliases, naliases);
COUNT_FOLLOWS(struct source, allow, nallow);
COUNT_FOLLOWS(struct source_site, columns, ncolumns);
COUNT_FOLLOWS(struct channel, allow, nallow);
COUNT_FOLLOWS(struct channel, to, nto);
COUNT_FOLLOWS(struct channel, headers, nheaders);
COUNT_FOLLOWS(struct key_date, tags, ntags);
COUNT_FOLLOWS(struct key_date, categories, ncategories);
COUNT_FOLLOWS(struct key_date, hours, nhours);
COUNT_FOLLOWS(struct key_date, extra, nextra);
COUNT_FOLLOWS(struct config, key_dates, nkey_dates);
COUNT_FOLLOWS(struct duty, fallback, nfallback);
COUNT_FOLLOWS(struct duty, office_hours, noffice_hours);
COUNT_FOLLOWS(struct channel, conditions, nconditions);
COUNT_FOLLOWS(struct channel, keywords, nkeywords);
COUNT_FOLLOWS(struct channel, mentions, nmentions);
COUNT_FOLLOWS(struct route, channels, nchannels);
COUNT_FOLLOWS(struct inhibit, same, nsame);
COUNT_FOLLOWS(struct route_match, categories, ncategories);
COUNT_FOLLOWS(struct route_match, owners, nowners);
COUNT_FOLLOWS(struct route_match, owner_tags, nowner_tags);
COUNT_FOLLOWS(struct route_match, tags, ntags);
COUNT_FOLLOWS(struct route_match, events, nevents);
_Static_assert(sizeof(enum level) == sizeof(int), "an enum is an int");
_Static_assert(sizeof(enum source_kind) == sizeof(int), "an enum is an int");
_Static_assert(sizeof(enum http_scope) == sizeof(int), "an enum is an int");

/* One value on its way into one field. */
struct target {
    const struct option_reader *reader;
    const struct option *option;
    void *field;
};

__attribute__((format(printf, 3, 4))) static int
complain(const struct option_reader *reader, const struct ynode *node,
    const char *format, ...)
{
    char text[sizeof(((struct toc_error *)0)->text)];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(
        reader->errors, reader->file, node->line, node->column, "%s", text);
    return E_CONF;
}

static size_t
count_chars(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* Copy s into the configuration's arena, with a NUL behind it. */
static int
keep(const struct option_reader *reader, const struct ynode *node, struct str s,
    struct str *ret)
{
    struct str copy = arena_str(reader->arena, s);

    if (!copy.p)
        return complain(reader, node,
            "out of memory; the configuration is larger than this machine "
            "or its bounds allow");
    *ret = copy;
    return 0;
}

/* The scalar at node as trimmed text of min to max characters. */
static int
scalar(const struct target *t, const struct ynode *node, struct str *ret)
{
    const struct option *o = t->option;

    if (node->type != YAML_SCALAR)
        return complain(t->reader, node, "%s is to be a text, not a %s", o->key,
            node->type == YAML_SEQ ? "list" : "map");
    struct str s = str_trim(node->text);
    size_t n = count_chars(s);
    if (yaml_is_null(node) || n == 0)
        return complain(t->reader, node,
            "%s is empty; give it a value or leave the key out", o->key);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return complain(t->reader, node,
                "%s holds a control character; it is to be one line of text",
                o->key);
    *ret = s;
    return 0;
}

static int
bounded(const struct target *t, const struct ynode *node, struct str *ret)
{
    const struct option *o = t->option;
    struct str s = STR_NONE;
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    int64_t n = (int64_t)count_chars(s);
    if (n < o->min || n > o->max)
        return complain(t->reader, node,
            "%s has %lld characters; it is to have %lld to %lld", o->key,
            (long long)n, (long long)o->min, (long long)o->max);
    return keep(t->reader, node, s, ret);
}

static int
read_text(const struct target *t, const struct ynode *node)
{
    return bounded(t, node, t->field);
}

static int
read_id(const struct target *t, const struct ynode *node)
{
    struct str s;
    int err = bounded(t, node, &s);

    if (err < 0)
        return err;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
                (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return complain(t->reader, node,
                "%s \"%.*s\" is to be made of a-z, 0-9 and -", t->option->key,
                STR_ARG(s));
    *(struct str *)t->field = s;
    return 0;
}

static int
read_url(const struct target *t, const struct ynode *node)
{
    struct str s;
    int err = bounded(t, node, &s);

    if (err < 0)
        return err;
    if (!url_is_http(s))
        return complain(t->reader, node,
            "%s \"%.*s\" is to be a complete http or https address, such as "
            "https://www.example.org/news/",
            t->option->key, STR_ARG(s));
    *(struct str *)t->field = s;
    return 0;
}

/* What is secret stands at several places of struct channel; this is its
 * start. */
static struct channel *
channel_of(const struct target *t)
{
    return (struct channel *)(void *)((char *)t->field - t->option->offset);
}

static int
read_any_url(const struct target *t, const struct ynode *node)
{
    struct str s, ref = STR_NONE;
    struct url parts;
    int err = node->type == YAML_MAP
                  ? config_secret_text(t->reader, node, &s, &ref)
                  : bounded(t, node, &s);

    if (err < 0)
        return err;
    if (!url_is_http(s) &&
        (url_parse(s, &parts) < 0 || parts.host.n == 0 ||
            (!str_eq_nocase(parts.scheme, STR("smtp")) &&
                !str_eq_nocase(parts.scheme, STR("smtps")))))
        return complain(t->reader, node,
            "%s is to be a complete http or https address, such as "
            "https://www.example.org/hook, or smtp://mail.example.org",
            t->option->key);
    *(struct str *)t->field = s;
    channel_of(t)->url_ref = ref;
    return 0;
}

static int
read_zone(const struct target *t, const struct ynode *node)
{
    struct str s;
    struct zone *zone;
    int err = bounded(t, node, &s);

    if (err < 0)
        return err;
    if (zone_load(s.p, &zone) < 0)
        return complain(t->reader, node,
            "zone \"%.*s\" is not in the system's list; a name such as "
            "Asia/Shanghai is right",
            STR_ARG(s));
    zone_free(zone);
    *(struct str *)t->field = s;
    return 0;
}

static int
read_date(const struct target *t, const struct ynode *node)
{
    struct str s = STR_NONE;
    struct wall day;
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    if (s.n != sizeof("2026-06-07") - 1 || timefmt_parse_rfc3339(s, &day) != 0)
        return complain(t->reader, node,
            "%s \"%.*s\" is no day; 2026-06-07 would be right", t->option->key,
            STR_ARG(s));
    return keep(t->reader, node, s, t->field);
}

static int
read_day(const struct target *t, const struct ynode *node)
{
    struct str s = STR_NONE;
    struct wall day;
    char full[sizeof("2000-06-07")];
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    if (s.n != sizeof("06-07") - 1)
        return read_date(t, node);
    (void)snprintf(full, sizeof(full), "2000-%.5s", s.p);
    if (timefmt_parse_rfc3339(str_of(full), &day) != 0)
        return complain(t->reader, node,
            "%s \"%.*s\" is no day; 2026-06-07, or 06-07 for every year, "
            "would be right",
            t->option->key, STR_ARG(s));
    return keep(t->reader, node, s, t->field);
}

static int
read_entries(const struct target *t, const struct ynode *node)
{
    return config_entries_read(t->reader, t->option, node, t->field);
}

static int
read_path(const struct target *t, const struct ynode *node)
{
    const struct option_reader *r = t->reader;
    struct str s = STR_NONE;
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    if (s.p[0] == '/')
        err = keep(r, node, s, &s);
    else
        s = arena_printf(r->arena, "%s/%.*s", r->folder, STR_ARG(s));
    if (err < 0 || !s.p)
        return E_CONF;
    if (s.n > (size_t)t->option->max)
        return complain(r, node,
            "%s has %zu bytes as an absolute path; at most %lld are possible",
            t->option->key, s.n, (long long)t->option->max);
    *(struct str *)t->field = s;
    return 0;
}

static int
read_listen(const struct target *t, const struct ynode *node)
{
    struct str *field = t->field;
    struct str s;
    int64_t port;

    if (node->type == YAML_SCALAR && yaml_is_null(node)) {
        *field = STR_NONE;
        return 0;
    }
    int err = bounded(t, node, &s);
    if (err < 0)
        return err;
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    if (colon < 2 ||
        num_parse_i64(str_from(s, colon), 1, UINT16_MAX, &port) < 0)
        return complain(t->reader, node,
            "%s \"%.*s\" is to be ADDRESS:PORT, such as 127.0.0.1:8480 or "
            "[::1]:8480",
            t->option->key, STR_ARG(s));
    *field = s;
    return 0;
}

/* Position of s in the list "a|b|c", or -1. */
static int
choice_find(const char *choices, struct str s)
{
    struct str rest = str_of(choices);

    for (int i = 0; rest.p; i++)
        if (str_eq(str_split(&rest, '|'), s))
            return i;
    return -1;
}

static int
complain_choice(
    const struct target *t, const struct ynode *node, struct str s)
{
    char words[400];
    size_t n = 0;

    for (const char *c = t->option->choices; *c && n + 3 < sizeof(words); c++) {
        words[n++] = *c == '|' ? ',' : *c;
        if (*c == '|')
            words[n++] = ' ';
    }
    words[n] = 0;
    return complain(t->reader, node, "%s \"%.*s\" is to be %s%s",
        t->option->key, STR_ARG(s),
        strchr(t->option->choices, '|') ? "one of: " : "", words);
}

static int
choose(const struct target *t, const struct ynode *node, struct str *ret,
    int *ret_position)
{
    struct str s = STR_NONE;
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    int position = choice_find(t->option->choices, s);
    if (position < 0)
        return complain_choice(t, node, s);
    *ret_position = position;
    return keep(t->reader, node, s, ret);
}

static int
read_choice(const struct target *t, const struct ynode *node)
{
    int position;

    return choose(t, node, t->field, &position);
}

static int
read_enum(const struct target *t, const struct ynode *node)
{
    struct str s;

    return choose(t, node, &s, t->field);
}

static int
read_level(const struct target *t, const struct ynode *node)
{
    struct str s = STR_NONE;
    enum level level;
    int err = scalar(t, node, &s);

    if (err < 0)
        return err;
    if (level_parse(s, &level) < 0 || level == LEVEL_NONE)
        return complain(t->reader, node,
            "%s \"%.*s\" is to be one of: blue, yellow, orange, red",
            t->option->key, STR_ARG(s));
    *(enum level *)t->field = level;
    return 0;
}

static int
read_bool(const struct target *t, const struct ynode *node)
{
    return yaml_bool(node, t->reader->file, t->reader->errors, t->field);
}

static int
read_int(const struct target *t, const struct ynode *node)
{
    return yaml_int(node, t->reader->file, t->reader->errors, t->option->min,
        t->option->max, t->field);
}

static int
read_int32(const struct target *t, const struct ynode *node)
{
    int64_t n;
    int err = yaml_int(node, t->reader->file, t->reader->errors, t->option->min,
        t->option->max, &n);

    if (err < 0)
        return err;
    *(int *)t->field = (int)n;
    return 0;
}

static int
read_duration(const struct target *t, const struct ynode *node)
{
    return yaml_duration(node, t->reader->file, t->reader->errors,
        t->option->min, t->option->max, t->field);
}

static int
read_size(const struct target *t, const struct ynode *node)
{
    return yaml_size(node, t->reader->file, t->reader->errors, t->option->min,
        t->option->max, t->field);
}

/* A list field: where its elements are, and their number behind it. */
struct list_field {
    const void *elements;
    size_t n;
};

/* Check that node is a list of at most max, and give it its elements. */
static int
list_begin(
    const struct target *t, const struct ynode *node, size_t size, void **ret)
{
    const struct option *o = t->option;

    if (node->type != YAML_SEQ)
        return complain(
            t->reader, node, "%s is to be a list, such as [one, two]", o->key);
    if ((int64_t)node->count < o->min || (int64_t)node->count > o->max)
        return complain(t->reader, node,
            "%s has %zu entries; it is to have %lld to %lld", o->key,
            node->count, (long long)o->min, (long long)o->max);
    *ret = arena_array(t->reader->arena, node->count + 1, size);
    return *ret ? 0 : complain(t->reader, node, "out of memory");
}

static void
list_end(const struct target *t, const void *elements, size_t n)
{
    struct list_field list = {elements, n};

    memcpy(t->field, &list.elements, sizeof(list.elements));
    memcpy((char *)t->field + sizeof(list.elements), &list.n, sizeof(list.n));
}

static int
read_texts(const struct target *t, const struct ynode *node)
{
    void *memory = NULL;
    size_t n = 0;
    int err = list_begin(t, node, sizeof(struct str), &memory);

    if (err < 0)
        return err;
    struct str *texts = memory;
    for (const struct ynode *i = node->first; i; i = i->next) {
        struct str s = STR_NONE;
        int e = scalar(t, i, &s);
        if (e == 0 && s.n > 200)
            e = complain(t->reader, i,
                "%s: an entry of %zu bytes is too long; at most 200",
                t->option->key, s.n);
        if (e == 0 && t->option->choices &&
            choice_find(t->option->choices, s) < 0)
            e = complain_choice(t, i, s);
        if (e == 0)
            e = keep(t->reader, i, s, &texts[n]);
        if (e == 0)
            n++;
        else
            err = e;
    }
    list_end(t, texts, n);
    return err;
}

static int
read_addresses(const struct target *t, const struct ynode *node)
{
    int err = read_texts(t, node);

    if (err < 0)
        return err;
    for (const struct ynode *i = node->first; i; i = i->next) {
        struct gate_allow allow;
        struct toc_error why = {0};
        struct str s = str_trim(i->text);
        if (gate_allow_parse(s, &why, &allow) < 0)
            err = complain(t->reader, i, "%s: %s", t->option->key,
                why.text[0] ? why.text : "this is no range of addresses");
    }
    return err;
}

static int
read_ports(const struct target *t, const struct ynode *node)
{
    void *memory = NULL;
    size_t n = 0;
    int err = list_begin(t, node, sizeof(uint16_t), &memory);

    if (err < 0)
        return err;
    uint16_t *ports = memory;
    for (const struct ynode *i = node->first; i; i = i->next) {
        int64_t port;
        if (yaml_int(i, t->reader->file, t->reader->errors, 1, UINT16_MAX,
                &port) < 0)
            err = E_CONF;
        else
            ports[n++] = (uint16_t)port;
    }
    list_end(t, ports, n);
    return err;
}

static int
read_secret(const struct target *t, const struct ynode *node)
{
    return config_secret_read(t->reader, node, channel_of(t));
}

static int
read_secrets(const struct target *t, const struct ynode *node)
{
    void *memory = NULL;
    int err = list_begin(t, node, 1, &memory);

    if (err < 0)
        return err;
    for (const struct ynode *i = node->first; i; i = i->next)
        if (config_secret_read(t->reader, i, channel_of(t)) < 0)
            err = E_CONF;
    return err;
}

static int
read_hours(const struct target *t, const struct ynode *node)
{
    return config_hours_read(t->reader, t->option, node, t->field);
}

static int
read_match(const struct target *t, const struct ynode *node)
{
    return config_match_read(t->reader, t->option, node, t->field);
}

static int
read_success(const struct target *t, const struct ynode *node)
{
    struct option_reader inner = *t->reader;
    size_t before = inner.errors->n + inner.errors->dropped;

    if (node->type != YAML_MAP || node->count == 0)
        return complain(t->reader, node,
            "%s is to be a map, as {status: 2xx, pointer: /code, equals: 0}",
            t->option->key);
    inner.places = NULL;
    option_check_keys(&inner, success_options, "", NULL, node);
    option_read_section(
        &inner, success_options, "", t->option->key, node, t->field);
    return inner.errors->n + inner.errors->dropped == before ? 0 : E_CONF;
}

static int (*const readers[])(const struct target *, const struct ynode *) = {
    [OPTION_TEXT] = read_text,
    [OPTION_ID] = read_id,
    [OPTION_URL] = read_url,
    [OPTION_WEB] = read_url,
    [OPTION_ZONE] = read_zone,
    [OPTION_DATE] = read_date,
    [OPTION_DAY] = read_day,
    [OPTION_ENTRIES] = read_entries,
    [OPTION_PATH] = read_path,
    [OPTION_LISTEN] = read_listen,
    [OPTION_CHOICE] = read_choice,
    [OPTION_ENUM] = read_enum,
    [OPTION_LEVEL] = read_level,
    [OPTION_BOOL] = read_bool,
    [OPTION_INT] = read_int,
    [OPTION_INT32] = read_int32,
    [OPTION_DURATION] = read_duration,
    [OPTION_SIZE] = read_size,
    [OPTION_TEXTS] = read_texts,
    [OPTION_ADDRESSES] = read_addresses,
    [OPTION_PORTS] = read_ports,
    [OPTION_HOURS] = read_hours,
    [OPTION_MATCH] = read_match,
    [OPTION_SUCCESS] = read_success,
    [OPTION_ANY_URL] = read_any_url,
    [OPTION_SECRET] = read_secret,
    [OPTION_SECRETS] = read_secrets,
};

int
option_read(const struct option_reader *reader, const struct option *option,
    const struct ynode *node, void *base)
{
    struct target target = {reader, option, (char *)base + option->offset};

    return readers[option->type](&target, node);
}

void
option_default(
    const struct option_reader *reader, const struct option *option, void *base)
{
    if (!option->def || option->def == option_required)
        return;
    struct ynode node = {.type = YAML_SCALAR, .text = str_of(option->def)};
    option_read(reader, option, &node, base);
}

void
option_read_section(const struct option_reader *reader,
    const struct option *table, const char *section, const char *what,
    const struct ynode *map, void *base)
{
    for (const struct option *o = table; o->key; o++) {
        if (strcmp(o->section, section) != 0)
            continue;
        const struct ynode *value =
            map && map->type == YAML_MAP ? yaml_get(map, o->key) : NULL;
        if (value && reader->places)
            reader->places[o - table] =
                (struct option_place){value->line, value->column};
        if (value) {
            if (option_read(reader, o, value, base) < 0)
                option_default(reader, o, base);
            continue;
        }
        if (o->def == option_required)
            toc_errors_add(reader->errors, reader->file, map ? map->line : 1,
                map ? map->column : 1, "%s has no %s: %s", what, o->key,
                o->text);
        option_default(reader, o, base);
    }
}

void
option_check_keys(const struct option_reader *reader,
    const struct option *table, const char *section, const char *const *further,
    const struct ynode *map)
{
    enum { MAX_KEYS = 64 };
    const char *keys[MAX_KEYS + 1];
    size_t n = 0;

    for (const struct option *o = table; o->key && n < MAX_KEYS; o++)
        if (strcmp(o->section, section) == 0)
            keys[n++] = o->key;
    for (; further && *further && n < MAX_KEYS; further++)
        keys[n++] = *further;
    keys[n] = NULL;
    yaml_check_keys(map, reader->file, reader->errors, keys);
}

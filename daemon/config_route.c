/*
 * config_route: spans of the week, what routes match, and what of it cannot
 * be meant so.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/config_check.h"

/* --- spans of the week
 * -------------------------------------------------------- */

/* One span on its way in. */
struct reading {
    const struct option_reader *reader;
    const struct option *option;
    const struct ynode *map;
    int err;
};

__attribute__((format(printf, 3, 4))) static void
complain(struct reading *r, const struct ynode *node, const char *format, ...)
{
    char text[sizeof(((struct toc_error *)0)->text)];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    toc_errors_add(r->reader->errors, r->reader->file, node->line, node->column,
        "%s", text);
    r->err = E_CONF;
}

static void
read_time(struct reading *r, const char *key, int16_t *ret)
{
    const struct ynode *node = yaml_get(r->map, key);

    if (!node)
        complain(r, r->map, "%s has no %s; %s: \"%s\" would be right",
            r->option->key, key, key, strcmp(key, "from") ? "07:00" : "22:00");
    else if (node->type != YAML_SCALAR ||
             hours_parse_time(str_trim(node->text), ret) != 0)
        complain(r, node,
            "%s.%s \"%.*s\" is no time of the day; \"22:00\" would be right",
            r->option->key, key, STR_ARG(node->text));
}

static bool
is_list(struct reading *r, const char *key, const struct ynode *node)
{
    if (!node)
        return false;
    if (node->type == YAML_SEQ && node->count > 0)
        return true;
    complain(
        r, node, "%s.%s is to be a list of at least one", r->option->key, key);
    return false;
}

static void
read_days(struct reading *r, struct hours *ret)
{
    const struct ynode *node = yaml_get(r->map, "days");

    ret->days = HOURS_ALL_DAYS;
    if (!is_list(r, "days", node))
        return;
    ret->days = 0;
    for (const struct ynode *n = node->first; n; n = n->next) {
        uint8_t day = 0;

        if (hours_parse_day(str_trim(n->text), &day) != 0)
            complain(r, n,
                "%s.days: \"%.*s\" is to be one of: mon, tue, wed, thu, fri, "
                "sat, sun",
                r->option->key, STR_ARG(n->text));
        ret->days |= day;
    }
}

static void
read_levels(struct reading *r, struct hours *ret)
{
    const struct ynode *node = yaml_get(r->map, "levels");

    ret->levels = 1u << LEVEL_BLUE | 1u << LEVEL_YELLOW;
    if (!is_list(r, "levels", node))
        return;
    ret->levels = 0;
    for (const struct ynode *n = node->first; n; n = n->next) {
        enum level level;

        if (level_parse(str_trim(n->text), &level) != 0 ||
            level == LEVEL_NONE || level == LEVEL_RED)
            complain(r, n,
                "%s.levels: \"%.*s\" is to be one of: blue, yellow, orange; "
                "red never waits",
                r->option->key, STR_ARG(n->text));
        else
            ret->levels |= (uint8_t)(1u << level);
    }
}

static void
read_calendar(struct reading *r, struct hours *ret)
{
    const struct ynode *node = yaml_get(r->map, "calendar");

    if (!node)
        return;
    if (str_eq(str_trim(node->text), STR("workdays")))
        ret->calendar = HOURS_WORKDAYS;
    else if (str_eq(str_trim(node->text), STR("holidays")))
        ret->calendar = HOURS_HOLIDAYS;
    else
        complain(r, node, "%s.calendar is to be one of: workdays, holidays",
            r->option->key);
}

/* A span that covers the week is never over: what waits would wait for good. */
static void
check_end(struct reading *r, const struct hours *hours)
{
    int minutes = hours->until - hours->from;

    if (minutes <= 0)
        minutes += HOURS_DAY_MINUTES;
    if (hours->days == HOURS_ALL_DAYS && minutes == HOURS_DAY_MINUTES &&
        hours->calendar == HOURS_ANY_DAY &&
        strstr(r->option->choices, "levels"))
        complain(r, r->map,
            "%s never end: what waits would never be told; shorten them, or "
            "raise min_level",
            r->option->key);
}

int
config_hours_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node, struct hours *ret)
{
    static const char *const all[] = {
        "from", "until", "days", "calendar", "levels", NULL};
    static const char *const plain[] = {
        "from", "until", "days", "calendar", NULL};
    struct reading r = {reader, option, node, 0};
    struct hours hours = {.is_set = true};
    bool quiet = strstr(option->choices, "levels") != NULL;

    if (quiet && node->type == YAML_SCALAR &&
        (yaml_is_null(node) || str_eq(str_trim(node->text), STR("none")))) {
        *ret = (struct hours){.is_none = true};
        return 0;
    }
    if (node->type != YAML_MAP) {
        complain(&r, node,
            "%s is to be a map; {from: \"22:00\", until: \"07:00\"} would be "
            "right",
            option->key);
        return E_CONF;
    }
    yaml_check_keys(node, reader->file, reader->errors, quiet ? all : plain);
    read_time(&r, "from", &hours.from);
    read_time(&r, "until", &hours.until);
    read_days(&r, &hours);
    read_calendar(&r, &hours);
    if (quiet)
        read_levels(&r, &hours);
    if (r.err == 0)
        check_end(&r, &hours);
    if (r.err == 0)
        *ret = hours;
    return r.err;
}

static void
print_time(struct buf *out, const char *key, int minutes)
{
    buf_printf(out, "%s: \"%02d:%02d\"", key, minutes / 60, minutes % 60);
}

void
config_hours_print(struct buf *out, const struct hours *hours)
{
    const char *comma = "";

    if (hours->is_none) {
        buf_add_cstr(out, "none");
        return;
    }
    print_time(out, "{from", hours->from);
    print_time(out, ", until", hours->until);
    if (hours->days != HOURS_ALL_DAYS) {
        buf_add_cstr(out, ", days: [");
        for (unsigned i = 0; i < 7; i++) {
            if (!(hours->days >> i & 1))
                continue;
            buf_printf(out, "%s%s", comma, hours_day_name(i));
            comma = ", ";
        }
        buf_add_cstr(out, "]");
    }
    if (hours->calendar != HOURS_ANY_DAY)
        buf_printf(out, ", calendar: %s",
            hours->calendar == HOURS_WORKDAYS ? "workdays" : "holidays");
    comma = "";
    if (hours->levels) {
        buf_add_cstr(out, ", levels: [");
        for (enum level l = LEVEL_BLUE; l < LEVEL_RED; l++) {
            if (!(hours->levels >> l & 1))
                continue;
            buf_printf(out, "%s%s", comma, level_name(l));
            comma = ", ";
        }
        buf_add_cstr(out, "]");
    }
    buf_add_char(out, '}');
}

/* --- what is matched
 * ------------------------------------------------------------ */

int
config_match_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node,
    struct route_match *ret)
{
    struct option_reader inner = *reader;
    size_t before = reader->errors->n + reader->errors->dropped;

    if (node->type != YAML_MAP || node->count == 0) {
        toc_errors_add(reader->errors, reader->file, node->line, node->column,
            "%s is to be a map of at least one of min_level, max_level, "
            "categories, owners, owner_tags, tags",
            option->key);
        return E_CONF;
    }
    inner.places = NULL;
    option_check_keys(&inner, match_options, "", NULL, node);
    option_read_section(&inner, match_options, "", option->key, node, ret);
    return reader->errors->n + reader->errors->dropped == before ? 0 : E_CONF;
}

/* --- what can be meant
 * ------------------------------------------------------------ */

struct check {
    const struct duty *duty;
    const struct entries *channels, *sources, *owners;
    struct toc_errors *errors;
    const char *what;
    struct str name;
    const struct place *place;
};

static bool
has_channel(const struct check *check, struct str id)
{
    const struct channel *channels = check->channels->items;

    for (size_t i = 0; i < check->channels->n; i++)
        if (str_eq(channels[i].id, id))
            return true;
    return false;
}

static bool
has_owner(const struct check *check, struct str name)
{
    const struct rule_owner *owners = check->owners->items;
    const struct source *sources = check->sources->items;

    for (size_t i = 0; i < check->owners->n; i++)
        if (str_eq(owners[i].name, name))
            return true;
    for (size_t i = 0; i < check->sources->n; i++)
        if (str_eq(sources[i].owner, name))
            return true;
    return false;
}

static bool
has_tag(const struct check *check, struct str tag)
{
    const struct source *sources = check->sources->items;

    for (size_t i = 0; i < check->sources->n; i++)
        for (size_t t = 0; t < sources[i].ntags; t++)
            if (str_eq(sources[i].tags[t], tag))
                return true;
    return false;
}

static bool
has_owner_tag(const struct check *check, struct str tag)
{
    const struct duty *duty = check->duty;

    for (size_t i = 0; i < duty->nowners; i++)
        for (size_t t = 0; t < duty->owners[i].ntags; t++)
            if (str_eq(duty->owners[i].tags[t], tag))
                return true;
    return false;
}

static void
unknown(const struct check *check, const char *what, struct str name)
{
    const struct place *p = check->place;

    toc_errors_add(check->errors, p->file, p->line, p->column,
        "%s \"%.*s\" names the %s \"%.*s\", and there is none", check->what,
        STR_ARG(check->name), what, STR_ARG(name));
}

static void
check_match(const struct check *check, const struct route_match *match)
{
    const struct place *p = check->place;

    if (match->max_level != LEVEL_NONE && match->max_level < match->min_level)
        toc_errors_add(check->errors, p->file, p->line, p->column,
            "%s \"%.*s\" has a max_level below its min_level: it matches "
            "nothing",
            check->what, STR_ARG(check->name));
    for (size_t i = 0; i < match->nowners; i++)
        if (!has_owner(check, match->owners[i]))
            unknown(check, "owner", match->owners[i]);
    for (size_t i = 0; i < match->nowner_tags; i++)
        if (!has_owner_tag(check, match->owner_tags[i]))
            unknown(check, "tag of an owner", match->owner_tags[i]);
    for (size_t i = 0; i < match->ntags; i++)
        if (!has_tag(check, match->tags[i]))
            unknown(check, "tag of a source", match->tags[i]);
}

static void
check_route(const struct check *check, const struct route *route)
{
    check_match(check, &route->match);
    for (size_t i = 0; i < route->nchannels; i++)
        if (!has_channel(check, route->channels[i]))
            unknown(check, "channel", route->channels[i]);
}

void
config_check_routes(struct config *config, struct entries *routes,
    struct entries *inhibits, const struct entries *channels,
    const struct entries *sources, const struct entries *owners,
    struct toc_errors *errors)
{
    struct check check = {.duty = &config->duty,
        .channels = channels,
        .sources = sources,
        .owners = owners,
        .errors = errors};
    const struct route *route = routes->items;
    const struct inhibit *inhibit = inhibits->items;
    struct channel *channel = channels->items;

    for (size_t i = 0; i < channels->n; i++)
        if (!channel[i].quiet_hours.is_set && !channel[i].quiet_hours.is_none)
            channel[i].quiet_hours = config->quiet_hours;
    check.what = "route";
    for (size_t i = 0; i < routes->n; i++) {
        check.name = route[i].name;
        check.place = &routes->places[i];
        check_route(&check, &route[i]);
    }
    check.what = "inhibition";
    for (size_t i = 0; i < inhibits->n; i++) {
        check.name = inhibit[i].name;
        check.place = &inhibits->places[i];
        check_match(&check, &inhibit[i].when);
        check_match(&check, &inhibit[i].drops);
    }
}

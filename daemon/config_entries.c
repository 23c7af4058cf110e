/*
 * config_entries: lists of entries within options, by the tables of duty.def.
 *
 * An option of type ENTRIES names the table of its entries in its choices.
 * Every entry's struct begins with where it stands (incidents/written.h).
 * Files that have the same list add to it.
 */
#include <string.h>

#include "base/url.h"
#include "daemon/config_option.h"

/* clang-format off */
#define ROW(type, key, kind, field, min, max, def, choices, text)            \
    {"", key, OPTION_##kind, offsetof(type, field), min, max, def, choices,  \
        text},
#define ROW_END                                                              \
    {NULL, NULL, OPTION_TEXT, 0, 0, 0, NULL, NULL, NULL}

const struct option owner_duty_options[] = {
#define OWNER_DUTY_OPTION(...) ROW(struct owner, __VA_ARGS__)
#include "daemon/duty.def"
#undef OWNER_DUTY_OPTION
    ROW_END};
const struct option contact_options[] = {
#define CONTACT_OPTION(...) ROW(struct contact, __VA_ARGS__)
#include "daemon/duty.def"
#undef CONTACT_OPTION
    ROW_END};
const struct option person_options[] = {
#define PERSON_OPTION(...) ROW(struct person, __VA_ARGS__)
#include "daemon/duty.def"
#undef PERSON_OPTION
    ROW_END};
const struct option clock_options[] = {
#define CLOCK_OPTION(...) ROW(struct clock_rule, __VA_ARGS__)
#include "daemon/duty.def"
#undef CLOCK_OPTION
    ROW_END};
const struct option rota_options[] = {
#define ROTA_OPTION(...) ROW(struct rota, __VA_ARGS__)
#include "daemon/duty.def"
#undef ROTA_OPTION
    ROW_END};
const struct option layer_options[] = {
#define LAYER_OPTION(...) ROW(struct rota_layer, __VA_ARGS__)
#include "daemon/duty.def"
#undef LAYER_OPTION
    ROW_END};
const struct option escalation_options[] = {
#define ESCALATION_OPTION(...) ROW(struct escalation, __VA_ARGS__)
#include "daemon/duty.def"
#undef ESCALATION_OPTION
    ROW_END};
const struct option step_options[] = {
#define STEP_OPTION(...) ROW(struct escalation_step, __VA_ARGS__)
#include "daemon/duty.def"
#undef STEP_OPTION
    ROW_END};
const struct option range_options[] = {
#define RANGE_OPTION(...) ROW(struct day_range, __VA_ARGS__)
#include "daemon/duty.def"
#undef RANGE_OPTION
    ROW_END};
const struct option people_options[] = {
#define PEOPLE_OPTION(...) ROW(struct config, __VA_ARGS__)
#include "daemon/duty.def"
#undef PEOPLE_OPTION
    ROW_END};
const struct option calendar_options[] = {
#define CALENDAR_OPTION(...) ROW(struct config, __VA_ARGS__)
#include "daemon/duty.def"
#undef CALENDAR_OPTION
    ROW_END};

const struct option report_options[] = {
#define REPORT_OPTION(...) ROW(struct report_schedule, __VA_ARGS__)
#include "daemon/duty.def"
#undef REPORT_OPTION
    ROW_END};

const struct option column_options[] = {
#define COLUMN_OPTION(...) ROW(struct source_column, __VA_ARGS__)
#include "daemon/config.def"
#undef COLUMN_OPTION
    ROW_END};

static const struct entry_kind {
    const char *name;
    const struct option *options;
    size_t size;
} kinds[] = {
    {"owner",      owner_duty_options, sizeof(struct owner)},
    {"contact",    contact_options,    sizeof(struct contact)},
    {"person",     person_options,     sizeof(struct person)},
    {"clock",      clock_options,      sizeof(struct clock_rule)},
    {"rota",       rota_options,       sizeof(struct rota)},
    {"layer",      layer_options,      sizeof(struct rota_layer)},
    {"policy",     escalation_options, sizeof(struct escalation)},
    {"step",       step_options,       sizeof(struct escalation_step)},
    {"term",       range_options,      sizeof(struct day_range)},
    {"holiday",    range_options,      sizeof(struct day_range)},
    {"workday",    range_options,      sizeof(struct day_range)},
    {"key date",   key_date_options,   sizeof(struct key_date)},
    {"report",     report_options,     sizeof(struct report_schedule)},
    {"column",     column_options,     sizeof(struct source_column)},
};
/* clang-format on */

#define BEGINS_WITH_PLACE(type)                                                \
    _Static_assert(offsetof(type, at) == 0, "an entry begins with its place")
BEGINS_WITH_PLACE(struct owner);
BEGINS_WITH_PLACE(struct contact);
BEGINS_WITH_PLACE(struct person);
BEGINS_WITH_PLACE(struct clock_rule);
BEGINS_WITH_PLACE(struct rota);
BEGINS_WITH_PLACE(struct rota_layer);
BEGINS_WITH_PLACE(struct escalation);
BEGINS_WITH_PLACE(struct escalation_step);
BEGINS_WITH_PLACE(struct day_range);
BEGINS_WITH_PLACE(struct key_date);
BEGINS_WITH_PLACE(struct report_schedule);
BEGINS_WITH_PLACE(struct source_column);
_Static_assert(sizeof(((struct source_column *)0)->at) ==
                   sizeof(struct written),
    "a column's place is one");

static const struct entry_kind *
kind_of(const struct option *option)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].name, option->choices) == 0)
            return &kinds[i];
    return NULL;
}

const struct option *
config_entry_options(const struct option *option, size_t *ret_size)
{
    const struct entry_kind *kind = kind_of(option);

    *ret_size = kind ? kind->size : 0;
    return kind ? kind->options : NULL;
}

static void
read_one(const struct option_reader *reader, const struct entry_kind *kind,
    const struct ynode *node, void *entry)
{
    struct written at = {reader->file, node->line, node->column};

    memcpy(entry, &at, sizeof(at));
    if (kind->options != owner_duty_options) /* rules know more of them */
        option_check_keys(reader, kind->options, "", NULL, node);
    option_read_section(reader, kind->options, "", kind->name, node, entry);
}

int
config_entries_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node, void *field)
{
    const struct entry_kind *kind = kind_of(option);
    struct option_reader inner = *reader;
    const void *before;
    size_t n, errors = reader->errors->n + reader->errors->dropped;
    char *list;

    inner.places = NULL;
    memcpy(&before, field, sizeof(before));
    memcpy(&n, (char *)field + sizeof(before), sizeof(n));
    if (node->type == YAML_SCALAR && yaml_is_null(node))
        return 0;
    if (node->type != YAML_SEQ) {
        toc_errors_add(reader->errors, reader->file, node->line, node->column,
            "%s is to be a list of entries, each a map of its options",
            option->key);
        return E_CONF;
    }
    if ((int64_t)(n + node->count) > option->max ||
        (int64_t)(n + node->count) < option->min) {
        toc_errors_add(reader->errors, reader->file, node->line, node->column,
            "%s has %zu entries; it is to have %lld to %lld", option->key,
            n + node->count, (long long)option->min, (long long)option->max);
        return E_CONF;
    }
    list = arena_array(reader->arena, n + node->count + 1, kind->size);
    if (!list) {
        toc_errors_add(reader->errors, reader->file, node->line, node->column,
            "out of memory");
        return E_CONF;
    }
    if (n)
        memcpy(list, before, n * kind->size);
    for (const struct ynode *i = node->first; i; i = i->next) {
        if (i->type != YAML_MAP)
            toc_errors_add(reader->errors, reader->file, i->line, i->column,
                "a %s is to be a map of its options", kind->name);
        else
            read_one(&inner, kind, i, list + kind->size * n++);
    }
    memcpy(field, &list, sizeof(list));
    memcpy((char *)field + sizeof(list), &n, sizeof(n));
    return errors == reader->errors->n + reader->errors->dropped ? 0 : E_CONF;
}

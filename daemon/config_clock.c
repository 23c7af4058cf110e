/*
 * config_clock: the deadlines that the program brings, and how a
 * configuration changes them.
 *
 * They are defaults: each names the document it comes from, can be changed in
 * part by a clock of the same id, and taken away.  What is no number in its
 * document (及时, 立即) is no clock.
 */
#include <string.h>

#include "base/num.h"
#include "daemon/config_option.h"

static const struct str severe[] = {{"orange", 6}, {"red", 3}};
static const struct str lesser[] = {{"blue", 4}, {"yellow", 6}};
static const struct str serious[] = {{"yellow", 6}, {"orange", 6}, {"red", 3}};
static const struct str accidents[] = {
    {"accident", 8}, {"transport", 9}, {"building_fire", 13}, {"drowning", 8}};
static const struct str health[] = {{"food", 4}, {"health", 6}};
static const struct str violence[] = {{"violence", 8}};

#define TEXT_OF(literal)                                                       \
    {                                                                          \
        literal, sizeof(literal) - 1                                           \
    }
#define LIST(list) list, sizeof(list) / sizeof(*(list))

static const struct clock_rule shipped[] = {
    {.id = TEXT_OF("authoritative-information"),
        .title = TEXT_OF("发布权威信息"),
        .document = TEXT_OF("国办发〔2016〕80号（十四）"),
        .levels = severe,
        .nlevels = 2,
        .after_ms = 5LL * MS_HOUR,
        .starts = CLOCK_STARTS_LEVEL_REACHED,
        .until = CLOCK_UNTIL_RESPONDING},
    {.id = TEXT_OF("press-conference"),
        .title = TEXT_OF("举行新闻发布会"),
        .document = TEXT_OF("国办发〔2016〕61号"),
        .levels = severe,
        .nlevels = 2,
        .after_ms = 24LL * MS_HOUR,
        .starts = CLOCK_STARTS_LEVEL_REACHED,
        .until = CLOCK_UNTIL_CLOSED},
    {.id = TEXT_OF("response"),
        .title = TEXT_OF("回应"),
        .document = TEXT_OF("国办发〔2016〕61号"),
        .levels = lesser,
        .nlevels = 2,
        .after_ms = 48LL * MS_HOUR,
        .starts = CLOCK_STARTS_OPENED,
        .until = CLOCK_UNTIL_RESPONDING},
    {.id = TEXT_OF("report-up-accident"),
        .title = TEXT_OF("向上级报告事故"),
        .document = TEXT_OF("生产安全事故报告和调查处理条例 第九条"),
        .levels = serious,
        .nlevels = 3,
        .categories = accidents,
        .ncategories = 4,
        .after_ms = 1LL * MS_HOUR,
        .starts = CLOCK_STARTS_LEVEL_REACHED,
        .until = CLOCK_UNTIL_RESPONDING},
    {.id = TEXT_OF("report-up-health"),
        .title = TEXT_OF("向上级报告公共卫生事件"),
        .document = TEXT_OF("突发公共卫生事件应急条例 第十九条、第二十条"),
        .levels = serious,
        .nlevels = 3,
        .categories = health,
        .ncategories = 2,
        .after_ms = 2LL * MS_HOUR,
        .starts = CLOCK_STARTS_LEVEL_REACHED,
        .until = CLOCK_UNTIL_RESPONDING},
    {.id = TEXT_OF("bullying-inquiry"),
        .title = TEXT_OF("完成欺凌事件调查"),
        .document = TEXT_OF("教督〔2017〕10号"),
        .categories = violence,
        .ncategories = 1,
        .after_ms = 10LL * MS_DAY,
        .starts = CLOCK_STARTS_OPENED,
        .until = CLOCK_UNTIL_CLOSED}};

static const int remind_default[] = {50, 80};

const struct clock_rule *
config_clocks_shipped(size_t *ret_n)
{
    *ret_n = sizeof(shipped) / sizeof(*shipped);
    return shipped;
}

/* --- reading -----------------------------------------------------------------
 */

static const struct clock_rule *
shipped_of(struct str id)
{
    for (size_t i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
        if (str_eq(shipped[i].id, id))
            return &shipped[i];
    return NULL;
}

static void
take_reminders(struct clock_rule *rule, struct toc_errors *errors)
{
    rule->nremind = 0;
    if (!rule->remind_texts) {
        memcpy(rule->remind, remind_default, sizeof(remind_default));
        rule->nremind = sizeof(remind_default) / sizeof(*remind_default);
        return;
    }
    for (size_t i = 0; i < rule->nremind_texts; i++) {
        struct str text = rule->remind_texts[i];
        int64_t percent;

        if (num_parse_i64(text, 1, 99, &percent) == 0 &&
            (i == 0 || percent > rule->remind[i - 1]) &&
            i < CLOCK_MAX_REMINDERS) {
            rule->remind[rule->nremind++] = (int)percent;
            continue;
        }
        toc_errors_add(errors, rule->at.file, rule->at.line, rule->at.column,
            "clock \"%.*s\": remind \"%.*s\" is to be a number of per cent "
            "from 1 to 99, greater than the one before it",
            STR_ARG(rule->id), STR_ARG(text));
        return;
    }
}

static void
take_words(struct clock_rule *rule, const struct clock_rule *base)
{
    rule->starts = base ? base->starts : CLOCK_STARTS_OPENED;
    rule->until = base ? base->until : CLOCK_UNTIL_CLOSED;
    if (str_eq(rule->starts_text, STR("opened")))
        rule->starts = CLOCK_STARTS_OPENED;
    else if (str_eq(rule->starts_text, STR("level_reached")))
        rule->starts = CLOCK_STARTS_LEVEL_REACHED;
    else if (str_eq(rule->starts_text, STR("acknowledged")))
        rule->starts = CLOCK_STARTS_ACKNOWLEDGED;
    if (str_eq(rule->until_text, STR("acknowledged")))
        rule->until = CLOCK_UNTIL_ACKNOWLEDGED;
    else if (str_eq(rule->until_text, STR("responding")))
        rule->until = CLOCK_UNTIL_RESPONDING;
    else if (str_eq(rule->until_text, STR("closed")))
        rule->until = CLOCK_UNTIL_CLOSED;
}

/* What is not given is that of the shipped clock of this id. */
static void
inherit(struct clock_rule *rule, const struct clock_rule *base)
{
    if (!base)
        return;
    if (!rule->title.p)
        rule->title = base->title;
    if (!rule->document.p)
        rule->document = base->document;
    if (!rule->levels) {
        rule->levels = base->levels;
        rule->nlevels = base->nlevels;
    }
    if (!rule->categories) {
        rule->categories = base->categories;
        rule->ncategories = base->ncategories;
    }
    if (rule->after_ms == 0)
        rule->after_ms = base->after_ms;
}

static void
check_one(struct clock_rule *rule, const struct clock_rule *before, size_t n,
    struct toc_errors *errors)
{
    const struct clock_rule *base = shipped_of(rule->id);

    for (size_t i = 0; i < n; i++)
        if (rule->id.n && str_eq(before[i].id, rule->id)) {
            toc_errors_add(errors, rule->at.file, rule->at.line,
                rule->at.column,
                "the clock \"%.*s\" is there already, at %s:%u",
                STR_ARG(rule->id), before[i].at.file, before[i].at.line);
            return;
        }
    inherit(rule, base);
    take_words(rule, base);
    take_reminders(rule, errors);
    if (!rule->enabled)
        return;
    if (!rule->title.p)
        toc_errors_add(errors, rule->at.file, rule->at.line, rule->at.column,
            "clock \"%.*s\" has no title: what is due, for people",
            STR_ARG(rule->id));
    if (rule->after_ms == 0)
        toc_errors_add(errors, rule->at.file, rule->at.line, rule->at.column,
            "clock \"%.*s\" has no after: the time until it is missed, such "
            "as 5h",
            STR_ARG(rule->id));
}

static bool
is_written(const struct clock_rule *list, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(list[i].id, id))
            return true;
    return false;
}

void
config_clocks_settle(struct config *config, struct toc_errors *errors)
{
    struct duty *duty = &config->duty;
    size_t more = sizeof(shipped) / sizeof(*shipped), n = duty->nclocks;
    struct clock_rule *rules =
        ARENA_ARRAY(config->arena, n + more + 1, struct clock_rule);

    if (!rules)
        return;
    if (n)
        memcpy(rules, duty->clocks, n * sizeof(*rules));
    for (size_t i = 0; i < n; i++)
        check_one(&rules[i], rules, i, errors);
    duty->clocks = rules;
    for (size_t i = 0; i < more && duty->clocks_shipped; i++) {
        struct clock_rule *rule = &rules[n];

        if (is_written(rules, duty->nclocks, shipped[i].id))
            continue;
        *rule = shipped[i];
        rule->enabled = rule->shipped = true;
        take_reminders(rule, errors);
        n++;
    }
    duty->nclocks = n;
}

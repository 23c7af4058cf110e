/* ruleset_compile on the text of a rule file. */
#include "ruleset.h"

void
fuzz_rules(struct str input)
{
    struct rule_file file = {.name = "f.yaml", .text = input};
    struct toc_errors errors = {.n = 0};
    struct ruleset *set = NULL, *opened = NULL;
    int err = ruleset_compile(&file, 1, NULL, &errors, &set);

    HOLD(err == 0 || (err == E_CONF && toc_errors_any(&errors)));
    HOLD((err == 0) == (set != NULL));
    toc_errors_done(&errors);
    if (!set)
        return;
    HOLD(ruleset_open(ruleset_image(set), &opened) == 0);
    HOLD(ruleset_count(opened) == ruleset_count(set));
    for (uint32_t i = 0; i < ruleset_count(set); i++) {
        struct rule_info info = ruleset_rule(opened, i);
        uint32_t at;

        HOLD(ruleset_find(opened, info.id, &at) == 0 && at == i);
    }
    ruleset_match(opened, STR("通知: 甲乙 学生 fire"),
        STR("宿舍起*火，pupil 受伤。aaaaaaaaaaaaaaaaaaaaaaaaac\nＡＢ 123号"),
        STR("forum"));
    ruleset_free(opened);
    ruleset_free(set);
}

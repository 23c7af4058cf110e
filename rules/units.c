/* units: folded text for grouping, which sees nothing else of it. */
#include <string.h>

#include "rules/fold.h"
#include "rules/rules.h"

int
rules_fold(struct arena *arena, struct str text, const uint16_t **ret_units,
    size_t *ret_n)
{
    struct folded folded;
    uint16_t *units;
    int r;

    folded_init(&folded);
    r = fold_text(&folded, text);
    if (r == 0) {
        units = ARENA_ARRAY(arena, folded.n + 1, uint16_t);
        if (units == NULL) {
            r = E_NOMEM;
        } else {
            memcpy(units, folded.unit, folded.n * sizeof *units);
            *ret_units = units;
            *ret_n = folded.n;
        }
    }
    folded_done(&folded);
    return r;
}

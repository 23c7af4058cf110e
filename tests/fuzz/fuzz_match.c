/* match_item with a fixed set: a title, and the text in the next lines. */
#include "ruleset.h"

void
fuzz_match(struct str input)
{
    struct str kind = fuzz_choice(&input) & 1 ? STR("forum") : STR("media");
    struct str title = fuzz_line(&input);

    ruleset_match(ruleset_fixed(), title, input, kind);
}

/* level: names of the levels. */
#include "base/level.h"

#include "base/err.h"

static const char *const level_names[LEVEL_COUNT] = {
    "none", "blue", "yellow", "orange", "red"};

const char *
level_name(enum level level)
{
    return (unsigned)level < LEVEL_COUNT ? level_names[level] : "none";
}

int
level_parse(struct str name, enum level *ret)
{
    for (int i = 0; i < LEVEL_COUNT; i++) {
        if (str_eq(name, str_of(level_names[i]))) {
            *ret = (enum level)i;
            return 0;
        }
    }
    return E_PARSE;
}

#include "feeds/date.h"

struct wall
date_parse(struct str text, const struct date_context *context)
{
    struct wall t;

    (void)context;
    return timefmt_parse_rfc3339(text, &t) == 0 ? t : WALL_NONE;
}

struct wall
date_find(struct str text, const struct date_context *context)
{
    return date_parse(text, context);
}

/* date_parse, and the dates inside the text of pages. */
#include "feeds/date.h"
#include "feeds/pagedate.h"
#include "fuzz.h"

enum {
    ALL_FLAGS = PAGEDATE_SHORT | PAGEDATE_COMPACT | PAGEDATE_RELATIVE |
                PAGEDATE_SPLIT | PAGEDATE_PARTIAL,
    MANY_DATES = 64
};

static void
check_date(struct str text, const struct date_context *context)
{
    struct wall t = date_parse(text, context);

    if (!wall_is_set(t))
        return;
    HOLD(text.n <= DATE_MAX_BYTES);
    HOLD(t.ms >= MS_DAY);
    HOLD(!wall_is_set(context->now) ||
         t.ms <= context->now.ms + DATE_FUTURE_MAX_MS);
}

static void
check_page_dates(struct str text, unsigned flags)
{
    struct pagedate date;
    size_t from = 0;

    for (int i = 0; i < MANY_DATES && from <= text.n; i++) {
        struct wall t;

        if (!pagedate_find(text, from, flags, &date))
            break;
        HOLD(date.start >= from && date.start < date.end);
        HOLD(date.end <= text.n);
        HOLD(date.is_relative || (date.month >= 1 && date.month <= 12));
        HOLD(date.day >= 0 && date.day <= 31);
        t = pagedate_wall(&date, NULL, FUZZ_NOW);
        HOLD(!wall_is_set(t) || t.ms <= FUZZ_NOW.ms + PAGEDATE_FUTURE_MAX_MS);
        from = date.end;
    }
    (void)pagedate_is_pure(text, flags, &date);
    if (pagedate_in_url(text, &date))
        HOLD(date.month >= 1 && date.month <= 12);
}

void
fuzz_date(struct str input)
{
    struct arena *arena = fuzz_arena();
    unsigned choice = fuzz_choice(&input);
    struct str text = fuzz_repaired(arena, input);
    struct date_context context = {.offset_minutes = choice & 1 ? 480 : 0,
        .now = choice & 2 ? WALL_NONE : FUZZ_NOW};

    check_date(text, &context);
    check_page_dates(text, choice & 4 ? 0 : ALL_FLAGS);
    arena_free(arena);
}

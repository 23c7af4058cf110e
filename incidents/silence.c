/* silence: matching, and when one is over. */
#include "incidents/silence.h"

static bool
only(const struct str *list, size_t n, struct str s)
{
    for (size_t i = 0; i < n; i++)
        if (!str_eq(list[i], s))
            return false;
    return n > 0;
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether text holds term, ASCII letters in either case. */
static bool
holds(struct str text, struct str term)
{
    for (size_t i = 0; i + term.n <= text.n; i++) {
        size_t k = 0;

        while (k < term.n && lower(text.p[i + k]) == lower(term.p[k]))
            k++;
        if (k == term.n)
            return true;
    }
    return false;
}

static enum level
ceiling_of(const struct silence_match *match)
{
    if (match->incident != 0)
        return match->max_level == LEVEL_NONE ? LEVEL_RED : match->max_level;
    return match->max_level == LEVEL_NONE || match->max_level == LEVEL_RED
               ? LEVEL_ORANGE
               : match->max_level;
}

bool
silence_matches(
    const struct silence_match *match, const struct silence_subject *subject)
{
    const struct incident *incident = subject->incident;

    if (incident->level > ceiling_of(match) ||
        (match->incident != 0 && match->incident != incident->id))
        return false;
    if (match->owner.n > 0 && !str_eq(match->owner, incident->owner))
        return false;
    if (match->category.n > 0 && !str_eq(match->category, incident->category))
        return false;
    if (match->title.n > 0 && !holds(incident->title, match->title))
        return false;
    if (match->source.n > 0 &&
        !only(subject->sources, subject->nsources, match->source))
        return false;
    return match->rule.n == 0 ||
           only(subject->rules, subject->nrules, match->rule);
}

static bool
is_empty(const struct silence_match *match)
{
    return match->incident == 0 && match->owner.n == 0 &&
           match->category.n == 0 && match->source.n == 0 &&
           match->rule.n == 0 && match->title.n == 0;
}

const char *
silence_fault(const struct silence *silence, struct wall now)
{
    const struct silence_match *match = &silence->match;
    const struct str texts[] = {match->owner, match->category, match->source,
        match->rule, match->title, silence->reason};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].n > SILENCE_TEXT_BYTES)
            return "silence_long";
    if (is_empty(match))
        return "silence_empty";
    if (match->max_level == LEVEL_RED && match->incident == 0)
        return "silence_red";
    if (silence->reason.n == 0)
        return "silence_reason";
    if (!wall_is_set(silence->until) || silence->until.ms <= now.ms ||
        silence->until.ms - now.ms > SILENCE_MAX_DAYS * (int64_t)MS_DAY)
        return "silence_until";
    return silence->idle_ms < 0 ? "silence_idle" : NULL;
}

const char *
silence_over(const struct silence *silence, struct wall now)
{
    struct wall last = wall_is_set(silence->last_match) ? silence->last_match
                                                        : silence->created;

    if (now.ms >= silence->until.ms)
        return "time";
    if (silence->idle_ms > 0 && now.ms - last.ms >= silence->idle_ms)
        return "idle";
    return NULL;
}

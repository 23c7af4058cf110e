/*
 * sitekind: what a check of an own site can find.  Types only: the store and
 * the console may include this header.
 *
 * Five groups, as the inspection sheets have them: reachable, fresh, clean,
 * leaking, right.  The thresholds are those of the public checklists for
 * government sites (国办秘函〔2019〕19号), for school sites by analogy.
 */
#ifndef TOCSIN_FEEDS_SITEKIND_H
#define TOCSIN_FEEDS_SITEKIND_H

#include "base/str.h"

enum site_group {
    SITE_REACHABLE,
    SITE_FRESH,
    SITE_CLEAN,
    SITE_LEAKING,
    SITE_RIGHT,
    SITE_GROUPS
};

/* clang-format off */
/*      kind             name for programs      group      level  points     */
#define SITE_KINDS(X)                                                         \
    X(UNREACHABLE,      "unreachable",      REACHABLE, YELLOW, 45)            \
    X(CERT_EXPIRES,     "cert_expires",     REACHABLE, BLUE,   25)            \
    X(CERT_WRONG,       "cert_wrong",       REACHABLE, YELLOW, 45)            \
    X(DNS_CHANGED,      "dns_changed",      REACHABLE, YELLOW, 40)            \
    X(REDIRECTED,       "redirected",       REACHABLE, YELLOW, 50)            \
    X(NO_HTTPS,         "no_https",         REACHABLE, BLUE,   20)            \
    X(STALE_HOME,       "stale_home",       FRESH,     BLUE,   25)            \
    X(STALE_COLUMN,     "stale_column",     FRESH,     BLUE,   20)            \
    X(EMPTY_COLUMN,     "empty_column",     FRESH,     BLUE,   20)            \
    X(NO_DATES,         "no_dates",         FRESH,     BLUE,   15)            \
    X(DEFACED,          "defaced",          CLEAN,     RED,    90)            \
    X(HIDDEN_LINKS,     "hidden_links",     CLEAN,     ORANGE, 70)            \
    X(NEW_HOST,         "new_host",         CLEAN,     BLUE,   20)            \
    X(AGENT_DEPENDENT,  "agent_dependent",  CLEAN,     ORANGE, 70)            \
    X(LEAK,             "leak",             LEAKING,   ORANGE, 75)            \
    X(BROKEN_LINK,      "broken_link",      RIGHT,     BLUE,   15)            \
    X(BROKEN_IMAGE,     "broken_image",     RIGHT,     BLUE,   15)            \
    X(WRONG_WORD,       "wrong_word",       RIGHT,     BLUE,   15)
/* clang-format on */

enum site_kind {
#define X(kind, name, group, level, points) SITE_KIND_##kind,
    SITE_KINDS(X)
#undef X
        SITE_KINDS_N
};

/* "unreachable", …; static. */
const char *site_kind_name(enum site_kind kind);
/* E_NOTFOUND when there is no such kind. */
int site_kind_of(struct str name, enum site_kind *ret);
enum site_group site_kind_group(enum site_kind kind);
/* "reachable", "fresh", "clean", "leaking", "right"; static. */
const char *site_group_name(enum site_group group);
/* What an incident of this kind begins with: enum level (incidents/incident.h)
 * as a number 0 … 3, blue to red, and its points. */
int site_kind_level(enum site_kind kind);
int site_kind_points(enum site_kind kind);

#endif

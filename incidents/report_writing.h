/*
 * report_writing: what writing a report has in common.  Only for report.c and
 * the files beside it.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_WRITING_H
#define TOCSIN_INCIDENTS_REPORT_WRITING_H

#include "base/jsonx.h"
#include "incidents/report.h"
#include "incidents/report_doc.h"
#include "incidents/report_words.h"

struct writing {
    const json_t *figures, *range;
    const struct report_form *form;
    struct str hash;
    struct arena *arena;
    struct doc *doc;
};

/* --- reading figures --- */
uint64_t fig_n(const json_t *object, const char *key);
struct str fig_str(const json_t *object, const char *key);
struct wall fig_time(const json_t *object, const char *key);
/* The incident with this id, NULL when it is not named. */
const json_t *fig_incident(const struct writing *w, int64_t id);

/* --- words; all in arena --- */
struct str say(const struct writing *w, enum report_word word);
struct str say_fill(const struct writing *w, enum report_word word,
    const struct str *args, size_t n);
#define SAY(w, word, ...)                                                      \
    say_fill((w), (word), (const struct str[]){__VA_ARGS__},                   \
        sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))
struct str say_code(
    const struct writing *w, enum report_code set, struct str code);
struct str say_n(const struct writing *w, uint64_t n);     /* 1234 */
struct str say_large(const struct writing *w, uint64_t n); /* 1,234 */
struct str say_ms(const struct writing *w, int64_t ms);    /* 3 h 20 min */
struct str say_time(const struct writing *w, struct wall t);
struct str say_day(const struct writing *w, int64_t day); /* since 1970 */
/* "23.5 %"; of nothing: "". */
struct str say_percent(const struct writing *w, uint64_t part, uint64_t whole);
/* "23.5 % (4 of 17)" */
struct str say_of(const struct writing *w, uint64_t part, uint64_t whole);
/* "+3 (+12.0 %)" */
struct str say_change(const struct writing *w, uint64_t now, uint64_t before);
/* "+2.5 points"; of nothing: "". */
struct str say_points(const struct writing *w, uint64_t now, uint64_t whole,
    uint64_t before, uint64_t whole_before);
struct str say_join(
    const struct writing *w, struct str a, struct str b, struct str c);

/* --- links --- */
/* The list of what opened in the range, with one more filter: name absent:
 * none. */
struct str link_opened(
    const struct writing *w, const char *name, struct str value);
/* Those that ended in the range; states is NULL, or which of both ends. */
struct str link_ended(const struct writing *w, const char *states,
    const char *name, struct str value);
/* Those that are open when somebody looks. */
struct str link_open(
    const struct writing *w, const char *name, struct str value);
/* Items of the days of the range. */
struct str link_items(
    const struct writing *w, const char *name, struct str value);
/* A path of the console: path and, when it is not absent, what follows it,
 * escaped. */
struct str link_path(
    const struct writing *w, const char *path, struct str tail);
struct str link_incident(const struct writing *w, int64_t id);

/* --- the document --- */
void heading(struct writing *w, int depth, enum report_word word);
void paragraph(struct writing *w, struct str s);
void note(struct writing *w, struct str s);
struct doc_table *table(
    struct writing *w, const char *id, struct str caption, size_t ncolumns);
void column(struct writing *w, struct doc_table *t, size_t i,
    enum report_word title, bool number, int share);
void cell(struct writing *w, struct doc_cell *cells, size_t i, struct str s);
void cell_link(struct writing *w, struct doc_cell *cells, size_t i,
    struct str s, struct str link);
void cell_level(
    struct writing *w, struct doc_cell *cells, size_t i, struct str code);
bool has_before(const struct writing *w); /* it may be compared with */

/* report_overview.c */
struct str overview(const struct writing *w);
void write_todo(struct writing *w);
/* report_write_volume.c */
void write_volume(struct writing *w);
void write_levels(struct writing *w);
void write_categories(struct writing *w);
void write_owners(struct writing *w);
void write_sources(struct writing *w);
/* report_write_incidents.c */
void write_important(struct writing *w);
void write_lists(struct writing *w);
/* report_write_work.c */
void write_times(struct writing *w);
void write_clocks(struct writing *w);
void write_rules(struct writing *w);
void write_coverage(struct writing *w);
void write_deliveries(struct writing *w);
/* report_sites.c */
void write_own_sites(struct writing *w);

#endif

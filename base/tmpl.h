/*
 * tmpl: Mustache, the required modules of the public specification
 * (interpolation, sections, inverted, comments, partials, delimiters), over
 * JSON values; used for console pages, notification texts and reports.
 *
 * A parsed template is immutable and reused.  {{name}} escapes & < > " for
 * HTML when the template was parsed with TMPL_HTML, nothing with TMPL_TEXT;
 * {{{name}}} and {{&name}} never escape.  There are no lambdas: a template
 * cannot run code.  Numbers print as JSON does; what is missing, null, a list
 * or an object prints nothing.  A section is skipped for what is missing, null,
 * false, 0, "" or an empty list.
 *
 * As the specification has it, a name is looked for in the innermost section's
 * value first, then in those around it, and null or false end the search.  So
 * who fills a list gives every row every key, null or false where it has
 * nothing; or a row without the key shows what its surroundings have.
 *
 * With TMPL_JSON the text is JSON: {{name}} is escaped to stand within quotes
 * ("title": "{{name}}"), and {{{name}}} is the value as JSON, of whatever type,
 * with its own quotes; null when it is missing.
 */
#ifndef TOCSIN_BASE_TMPL_H
#define TOCSIN_BASE_TMPL_H

#include <jansson.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

enum {
    TMPL_MAX_BYTES = 1024 * 1024,
    TMPL_MAX_DEPTH = 64,      /* sections in sections, partials in partials */
    TMPL_MAX_OPEN = 256,      /* sections and partials open at one moment */
    TMPL_MAX_STEPS = 10000000 /* pieces of templates in one rendering */
};

enum tmpl_escape { TMPL_HTML, TMPL_TEXT, TMPL_JSON };

struct tmpl;

/* Parse text (copied).  name is used in errors.  0, E_PARSE with *reterr set,
 * E_LIMIT, E_NOMEM. */
int tmpl_parse(const char *name, struct str text, enum tmpl_escape escape,
    struct toc_error *reterr, struct tmpl **ret);
void tmpl_free(struct tmpl *tmpl);
DEFINE_CLEANUP(struct tmpl *, tmpl_free)

/* Find the partial called name; lent, NULL when there is none (it then prints
 * nothing). */
typedef const struct tmpl *(*tmpl_partial_fn)(void *arg, struct str name);

/* Render with data as the outermost context, appending to out.  0, E_LIMIT
 * when a bound above or that of out is passed, E_NOMEM; out then ends where it
 * ended before. */
int tmpl_render(const struct tmpl *tmpl, const json_t *data,
    tmpl_partial_fn partial, void *arg, struct buf *out);

#endif

/*
 * config_site: sources of kind site, and the bureau's list of words.
 *
 * The list is a text file, one word in a line: the wrong one, a tab, the right
 * one, and behind another tab a note for the owner.  Empty lines and lines that
 * begin with # say nothing.
 */
#include "daemon/config_site.h"

#include <string.h>

#include "base/arena.h"
#include "base/url.h"
#include "base/utf8.h"
#include "daemon/config.h"
#include "feeds/site.h"

enum { WORD_MAX_BYTES = 300 };

/* --- words -----------------------------------------------------------------
 */

static void
wrong_line(const struct config *config, unsigned line,
    struct toc_errors *errors, const char *sentence)
{
    toc_errors_add(errors, config->sites.words_path.p, line, 1, "%s", sentence);
}

static const char *
word_fault(const struct wrong_word *word)
{
    if (word->wrong.n == 0)
        return "a line is to be the wrong word, a tab and the right word";
    if (word->wrong.n > WORD_MAX_BYTES || word->right.n > WORD_MAX_BYTES ||
        word->note.n > WORD_MAX_BYTES)
        return "a word of this list is longer than 300 bytes";
    if (str_eq(word->wrong, word->right))
        return "the wrong word and the right one are the same";
    return NULL;
}

void
config_site_words(
    struct config *config, struct str text, struct toc_errors *errors)
{
    struct str rest = text;
    struct wrong_word *words =
        ARENA_ARRAY(config->arena, CONFIG_SITE_MAX_WORDS, struct wrong_word);
    size_t n = 0;

    if (str_starts(rest, STR("\xef\xbb\xbf")))
        rest = str_from(rest, 3);
    if (words == NULL || !utf8_is_valid(text)) {
        wrong_line(config, 1, errors,
            words ? "the list is to be UTF-8" : "out of memory");
        return;
    }
    for (unsigned line = 1; rest.n > 0; line++) {
        struct str one = str_split(&rest, '\n');
        struct wrong_word word;
        const char *fault;

        if (str_trim(one).n == 0 || one.p[0] == '#')
            continue;
        word.wrong = str_trim(str_split(&one, '\t'));
        word.right = str_trim(str_split(&one, '\t'));
        word.note = str_trim(one);
        fault = n == CONFIG_SITE_MAX_WORDS ? "there are more than 2000 words"
                                    : word_fault(&word);
        if (fault)
            wrong_line(config, line, errors, fault);
        if (n == CONFIG_SITE_MAX_WORDS)
            break;
        if (fault == NULL)
            words[n++] = word;
    }
    config->sites.words = words;
    config->sites.nwords = n;
}

/* --- sources ---------------------------------------------------------------
 */

struct str
config_site_column_kind(const struct source_column *column)
{
    enum site_column is = SITE_COLUMN_NOTICE;

    if (column->kind.n)
        return column->kind;
    if (site_column_of(column->title, &is) && is == SITE_COLUMN_NEWS)
        return STR("news");
    return STR("notice");
}

void
config_site_check(const struct config *config, const struct source *source,
    const char *file, unsigned line, unsigned column, struct toc_errors *errors)
{
    const struct source_site *site = &source->site;

    (void)config;
    if (source->kind != SOURCE_SITE) {
        if (site->ncolumns > 0 || site->crawler || site->ignore_robots)
            toc_errors_add(errors, file, line, column,
                "source \"%.*s\" has %s, which only kind: site can use",
                STR_ARG(source->id),
                site->ncolumns  ? "columns"
                : site->crawler ? "crawler"
                                : "ignore_robots");
        return;
    }
    for (size_t i = 0; i < site->ncolumns; i++) {
        const struct source_column *c = &site->columns[i];

        if (c->url.n && !url_is_http(c->url))
            toc_errors_add(errors, c->at.file, c->at.line, c->at.column,
                "a column's url is to be an http or https address");
        for (size_t j = 0; j < i; j++) {
            if (c->url.n && str_eq(c->url, site->columns[j].url))
                toc_errors_add(errors, c->at.file, c->at.line, c->at.column,
                    "another column of the site has this url");
        }
    }
}

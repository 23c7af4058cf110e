/*
 * report_words: what a report says, in Chinese and English.  Only for the
 * files of the report.
 */
#ifndef TOCSIN_INCIDENTS_REPORT_WORDS_H
#define TOCSIN_INCIDENTS_REPORT_WORDS_H

#include "base/catalog.h"
#include "base/str.h"

/* Each of report_words.def. */
enum report_word {
#define W(word, zh, en) WORD_##word,
#include "incidents/report_words.def"
#undef W
    WORD_COUNT
};

/* Static.  Texts may hold {0} … {9}. */
struct str report_word(enum report_word word, enum lang lang);

/* The word for what the house calls by a code: level, state, category, tier,
 * cause, kind of an entry or condition, group and kind of a finding on an own
 * site and what leaks there; the code itself when there is none. */
enum report_code {
    CODE_LEVEL,
    CODE_STATE,
    CODE_CATEGORY,
    CODE_TIER,
    CODE_CAUSE,
    CODE_ENTRY,
    CODE_CONDITION,
    CODE_SITE_GROUP,
    CODE_SITE_KIND,
    CODE_SITE_DATA
};
struct str report_code_word(
    enum report_code set, struct str code, enum lang lang);

#endif

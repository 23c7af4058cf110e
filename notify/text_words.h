/*
 * text_words: the words of messages in both languages.  Internal to notify/.
 */
#ifndef TOCSIN_NOTIFY_TEXT_WORDS_H
#define TOCSIN_NOTIFY_TEXT_WORDS_H

#include "base/level.h"
#include "base/str.h"
#include "incidents/incident.h"

/* Static words; that of a code that is none is the code itself. */
const char *words_level(enum level level, bool english);
const char *words_rank(enum level level, bool english);
const char *words_event(enum incident_event event, bool english);
struct str words_category(struct str code, bool english);
struct str words_state(struct str code, bool english);
/* Why a message was sent: the engine's sentence, or its translation. */
struct str words_reason(struct str reason, bool english);
/* What adds to a score and is no rule: "corroboration" is 多个来源印证. */
struct str words_factor(struct str code, bool english);
/* What a link acts: "acknowledge" is 确认. */
struct str words_act(struct str act, bool english);
/* Others, by name. */
enum word {
    WORD_OPEN_INCIDENT, /* the link to its page */
    WORD_OPEN_CONSOLE,
    WORD_HOLDS,
    WORD_ENDED,
    WORD_INCIDENTS, /* "%lld 起事件" */
    WORD_CONDITIONS,
    WORD_TEST,
    WORD_SEPARATOR, /* between names */
    WORD_COLON,
    WORD_NO_TITLE,
    WORD_COUNT
};
struct str words(enum word word, bool english);

#endif

/*
 * text: from the stored JSON of a message (notify/body.h) to words.
 *
 * A message is a title of one line and some lines of text, in Chinese or
 * English, in the dialect of markdown that a platform reads.  The lines come
 * from a Mustache template of the event (notify/text_shipped.c, or the
 * channel's own) over a view of the message (text_view.h lists its keys).
 * What came from outside cannot mark up, mention or link anything: characters
 * that would are replaced by their full-width likeness.
 *
 * Whatever the limit, the words keep the level, the number of what is left out
 * ("另有 12 条") and the link; lists are shortened first, long texts next.
 */
#ifndef TOCSIN_NOTIFY_TEXT_H
#define TOCSIN_NOTIFY_TEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "incidents/incident.h"

enum {
    TEXT_MAX_BYTES = 16000,          /* of the lines, when no limit is named */
    TEXT_MIN_BYTES = 300,            /* a smaller limit is this one */
    TEXT_TITLE_BYTES = 240,          /* of the title, when no limit is named */
    TEXT_SMALL_BYTES = 1500,         /* of the lines in the plain form */
    TEXT_TEMPLATE_BYTES = 64 * 1024, /* of a channel's own template */
    TEXT_MAX_ACTIONS = 6
};

/* The dialects.  NONE is for plain text, HTML for mail. */
enum text_markup {
    TEXT_MARKUP_NONE,
    TEXT_MARKUP_DINGTALK,
    TEXT_MARKUP_WECOM,
    TEXT_MARKUP_FEISHU,
    TEXT_MARKUP_SLACK,
    TEXT_MARKUP_MATTERMOST,
    TEXT_MARKUP_HTML
};
enum { TEXT_MARKUP_COUNT = TEXT_MARKUP_HTML + 1 };

/* What a message is rendered as: at first, after it was not understood or was
 * too large, and after its content was refused by a moderator. */
enum text_form {
    TEXT_FORM_FULL,
    TEXT_FORM_PLAIN, /* short, without markup and without foreign links */
    TEXT_FORM_SAFE   /* no text and no link from outside at all */
};
enum { TEXT_FORM_COUNT = TEXT_FORM_SAFE + 1 };

struct text_style {
    enum text_markup markup; /* NONE is used for the forms PLAIN and SAFE */
    enum text_form form;
    bool buttons; /* the kind shows the link and the actions itself */
    bool english;
    const struct zone *zone; /* lent; NULL: UTC */
    struct str console;      /* address of the console, or absent */
    struct str bureau;       /* or absent */
    struct str template;     /* instead of the shipped ones, or absent */
    size_t max_bytes;        /* of the lines; 0: TEXT_MAX_BYTES */
    size_t title_bytes;      /* 0: TEXT_TITLE_BYTES */
};

/* A link that acts, as a button where the platform has any. */
struct text_action {
    struct str name, url;
};

struct text {
    enum incident_event event;
    enum level level;    /* of the incident, the worst of a digest, or NONE */
    bool open;           /* a condition: whether it holds */
    struct str title;    /* one line, no markup */
    struct str heading;  /* the title, harmless in the markup */
    struct str lines;    /* ends without a line feed; title is not in it */
    struct str url;      /* where to look, on the console; or absent */
    struct str url_name; /* "查看并处理", … */
    struct text_action actions[TEXT_MAX_ACTIONS];
    size_t nactions;
    size_t left_out; /* incidents, items or conditions that are not named */
};

/* Make the words of body.  All texts live in arena, or are lent by body and
 * style.  0, E_PARSE when body is no message of ours or the template is none,
 * E_LIMIT when the template renders without end, E_NOMEM. */
int text_make(struct arena *arena, struct str body,
    const struct text_style *style, struct text *ret);
/* Title, lines and link as one plain text of at most max_bytes, for platforms
 * that have nothing else; url is kept whole. */
struct str text_plain(
    struct arena *arena, const struct text *text, size_t max_bytes);

/* Cut s to max bytes at a character and end it with "…"; s when it fits. */
struct str text_cut(struct arena *arena, struct str s, size_t max_bytes);

#endif

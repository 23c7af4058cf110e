/*
 * condition: what can be wrong with a source, a channel or the daemon, and
 * what a poll says about it.
 *
 * A condition opens and closes; the store keeps which are open.  Here stands
 * what the kinds are, which sign each poll gives of each (bad, good, or none
 * at all), how many signs in a row it takes, and the words for people in both
 * languages.  Pure: no clock, no store.  docs/conditions.md explains each kind
 * to an administrator.
 *
 * The kinds are types that the store, the notifier and the console may know;
 * the functions belong to the engine role.
 */
#ifndef TOCSIN_FEEDS_CONDITION_H
#define TOCSIN_FEEDS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"

/* How bad it is: something to tidy up; something may be missed; nothing is
 * seen of the source at all. */
enum condition_severity {
    CONDITION_NOTE = 1,
    CONDITION_TROUBLE = 2,
    CONDITION_BLIND = 3
};

/* clang-format off */
/*     kind           word             severity  bad signs  good signs
 *                                               to open    to close        */
#define CONDITION_KINDS(X)                                                    \
    X(DOWN,          "down",           BLIND,    3,         1)                \
    X(BLOCKED,       "blocked",        BLIND,    2,         1)                \
    X(REFUSED,       "refused",        BLIND,    1,         1)                \
    X(GONE,          "gone",           BLIND,    1,         1)                \
    X(QUARANTINED,   "quarantined",    BLIND,    1,         1)                \
    X(SELECTOR_LOST, "selector-lost",  BLIND,    2,         1)                \
    X(EMPTY,         "empty",          TROUBLE,  2,         1)                \
    X(SILENT,        "silent",         TROUBLE,  1,         1)                \
    X(GAP,           "gap",            TROUBLE,  1,         1)                \
    X(CERTIFICATE,   "certificate",    TROUBLE,  1,         1)                \
    X(MALFORMED,     "malformed",      NOTE,     3,         2)                \
    X(ENCODING,      "encoding",       NOTE,     3,         2)                \
    X(MOVED,         "moved",          NOTE,     1,         1)                \
    /* not of one source: */                                                  \
    X(MANY_DOWN,     "many-down",      BLIND,    1,         1)                \
    X(UNDELIVERABLE, "undeliverable",  BLIND,    1,         1)                \
    X(BROKEN,        "broken",         BLIND,    1,         1)                \
    X(STUCK,         "stuck",          BLIND,    1,         1)                \
    X(CANARY,        "canary",         BLIND,    1,         1)                \
    X(UNREACHED,     "unreached",      BLIND,    1,         1)                \
    X(SLOW_RULE,     "slow-rule",      TROUBLE,  1,         1)                \
    X(UNREADABLE,    "unreadable",     TROUBLE,  1,         1)                \
    X(CONFIGURATION, "configuration",  TROUBLE,  1,         1)                \
    X(DISK_LOW,      "disk-low",      BLIND,    1,         1)                  \
    X(BACKUP,        "backup",        TROUBLE,  1,         1)                  \
    X(RESTORED,      "restored",      BLIND,    1,         1)                  \
    X(UNSOUND,       "unsound",       BLIND,    1,         1)

/* Why a poll brought nothing.  Those of one class fail for one cause when many
 * fail at once. */
/*     cause      class     English                          Chinese        */
#define POLL_CAUSES(X)                                                        \
    X(NONE,       NONE,    "",                              "")               \
    X(DNS,        NETWORK, "its name is not found",         "域名无法解析")   \
    X(CONNECT,    NETWORK, "no connection to the server",   "无法连接服务器") \
    X(TLS,        NETWORK, "the secure connection fails",   "安全连接失败")   \
    X(TIMEOUT,    NETWORK, "the server takes too long",     "服务器响应超时") \
    X(BROKEN,     NETWORK, "the answer was cut short",      "应答中途断开")   \
    X(REDIRECTS,  SERVER,  "it redirects without end",      "重定向过多")     \
    X(TOO_LARGE,  SERVER,  "the answer is too large",       "内容过大")       \
    X(STATUS,     SERVER,  "the server answers",            "服务器返回")     \
    X(ADDRESS,    OWN,     "its address may not be asked",  "地址不允许访问") \
    X(ROBOTS,     OWN,     "robots.txt does not allow it",  "robots.txt 不允许访问") \
    X(BLOCKED,    SERVER,  "another page stands in its place", "返回的是别的页面") \
    X(DOCUMENT,   SERVER,  "the document cannot be read",   "文档无法识别")   \
    X(DIED,       OWN,     "the document ended its parser", "文档使解析程序终止") \
    X(HOUSE,      OWN,     "a part of tocsin did not answer", "系统内部未能完成")
/* clang-format on */

enum condition_kind {
#define X(name, word, severity, bad, good) CONDITION_##name,
    CONDITION_KINDS(X)
#undef X
        CONDITION_COUNT
};
enum poll_cause {
#define X(name, group, en, zh) CAUSE_##name,
    POLL_CAUSES(X)
#undef X
        CAUSE_COUNT
};
enum cause_class {
    CAUSE_CLASS_NONE,
    CAUSE_CLASS_NETWORK,
    CAUSE_CLASS_SERVER,
    CAUSE_CLASS_OWN, /* nothing of the outside world */
    CAUSE_CLASS_COUNT
};

enum {
    CONDITION_CERT_DAYS = 14,       /* a certificate that ends sooner */
    CONDITION_CERT_CLEAR_DAYS = 15, /* closes only when it lasts longer */
    CONDITION_NOTE_BYTES = 200,     /* quoted of a document's note */
    CONDITION_WORD_MAX = 32
};

/* In English for the log and the API, in Chinese for people here. */
struct condition_text {
    struct str en, zh;
};

/* What a poll showed. */
struct condition_facts {
    struct wall now;
    enum poll_cause cause; /* NONE: it went well */
    int status;            /* HTTP, 0 when no answer came */
    struct str reason;     /* sentence, when it failed */
    uint32_t failures;     /* in a row, this one included */
    bool gone, quarantined;
    struct wall cert_expires; /* WALL_NONE when not known */
    bool document;            /* a document was read: what follows is of it */
    uint32_t in_window, news; /* items shown, and those of them new */
    bool known;               /* it has shown items before */
    bool selected;            /* where its items stand was configured */
    bool hint_lost;           /* they are not where they were found before */
    unsigned trouble;         /* bits of enum document_trouble */
    const struct str *notes;
    size_t nnotes;
    /* It has been silent for longer than its rhythm explains: since when, or
     * WALL_NONE. */
    struct wall silent_since;
};

enum condition_sign { CONDITION_UNSAID, CONDITION_BAD, CONDITION_GOOD };

struct condition_signs {
    enum condition_sign sign[CONDITION_COUNT];
    struct condition_text text[CONDITION_COUNT]; /* of BAD ones */
};

/* What facts say about each kind of a source.  Texts live in arena; they are
 * absent when it is full. */
void condition_judge(struct arena *arena, const struct condition_facts *facts,
    struct condition_signs *ret);

/* A condition's present state: whether it is open, and how many signs in a row
 * spoke against that. */
struct condition_course {
    bool open;
    unsigned against;
};
/* Count a sign.  True when it opened or closed. */
bool condition_step(enum condition_kind kind, enum condition_sign sign,
    struct condition_course *course);

/* Some of the sources failed together: the text of MANY_DOWN. */
struct condition_text condition_many(
    struct arena *arena, size_t failing, size_t asked, enum cause_class why);

const char *condition_word(enum condition_kind kind);
/* CONDITION_COUNT when there is no such kind. */
enum condition_kind condition_of(struct str word);
enum condition_severity condition_severity(enum condition_kind kind);
/* The kind's name for people, and what to do about it. */
struct condition_text condition_name(enum condition_kind kind);
struct condition_text condition_advice(enum condition_kind kind);

const char *cause_word(enum poll_cause cause); /* "dns", "status", … */
enum cause_class cause_class_of(enum poll_cause cause);

#endif

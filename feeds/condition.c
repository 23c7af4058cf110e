/*
 * condition: the signs that a poll gives, and how many it takes.
 */
#include "feeds/condition.h"

#include <stdio.h>

#include "base/utf8.h"
#include "feeds/item.h"

/* What is only noted of a document, each with its words. */
enum {
    TROUBLE_OF_FORM = TROUBLE_MALFORMED | TROUBLE_CUT | TROUBLE_LIMIT |
                      TROUBLE_BAD_DATES | TROUBLE_DUPLICATES |
                      TROUBLE_REANNOUNCED
};

/* --- the kinds ------------------------------------------------------------ */

static const struct {
    const char *word;
    enum condition_severity severity;
    unsigned bad, good; /* signs in a row, to open and to close */
} kinds[] = {
#define X(name, word, severity, bad, good)                                     \
    [CONDITION_##name] = {word, CONDITION_##severity, bad, good},
    CONDITION_KINDS(X)
#undef X
};

const char *
condition_word(enum condition_kind kind)
{
    return kinds[kind].word;
}

enum condition_kind
condition_of(struct str word)
{
    for (int i = 0; i < CONDITION_COUNT; i++)
        if (str_eq(word, str_of(kinds[i].word)))
            return (enum condition_kind)i;
    return CONDITION_COUNT;
}

enum condition_severity
condition_severity(enum condition_kind kind)
{
    return kinds[kind].severity;
}

const char *
cause_word(enum poll_cause cause)
{
    static const char *const words[] = {
        [CAUSE_NONE] = "none",
        [CAUSE_DNS] = "dns",
        [CAUSE_CONNECT] = "connect",
        [CAUSE_TLS] = "tls",
        [CAUSE_TIMEOUT] = "timeout",
        [CAUSE_BROKEN] = "broken",
        [CAUSE_REDIRECTS] = "redirects",
        [CAUSE_TOO_LARGE] = "too-large",
        [CAUSE_STATUS] = "status",
        [CAUSE_ADDRESS] = "address",
        [CAUSE_ROBOTS] = "robots",
        [CAUSE_BLOCKED] = "blocked",
        [CAUSE_DOCUMENT] = "document",
        [CAUSE_DIED] = "died",
        [CAUSE_HOUSE] = "house",
    };

    return words[cause];
}

enum cause_class
cause_class_of(enum poll_cause cause)
{
    static const enum cause_class classes[] = {
#define X(name, group, en, zh) [CAUSE_##name] = CAUSE_CLASS_##group,
        POLL_CAUSES(X)
#undef X
    };

    return classes[cause];
}

/* --- counting signs ------------------------------------------------------- */

bool
condition_step(enum condition_kind kind, enum condition_sign sign,
    struct condition_course *course)
{
    enum condition_sign against = course->open ? CONDITION_GOOD : CONDITION_BAD;
    unsigned need = course->open ? kinds[kind].good : kinds[kind].bad;

    if (sign == CONDITION_UNSAID)
        return false;
    course->against = sign == against ? course->against + 1 : 0;
    if (course->against < need)
        return false;
    course->open = !course->open;
    course->against = 0;
    return true;
}

/* --- the signs of a poll -------------------------------------------------- */

/* A poll that is being judged. */
struct judged {
    struct arena *arena;
    const struct condition_facts *facts;
    struct condition_signs *signs;
};

static void
good(struct judged *j, enum condition_kind kind)
{
    j->signs->sign[kind] = CONDITION_GOOD;
}

static void
bad(struct judged *j, enum condition_kind kind, struct str en, struct str zh)
{
    j->signs->sign[kind] = CONDITION_BAD;
    j->signs->text[kind] = (struct condition_text){en, zh};
}

static void
either(struct judged *j, enum condition_kind kind, bool is_bad, const char *en,
    const char *zh)
{
    if (is_bad)
        bad(j, kind, str_of(en), str_of(zh));
    else
        good(j, kind);
}

/* "the server answers 503", and what was heard besides. */
static struct condition_text
cause_text(struct judged *j)
{
    static const struct condition_text causes[] = {
#define X(name, group, en, zh)                                                 \
    [CAUSE_##name] = {{en, sizeof(en) - 1}, {zh, sizeof(zh) - 1}},
        POLL_CAUSES(X)
#undef X
    };
    const struct condition_facts *f = j->facts;
    struct condition_text text = causes[f->cause];
    struct str reason = utf8_cut(f->reason, CONDITION_NOTE_BYTES);

    if (f->cause == CAUSE_STATUS) {
        text.en =
            arena_printf(j->arena, "%.*s %d", STR_ARG(text.en), f->status);
        text.zh =
            arena_printf(j->arena, "%.*s %d", STR_ARG(text.zh), f->status);
    } else if (reason.n > 0 && f->cause != CAUSE_ROBOTS) {
        text.en = arena_printf(
            j->arena, "%.*s (%.*s)", STR_ARG(text.en), STR_ARG(reason));
        text.zh = arena_printf(
            j->arena, "%.*s（%.*s）", STR_ARG(text.zh), STR_ARG(reason));
    }
    return text;
}

/* Whether anything can be heard of the source at all. */
static void
judge_reach(struct judged *j)
{
    const struct condition_facts *f = j->facts;
    struct condition_text why = cause_text(j);
    bool refused = f->cause == CAUSE_ROBOTS || f->cause == CAUSE_ADDRESS;

    either(j, CONDITION_GONE, f->gone,
        "the server says that it is gone for good (410)",
        "服务器表示该地址已永久停用（410）");
    either(j, CONDITION_QUARANTINED, f->quarantined,
        "its document ended the parser three times in a row",
        "其文档连续三次使解析程序终止");
    if (refused)
        bad(j, CONDITION_REFUSED, why.en, why.zh);
    else if (f->cause == CAUSE_NONE || f->status != 0)
        good(j, CONDITION_REFUSED);
    if (f->cause == CAUSE_BLOCKED)
        bad(j, CONDITION_BLOCKED, why.en, why.zh);
    else if (f->cause == CAUSE_NONE)
        good(j, CONDITION_BLOCKED);
    if (f->cause == CAUSE_NONE || f->cause == CAUSE_BLOCKED)
        good(j, CONDITION_DOWN);
    else if (!refused && !f->gone && f->cause != CAUSE_DIED)
        bad(j, CONDITION_DOWN,
            arena_printf(j->arena, "%u polls in a row failed: %.*s",
                f->failures, STR_ARG(why.en)),
            arena_printf(j->arena, "连续 %u 次未能获取：%.*s", f->failures,
                STR_ARG(why.zh)));
}

/* A certificate that is known to last is the only good sign. */
static void
judge_certificate(struct judged *j)
{
    const struct condition_facts *f = j->facts;
    int64_t left, days;

    if (!wall_is_set(f->cert_expires)) {
        if (f->cause == CAUSE_TLS &&
            str_find(f->reason, STR("certificate")) < f->reason.n)
            bad(j, CONDITION_CERTIFICATE,
                STR("its certificate is not accepted"), STR("证书不被信任"));
        return;
    }
    left = f->cert_expires.ms - f->now.ms;
    days = left / MS_DAY;
    if (left <= 0)
        bad(j, CONDITION_CERTIFICATE, STR("its certificate has expired"),
            STR("证书已过期"));
    else if (f->cause == CAUSE_TLS)
        bad(j, CONDITION_CERTIFICATE, STR("its certificate is not accepted"),
            STR("证书不被信任"));
    else if (days < CONDITION_CERT_DAYS)
        bad(j, CONDITION_CERTIFICATE,
            arena_printf(j->arena, "its certificate expires in %lld days",
                (long long)days),
            arena_printf(j->arena, "证书将在 %lld 天后到期", (long long)days));
    else if (days >= CONDITION_CERT_CLEAR_DAYS)
        good(j, CONDITION_CERTIFICATE);
}

/* The first note that begins with the word of one of the bits. */
static struct str
trouble_note(const struct condition_facts *f, unsigned bits)
{
    static const char *const words[] = {
#define X(name, word) [TROUBLE_NUMBER_##name] = word ":",
        DOCUMENT_TROUBLES(X)
#undef X
    };

    for (size_t i = 0; i < f->nnotes; i++)
        for (unsigned bit = 0; bit < TROUBLE_COUNT; bit++)
            if (bits & 1u << bit && str_starts(f->notes[i], str_of(words[bit])))
                return utf8_cut(f->notes[i], CONDITION_NOTE_BYTES);
    return STR_NONE;
}

static void
judge_trouble(struct judged *j, enum condition_kind kind, unsigned bits,
    struct str en, struct str zh)
{
    const struct condition_facts *f = j->facts;
    struct str note = trouble_note(f, bits);

    if (!(f->trouble & bits)) {
        good(j, kind);
        return;
    }
    if (note.n > 0) {
        en = arena_printf(j->arena, "%.*s (%.*s)", STR_ARG(en), STR_ARG(note));
        zh = arena_printf(j->arena, "%.*s（%.*s）", STR_ARG(zh), STR_ARG(note));
    }
    bad(j, kind, en, zh);
}

/* What the document showed. */
static void
judge_document(struct judged *j)
{
    const struct condition_facts *f = j->facts;
    bool none = f->in_window == 0;
    bool lost = f->hint_lost || (none && f->selected);

    either(j, CONDITION_SELECTOR_LOST, lost,
        f->selected ? "what select names is not on the page"
                    : "the list is not where it was found before",
        f->selected ? "页面上找不到 select 指定的内容" : "列表不在原来的位置");
    if (none && !lost)
        bad(j, CONDITION_EMPTY,
            f->known ? STR("it shows no items any more")
                     : STR("no items were found in it"),
            f->known ? STR("不再显示任何条目") : STR("没有找到条目"));
    else if (!none)
        good(j, CONDITION_EMPTY);
    judge_trouble(j, CONDITION_ENCODING, TROUBLE_ENCODING,
        STR("its characters are not in the encoding that it names"),
        STR("字符编码与声明不符"));
    judge_trouble(j, CONDITION_MALFORMED, TROUBLE_OF_FORM,
        STR("its document had to be mended"), STR("文档有缺陷，已勉强读出"));
}

/* Only news ends a silence. */
static void
judge_silence(struct judged *j)
{
    const struct condition_facts *f = j->facts;
    long long hours;

    if (f->news > 0) {
        good(j, CONDITION_SILENT);
        return;
    }
    if (f->cause != CAUSE_NONE || !wall_is_set(f->silent_since))
        return;
    hours = (long long)((f->now.ms - f->silent_since.ms) / MS_HOUR);
    if (hours < 48)
        bad(j, CONDITION_SILENT,
            arena_printf(j->arena, "nothing new for %lld hours", hours),
            arena_printf(j->arena, "已 %lld 小时没有新内容", hours));
    else
        bad(j, CONDITION_SILENT,
            arena_printf(j->arena, "nothing new for %lld days", hours / 24),
            arena_printf(j->arena, "已 %lld 天没有新内容", hours / 24));
}

void
condition_judge(struct arena *arena, const struct condition_facts *facts,
    struct condition_signs *ret)
{
    struct judged j = {.arena = arena, .facts = facts, .signs = ret};

    *ret = (struct condition_signs){0};
    judge_reach(&j);
    judge_certificate(&j);
    if (facts->document)
        judge_document(&j);
    judge_silence(&j);
}

struct condition_text
condition_many(
    struct arena *arena, size_t failing, size_t asked, enum cause_class why)
{
    bool network = why == CAUSE_CLASS_NETWORK;

    return (struct condition_text){
        arena_printf(arena, "%zu of %zu sources fail at the same time: %s",
            failing, asked,
            network ? "no connection" : "their servers answer wrongly"),
        arena_printf(arena, "%zu / %zu 个来源同时失败：%s", failing, asked,
            network ? "网络不通" : "服务器返回异常")};
}

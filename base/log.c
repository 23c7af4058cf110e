#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mask.h"
#include "base/utf8.h"

enum {
    LOG_LINE_MAX = 8 * 1024, /* bytes of a line, its end included */
    LOG_VALUE_MAX = 1024     /* bytes of a value before it is cut */
};

/* Process-wide, set once by log_init. */
static struct {
    const char *name;
    enum log_level level;
    bool prefixed; /* lines begin with <N> */
} log_state = {.name = NULL, .level = LOG_INFO};

void
log_init(const char *name, enum log_level level)
{
    log_state.name = name;
    log_state.level = level;
    log_state.prefixed =
        getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO);
}

enum log_level
log_level(void)
{
    return log_state.level;
}

/* Whether c could end the line, hide text or change its direction. */
static bool
is_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF ||
           (c >= 0xE0000 && c <= 0xE007F);
}

static int
escape_codepoint(struct buf *buf, uint32_t c)
{
    switch (c) {
    case '\n':
        return buf_add_cstr(buf, "\\n");
    case '\r':
        return buf_add_cstr(buf, "\\r");
    case '\t':
        return buf_add_cstr(buf, "\\t");
    default:
        return buf_printf(buf, c < 0x80 ? "\\x%02X" : "\\u{%X}", (unsigned)c);
    }
}

/* Append s with what is unsafe, a backslash and, in quotes, a quote escaped. */
static int
escape(struct buf *buf, struct str s, bool in_quotes)
{
    size_t at = 0;

    while (at < s.n) {
        size_t start = at;
        uint32_t c = utf8_next(s, &at);

        if (is_unsafe(c))
            escape_codepoint(buf, c);
        else if (c == '\\' || (in_quotes && c == '"'))
            buf_printf(buf, "\\%c", (char)c);
        else if (c == UTF8_REPLACEMENT)
            buf_add_codepoint(buf, c); /* also for a bad sequence */
        else
            buf_add(buf, s.p + start, at - start);
    }
    return buf->err;
}

int
log_escape(struct buf *buf, struct str s)
{
    return escape(buf, s, false);
}

static bool
needs_quotes(struct str s)
{
    if (s.n == 0)
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=')
            return true;
    return false;
}

static void
add_field(struct buf *buf, const char *key, const char *value)
{
    struct str whole = str_of(value ? value : "");
    struct str s = utf8_cut(whole, LOG_VALUE_MAX);
    bool quoted = needs_quotes(s);
    struct buf masked;

    buf_init(&masked, 4 * LOG_VALUE_MAX);
    buf_printf(buf, quoted ? " %s=\"" : " %s=", key);
    /* No number of a person gets into a log, whatever was to be said. */
    if (mask_text(&masked, s) == 0)
        escape(buf, buf_str(&masked), quoted);
    if (s.n < whole.n)
        buf_add_cstr(buf, "…");
    if (quoted)
        buf_add_char(buf, '"');
    buf_done(&masked);
}

static void
add_head(struct buf *buf, enum log_level level)
{
    if (log_state.prefixed)
        buf_printf(buf, "<%d>", (int)level);
    if (log_state.name)
        buf_printf(buf, "%s: ", log_state.name);
}

/* Send the line in one write, so that lines of two roles do not mix.  A line
 * that cannot be written is lost: there is nobody to tell. */
static void
send_line(struct buf *line)
{
    const char *p;
    size_t n;

    line->err = 0; /* a line over its limit goes out as far as it came */
    line->max++;
    buf_add_char(line, '\n');
    p = line->p;
    n = line->n;
    while (n) {
        ssize_t sent = write(STDERR_FILENO, p, n);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            break;
        p += sent;
        n -= (size_t)sent;
    }
}

void
log_say(enum log_level level, const char *sentence, ...)
{
    int saved = errno;
    struct buf line;
    va_list args;
    const char *key;

    if (level > log_state.level)
        return;
    buf_init(&line, LOG_LINE_MAX - 1);
    add_head(&line, level);
    escape(&line, str_of(sentence), false);
    va_start(args, sentence);
    while ((key = va_arg(args, const char *)) != NULL)
        add_field(&line, key, va_arg(args, const char *));
    va_end(args);
    send_line(&line);
    buf_done(&line);
    errno = saved;
}

void
log_printf(enum log_level level, const char *format, ...)
{
    int saved = errno;
    struct buf line, sentence, masked;
    va_list args;

    if (level > log_state.level)
        return;
    buf_init(&line, LOG_LINE_MAX - 1);
    buf_init(&sentence, LOG_LINE_MAX);
    va_start(args, format);
    buf_vprintf(&sentence, format, args);
    va_end(args);
    add_head(&line, level);
    buf_init(&masked, 4 * LOG_LINE_MAX);
    if (mask_text(&masked, buf_str(&sentence)) == 0)
        escape(&line, buf_str(&masked), false);
    send_line(&line);
    buf_done(&masked);
    buf_done(&sentence);
    buf_done(&line);
    errno = saved;
}

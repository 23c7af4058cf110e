/* redact_text: an address, a secret, and a platform's answer that may hold
 * either, one line each. */
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "notify/redact.h"

enum { MAX_BYTES = 300 };

static bool
is_plain(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
            return false;
    return s.n >= REDACT_MIN_BYTES;
}

static bool
holds_nocase(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.n <= s.n; i++)
        if (str_starts_nocase(str_from(s, i), needle))
            return true;
    return false;
}

static void
check_origin(struct str url)
{
    struct url parts;
    _cleanup_(buf_done) struct buf out;

    buf_init(&out, 2 * URL_MAX);
    HOLD(notify_redact(&out, url) == 0);
    HOLD(out.n > 0);
    if (url_parse(url, &parts) == 0 && parts.userinfo.n > 0)
        HOLD(str_find_char(buf_str(&out), '@') == out.n);
}

void
fuzz_redact(struct str input)
{
    struct channel_config config = {.id = STR("c"), .kind = STR("webhook")};
    struct str clean;
    _cleanup_(buf_done) struct buf out;

    config.url = fuzz_line(&input);
    config.secrets[0] = fuzz_line(&input);
    config.nsecrets = 1;
    buf_init(&out, 64 * 1024);
    HOLD(redact_text(&out, &config, input, MAX_BYTES) == 0);
    clean = buf_str(&out);
    fuzz_text(clean, MAX_BYTES);
    for (size_t i = 0; i < clean.n; i++)
        HOLD((unsigned char)clean.p[i] >= 0x20 && clean.p[i] != 0x7f);
    if (is_plain(config.secrets[0]))
        HOLD(!holds_nocase(clean, config.secrets[0]));
    check_origin(config.url);
}

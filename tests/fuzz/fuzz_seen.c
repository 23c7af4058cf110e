/* seen_open: the encoded set as the store gives it back. */
#include "feeds/seen.h"
#include "fuzz.h"

void
fuzz_seen(struct str input)
{
    struct seen *seen = NULL, *again = NULL;
    _cleanup_(buf_done) struct buf first;
    _cleanup_(buf_done) struct buf second;
    int err;

    buf_init(&first, 1024 * 1024);
    buf_init(&second, 1024 * 1024);
    HOLD(digest_init() == 0);
    err = seen_open(input, &seen);
    HOLD(err == 0 || err == E_CORRUPT);
    if (err)
        return;
    HOLD(seen_count(seen) <= SEEN_MAX_ENTRIES);
    HOLD(seen_save(seen, SEEN_MAX_ENTRIES, &first) == 0);
    HOLD(seen_open(buf_str(&first), &again) == 0);
    HOLD(seen_count(seen) == seen_count(again));
    HOLD(seen_save(again, SEEN_MAX_ENTRIES, &second) == 0);
    HOLD(str_eq(buf_str(&first), buf_str(&second)));
    seen_free(seen);
    seen_free(again);
}

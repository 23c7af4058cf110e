/* What a platform answers to a message: its kind's judgement. */
#include <stdlib.h>

#include "fuzz.h"
#include "notify/channel.h"

/* A pointer and a value, for the kind that lets operators choose them. */
static const struct channel_success success = {
    .pointer = {"/a/0/~1b", 8}, .equals = {"0", 1}};

void
fuzz_verdict(struct str input)
{
    static const int statuses[] = {200, 204, 302, 400, 413, 429, 500, 503};
    unsigned kind = fuzz_choice(&input), status = fuzz_choice(&input);
    struct http_header header = {STR("Retry-After"), fuzz_line(&input)};
    struct arena *arena = fuzz_arena();
    struct channel_config config = {.id = STR("desk"),
        .url = STR("https://hooks.yunxi.example/in/T0k3nT0k3n"),
        .success = success};
    struct http_answer answer = {.status = statuses[status % 8],
        .headers = &header,
        .nheaders = 1,
        .body = input};
    struct channel_verdict verdict;
    const struct channel_ops *ops;
    size_t n = 0;

    while (channel_kind(n))
        n++;
    config.kind = str_of(channel_kind(kind % n));
    ops = channel_ops_find(config.kind);
    if (ops->judge) {
        ops->judge(&config, &answer, FUZZ_NOW, arena, &verdict);
        HOLD(arena_failed(arena) || (unsigned)verdict.class < CLASS_COUNT);
        HOLD(verdict.retry_after_ms >= 0 &&
             verdict.retry_after_ms <= CHANNEL_RETRY_AFTER_MAX_MS);
        /* No body, no yes, where the platform has its word in the body. */
        if (input.n == 0 && verdict.class == CLASS_DELIVERED)
            HOLD(answer.status < 300);
    }
    arena_free(arena);
}

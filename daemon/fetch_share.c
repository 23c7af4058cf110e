/*
 * fetch_share: one address that several sources ask for is asked once.
 *
 * Each address (with what it is wanted as, and which inside ranges are open to
 * it) has an entry: who asked last, when, and what the answer says of the state
 * the document is in now.  While one poll asks, others of the same address wait
 * for it; afterwards another source is content with that answer for as long as
 * its own interval.  The asker itself always asks.
 *
 * Bodies are kept only where they may be needed: of a first poll, and of an
 * address that is known to be asked for by several.  All of it is bounded, and
 * what was longest not asked for is forgotten first; then it is asked again,
 * which is the worst that can happen here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"

enum {
    SHARE_MAX = 16384, /* addresses */
    SHARE_CHAINS = 4096,
    SHARE_MAX_BODIES_BYTES = 16 * 1024 * 1024,
    SHARE_MAX_WAITING = 1024,   /* polls of one address */
    SHARE_FIRST_MS = 60 * 1000, /* for a source that has no interval yet */
    SHARE_ARENA_BYTES = 64 * 1024
};

struct fetch_shared {
    TAILQ_ENTRY(fetch_shared) link; /* least recently asked first */
    SLIST_ENTRY(fetch_shared) chain;
    uint8_t key[DIGEST_SIZE];
    uint8_t source[DIGEST_SIZE]; /* that asked last */
    bool asking, several;
    bool plain; /* its content coding is none */
    struct fetch_polls waiting;
    size_t nwaiting;

    bool known; /* what follows is there */
    struct mono at;
    Tocsin__PollAnswer__Outcome outcome;
    char *reason;
    uint8_t *answer; /* packed, with the validators of now */
    size_t answer_n;
    /* The document in that state, or NULL. */
    char *url, *content_type, *body;
    size_t body_n;
    uint8_t body_hash[DIGEST_SIZE];
};

struct fetch_shares {
    size_t n, bytes;
    TAILQ_HEAD(fetch_shareds, fetch_shared) all;
    SLIST_HEAD(fetch_share_chain, fetch_shared) chains[SHARE_CHAINS];
};

int
shares_new(struct fetch_shares **ret)
{
    struct fetch_shares *shares = calloc(1, sizeof *shares);

    if (shares == NULL)
        return E_NOMEM;
    TAILQ_INIT(&shares->all);
    *ret = shares;
    return 0;
}

static struct fetch_share_chain *
share_chain(struct fetch_shares *shares, const uint8_t key[DIGEST_SIZE])
{
    return &shares->chains[(key[0] << 8 | key[1]) % SHARE_CHAINS];
}

/* --- forgetting ------------------------------------------------------------
 */

static void
share_forget_body(struct fetch_shares *shares, struct fetch_shared *shared)
{
    shares->bytes -= shared->body_n;
    free(shared->url);
    free(shared->content_type);
    free(shared->body);
    shared->url = shared->content_type = shared->body = NULL;
    shared->body_n = 0;
}

static void
share_forget(struct fetch_shared *shared)
{
    free(shared->reason);
    free(shared->answer);
    shared->reason = NULL;
    shared->answer = NULL;
    shared->known = false;
}

static void
share_drop(struct fetch_shares *shares, struct fetch_shared *shared)
{
    share_forget(shared);
    share_forget_body(shares, shared);
    TAILQ_REMOVE(&shares->all, shared, link);
    SLIST_REMOVE(share_chain(shares, shared->key), shared, fetch_shared, chain);
    shares->n--;
    free(shared);
}

static void
share_trim(struct fetch_shares *shares)
{
    struct fetch_shared *shared = TAILQ_FIRST(&shares->all), *next;

    for (; shared &&
           (shares->n > SHARE_MAX || shares->bytes > SHARE_MAX_BODIES_BYTES);
         shared = next) {
        next = TAILQ_NEXT(shared, link);
        if (shared->asking)
            continue;
        if (shares->n > SHARE_MAX)
            share_drop(shares, shared);
        else
            share_forget_body(shares, shared);
    }
}

/* --- finding ---------------------------------------------------------------
 */

static void
share_key(const Tocsin__PollRequest *request, uint8_t ret[DIGEST_SIZE])
{
    struct str parts[GATE_MAX_ALLOW + 3];
    char want = (char)('0' + (int)request->want);
    size_t n = 0;

    parts[n++] = str_of(request->url);
    parts[n++] = (struct str){&want, 1};
    parts[n++] = str_of(request->proxy);
    for (size_t i = 0; i < request->n_allow && i < GATE_MAX_ALLOW; i++)
        parts[n++] = str_of(request->allow[i]);
    digest_parts(parts, n, ret);
}

static struct fetch_shared *
share_get(struct fetch_shares *shares, const uint8_t key[DIGEST_SIZE])
{
    struct fetch_share_chain *chain = share_chain(shares, key);
    struct fetch_shared *shared;

    SLIST_FOREACH (shared, chain, chain) {
        if (memcmp(shared->key, key, DIGEST_SIZE) == 0) {
            TAILQ_REMOVE(&shares->all, shared, link);
            TAILQ_INSERT_TAIL(&shares->all, shared, link);
            return shared;
        }
    }
    shared = calloc(1, sizeof *shared);
    if (shared == NULL)
        return NULL;
    memcpy(shared->key, key, DIGEST_SIZE);
    STAILQ_INIT(&shared->waiting);
    TAILQ_INSERT_TAIL(&shares->all, shared, link);
    SLIST_INSERT_HEAD(chain, shared, chain);
    shares->n++;
    return shared;
}

/* --- answering from what is known ------------------------------------------
 */

static bool
bytes_eq(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* Whether the poll's source knows the document in the state that it is in. */
static bool
share_is_same(const Tocsin__PollRequest *request, const Tocsin__Answer *now)
{
    if (request->body_hash.len && now->body_hash.len)
        return bytes_eq(request->body_hash, now->body_hash);
    return (request->etag.len || request->last_modified.len) &&
           bytes_eq(request->etag, now->etag) &&
           bytes_eq(request->last_modified, now->last_modified);
}

/* Answer the poll.  false when what is known does not suffice. */
static bool
share_answer(struct fetch_shared *shared, struct fetch_poll *poll)
{
    const struct fetch_body body = {.url = str_of(shared->url),
        .content_type = str_of(shared->content_type),
        .bytes = {shared->body, shared->body_n}};
    struct arena *arena = arena_new(SHARE_ARENA_BYTES);
    Tocsin__Answer *answer =
        arena ? tocsin__answer__unpack(NULL, shared->answer_n, shared->answer)
              : NULL;
    bool ok = answer != NULL;

    if (ok) {
        answer->wire_bytes = 0;
        answer->elapsed_ms = 0;
    }
    if (ok && shared->outcome != TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED) {
        fetch_poll_answer(poll, shared->outcome, shared->reason, answer);
    } else if (ok && share_is_same(poll->request, answer)) {
        fetch_poll_answer(
            poll, TOCSIN__POLL_ANSWER__OUTCOME__UNCHANGED, "", answer);
    } else if (ok && shared->body && answer->body_hash.len == DIGEST_SIZE &&
               memcmp(answer->body_hash.data, shared->body_hash, DIGEST_SIZE) ==
                   0) {
        answer->status = 200;
        fetch_poll_hand(poll, arena, &body, answer);
    } else {
        ok = false;
    }
    if (answer)
        tocsin__answer__free_unpacked(answer, NULL);
    arena_free(arena);
    return ok;
}

static bool
share_is_fresh(const struct fetch_shared *shared, const struct fetch_poll *poll)
{
    int64_t window = poll->request->interval_ms > 0 ? poll->request->interval_ms
                                                    : SHARE_FIRST_MS;

    return shared->known &&
           loop_mono(poll->fetch->role->loop).ms - shared->at.ms < window;
}

bool
shares_take(struct fetch_shares *shares, struct fetch_poll *poll)
{
    uint8_t key[DIGEST_SIZE], source[DIGEST_SIZE];
    struct fetch_shared *shared;
    bool other;

    share_key(poll->request, key);
    digest_sha256(str_of(poll->request->source), source);
    shared = share_get(shares, key);
    if (shared == NULL)
        return false;
    if (shared->asking) {
        shared->several = true;
        if (shared->nwaiting == SHARE_MAX_WAITING)
            return false; /* it asks by itself, for itself */
        STAILQ_INSERT_TAIL(&shared->waiting, poll, link);
        shared->nwaiting++;
        return true;
    }
    other = memcmp(shared->source, source, DIGEST_SIZE) != 0;
    if (other && share_is_fresh(shared, poll)) {
        shared->several = true;
        if (share_answer(shared, poll))
            return true;
    }
    memcpy(shared->source, source, DIGEST_SIZE);
    shared->asking = true;
    poll->shared = shared;
    share_trim(shares);
    return false;
}

void
shares_set_plain(struct fetch_poll *poll)
{
    if (poll->shared)
        poll->shared->plain = true;
}

bool
shares_is_plain(const struct fetch_poll *poll)
{
    return poll->shared && poll->shared->plain;
}

/* --- what came of asking ---------------------------------------------------
 */

/* Pack the answer with the validators that hold now: those of a 304 are the
 * asker's own where it names none. */
static int
share_keep_answer(struct fetch_shared *shared,
    const Tocsin__PollRequest *request, const Tocsin__Answer *answer)
{
    Tocsin__Answer now = TOCSIN__ANSWER__INIT;

    if (answer)
        now = *answer;
    if (now.status == 304) {
        if (now.etag.len == 0)
            now.etag = request->etag;
        if (now.last_modified.len == 0)
            now.last_modified = request->last_modified;
        now.body_hash = request->body_hash;
    }
    shared->answer_n = tocsin__answer__get_packed_size(&now);
    shared->answer = malloc(shared->answer_n ? shared->answer_n : 1);
    if (shared->answer == NULL)
        return E_NOMEM;
    tocsin__answer__pack(&now, shared->answer);
    return 0;
}

static void
share_keep_body(struct fetch_shares *shares, struct fetch_shared *shared,
    const struct fetch_body *body, const Tocsin__Answer *answer)
{
    share_forget_body(shares, shared);
    if (answer->body_hash.len != DIGEST_SIZE ||
        body->bytes.n > SHARE_MAX_BODIES_BYTES / 4)
        return;
    shared->url = strndup(body->url.n ? body->url.p : "", body->url.n);
    shared->content_type = strndup(
        body->content_type.n ? body->content_type.p : "", body->content_type.n);
    shared->body = malloc(body->bytes.n ? body->bytes.n : 1);
    if (shared->url == NULL || shared->content_type == NULL ||
        shared->body == NULL) {
        share_forget_body(shares, shared);
        return;
    }
    if (body->bytes.n)
        memcpy(shared->body, body->bytes.p, body->bytes.n);
    shared->body_n = body->bytes.n;
    shares->bytes += shared->body_n;
    memcpy(shared->body_hash, answer->body_hash.data, DIGEST_SIZE);
}

static void
share_keep(struct fetch_shares *shares, struct fetch_shared *shared,
    const struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, const Tocsin__Answer *answer,
    const struct fetch_body *body)
{
    bool first = poll->request->body_hash.len == 0;

    share_forget(shared);
    shared->reason = strdup(reason);
    if (shared->reason == NULL ||
        share_keep_answer(shared, poll->request, answer) < 0) {
        share_forget(shared);
        return;
    }
    shared->known = true;
    shared->outcome = outcome;
    shared->at = loop_mono(poll->fetch->role->loop);
    if (body && (first || shared->several))
        share_keep_body(shares, shared, body, answer);
}

void
shares_done(struct fetch_poll *poll, Tocsin__PollAnswer__Outcome outcome,
    const char *reason, const Tocsin__Answer *answer,
    const struct fetch_body *body)
{
    struct fetch_shares *shares = poll->fetch->shares;
    struct fetch_shared *shared = poll->shared;
    struct fetch_polls waiting = STAILQ_HEAD_INITIALIZER(waiting);
    struct fetch_poll *next;

    if (shared == NULL)
        return;
    poll->shared = NULL;
    shared->asking = false;
    if (outcome != TOCSIN__POLL_ANSWER__OUTCOME__LATER)
        share_keep(shares, shared, poll, outcome, reason, answer, body);
    STAILQ_CONCAT(&waiting, &shared->waiting);
    shared->nwaiting = 0;
    while ((next = STAILQ_FIRST(&waiting)) != NULL) {
        STAILQ_REMOVE_HEAD(&waiting, link);
        fetch_poll_begin(next);
    }
    share_trim(shares);
}

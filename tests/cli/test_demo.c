/*
 * The demonstration is honest: every source, in its format, encoding and
 * brokenness, gives a reader exactly what the county published; and its
 * receiver takes only what is signed.
 */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "cli/demo.h"
#include "feeds/feeds.h"

#define BASE "http://127.0.0.1:8490"
static const struct wall now = {1780000000000}; /* 2026-05-28 */

static struct demo_script *
load(struct arena *arena)
{
    struct toc_errors errors = {0};
    struct demo_script *script = NULL;
    struct str county = {(const char *)demo_county, demo_county_size};

    if (demo_script_load(arena, county, &errors, &script) < 0)
        toc_errors_print(&errors, stderr);
    assert_non_null(script);
    return script;
}

static void
the_script_is_as_promised(void **state)
{
    struct arena *arena = arena_new(64 << 20);
    struct demo_script *script = load(arena);
    struct str events[8];
    size_t nevents = 0, formats[5] = {0}, gb18030 = 0, unavailable = 0,
           malformed = 0, bare = 0;
    (void)state;

    assert_true(script->nsources >= 12);
    for (size_t i = 0; i < script->nsources; i++) {
        const struct demo_source *s = &script->sources[i];
        formats[s->format]++;
        gb18030 += s->gb18030;
        unavailable += s->unavailable;
        malformed += s->malformed;
        bare += !s->has_etag && !s->has_modified;
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(formats[i] > 0);
    assert_true(gb18030 > 0 && unavailable > 0 && malformed > 0 && bare > 0);
    for (size_t i = 0; i < script->npublications; i++) {
        struct str event = script->publications[i].event;
        size_t e = 0;
        while (e < nevents && !str_eq(events[e], event))
            e++;
        if (event.p && e == nevents && nevents < 8)
            events[nevents++] = event;
        assert_true(!event.p || script->publications[i].at_ms > 0);
    }
    assert_int_equal(nevents, 4);
    for (size_t e = 0; e < nevents; e++) {
        bool told[DEMO_MAX_SOURCES] = {false};
        size_t n = 0;
        for (size_t i = 0; i < script->npublications; i++)
            if (str_eq(script->publications[i].event, events[e]))
                told[script->publications[i].source] = true;
        for (size_t i = 0; i < script->nsources; i++)
            n += told[i];
        assert_true(n >= 4);
    }
    arena_free(arena);
}

static void
publications_come_in_time(void **state)
{
    struct arena *arena = arena_new(64 << 20);
    struct demo_script *script = load(arena);
    struct demo_publication *p;
    size_t baseline = 0;
    (void)state;

    while ((p = demo_script_next(script, -1, now))) {
        assert_true(p->at_ms < 0 && p->published.ms < now.ms);
        baseline++;
    }
    assert_true(baseline >= script->nsources);
    assert_null(demo_script_next(script, 0, now));
    p = demo_script_next(script, 2000, now);
    assert_non_null(p);
    assert_int_equal(p->published.ms, now.ms);
    /* two changes in one second have different Last-Modified seconds */
    struct wall first = script->sources[p->source].changed;
    while ((p = demo_script_next(script, INT64_MAX, now)))
        ;
    assert_int_equal(script->nout, script->npublications);
    for (size_t i = 0; i < script->nsources; i++)
        assert_true(script->sources[i].changed.ms >= first.ms ||
                    script->sources[i].changed.ms >= now.ms);
    arena_free(arena);
}

/* The newest of source's publications that a feed shows, newest first. */
static size_t
shown(const struct demo_script *script, size_t source,
    const struct demo_publication **out)
{
    size_t n = 0;

    for (size_t i = script->nout; i-- > 0 && n < DEMO_FEED_ITEMS;)
        if (script->publications[i].source == source)
            out[n++] = &script->publications[i];
    return n;
}

static void
check_source(const struct demo_script *script, size_t source)
{
    const struct demo_source *s = &script->sources[source];
    const struct demo_publication *expected[DEMO_FEED_ITEMS];
    struct arena *arena = arena_new(64 << 20);
    struct toc_error why = {0};
    const struct document *document = NULL;
    const char *type = NULL;
    struct buf body;

    buf_init(&body, DEMO_MAX_DOCUMENT);
    assert_int_equal(demo_render_source(script, source, BASE, &body, &type), 0);
    struct feed_input input = {.bytes = buf_str(&body),
        .url = arena_printf(arena, BASE "/%.*s/", STR_ARG(s->id)),
        .content_type = str_of(type),
        .now = now};
    int err = s->format == DEMO_LIST
                  ? list_parse(arena, &input, &why, &document)
                  : feed_parse(arena, &input, &why, &document);
    if (err < 0)
        fail_msg("%.*s: %s", STR_ARG(s->id), why.text);
    size_t n = shown(script, source, expected);
    assert_int_equal(document->nitems, n);
    for (size_t i = 0; i < n; i++) {
        const struct item *item = &document->items[i];
        if (!str_eq(item->title, expected[i]->title))
            fail_msg("%.*s: \"%.*s\" is not \"%.*s\"", STR_ARG(s->id),
                STR_ARG(item->title), STR_ARG(expected[i]->title));
        assert_true(str_starts(item->url, STR(BASE "/")));
        if (s->format != DEMO_LIST && expected[i]->text.n)
            assert_true(str_find(item->text, expected[i]->text) < item->text.n);
    }
    buf_done(&body);
    arena_free(arena);
}

static void
every_source_reads_as_published(void **state)
{
    struct arena *arena = arena_new(64 << 20);
    struct demo_script *script = load(arena);
    struct wall t = now;
    (void)state;

    while (demo_script_next(script, INT64_MAX, t))
        t.ms += MS_SECOND;
    for (size_t i = 0; i < script->nsources; i++)
        check_source(script, i);
    arena_free(arena);
}

/* Sign body as a sender would; the texts live in arena. */
static struct demo_message
sign(struct arena *arena, const struct demo_receiver *receiver, const char *id,
    int64_t at_ms, const char *body)
{
    struct demo_message m = {.id = str_of(id), .body = str_of(body)};
    uint8_t mac[DIGEST_SIZE];
    struct buf base64;

    m.timestamp = arena_printf(arena, "%lld", (long long)(at_ms / MS_SECOND));
    struct str text =
        arena_printf(arena, "%s.%.*s.%s", id, STR_ARG(m.timestamp), body);
    digest_hmac_sha256(buf_str(&receiver->secret), text, mac);
    buf_init(&base64, 128);
    digest_base64(&base64, mac, sizeof(mac));
    m.signature =
        arena_printf(arena, "v1,bm90IG91cnM= v1,%s", buf_cstr(&base64));
    buf_done(&base64);
    return m;
}

static void
the_receiver_takes_only_what_is_signed(void **state)
{
    static const char body[] =
        "{\"type\":\"incident.opened\",\"data\":{\"incident\":{\"id\":1,"
        "\"level\":\"red\",\"title\":\"起火\\u001b[31m\",\"score\":90}}}";
    struct arena *arena = arena_new(1 << 20);
    char printed[4096] = "";
    struct demo_receiver receiver = {.chinese = true};
    (void)state;

    receiver.out = fmemopen(printed, sizeof(printed), "w");
    assert_non_null(receiver.out);
    buf_init(&receiver.secret, 64);
    buf_add_cstr(&receiver.secret, "0123456789012345678901234567");
    struct demo_message good = sign(arena, &receiver, "msg_1", now.ms, body);
    assert_int_equal(demo_receive(&receiver, &good, now), 204);
    assert_int_equal(demo_receive(&receiver, &good, now), 204);
    assert_int_equal(receiver.messages, 1);
    assert_int_equal(receiver.repeats, 1);

    struct demo_message bad = good;
    bad.body = STR("{}");
    assert_int_equal(demo_receive(&receiver, &bad, now), 401);
    bad = good;
    bad.id = STR("msg_2");
    assert_int_equal(demo_receive(&receiver, &bad, now), 401);
    bad = good;
    bad.signature = STR_NONE;
    assert_int_equal(demo_receive(&receiver, &bad, now), 401);
    bad = sign(arena, &receiver, "msg_3", now.ms - 10 * MS_MINUTE, body);
    assert_int_equal(demo_receive(&receiver, &bad, now), 401);
    bad = sign(arena, &receiver, "msg_4", now.ms, "no json");
    assert_int_equal(demo_receive(&receiver, &bad, now), 400);
    assert_int_equal(receiver.messages, 1);
    assert_int_equal(receiver.wrong, 5);

    fclose(receiver.out);
    assert_non_null(strstr(printed, "起火"));
    assert_non_null(strstr(printed, "红色"));
    assert_null(strchr(printed, '\x1b'));
    demo_receiver_done(&receiver);
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_script_is_as_promised),
        cmocka_unit_test(publications_come_in_time),
        cmocka_unit_test(every_source_reads_as_published),
        cmocka_unit_test(the_receiver_takes_only_what_is_signed),
    };

    if (digest_init() < 0 || feeds_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

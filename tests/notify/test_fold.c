/*
 * fold: each incident once, nothing lost, whatever the limit; conditions; what
 * cannot be told together.
 */
#include "base/jsonx.h"
#include "base/utf8.h"
#include "check.h"
#include "notify/body.h"
#include "notify/fold.h"

static const struct wall now = {INT64_C(1772409600000)};

static struct str
opened(struct buf *out, int64_t id, const char *type, const char *item)
{
    buf_clear(out);
    buf_printf(out,
        "{\"type\":\"%s\",\"timestamp\":\"2026-06-07T01:31:00Z\",\"data\":"
        "{\"incident\":{\"id\":%lld,\"url\":"
        "\"https://bell.yunxi.example/incidents/%lld\",\"level\":\"blue\","
        "\"score\":30,\"title\":\"云溪县第%lld小学食堂漏水，已报修，"
        "无人受伤\",\"category\":\"building_fire\",\"state\":\"new\","
        "\"owner\":null,\"first_seen\":\"2026-06-07T01:30:00Z\",\"items\":1,"
        "\"sources\":[\"云溪新闻网\"],\"new_items\":[{\"title\":\"%s\","
        "\"url\":\"https://news.yunxi.example/%s\",\"source\":\"云溪新闻网\"}],"
        "\"explanation\":[{\"rule\":\"leak\",\"points\":30}]},"
        "\"reason\":\"first notification\"}}",
        type, (long long)id, (long long)id, (long long)id, item, item);
    return buf_str(out);
}

/* Fold all of n incidents into as many digests as it takes; how many. */
static size_t
fold_all(size_t n, size_t max_bytes, bool seen[])
{
    struct text_style style = {.markup = TEXT_MARKUP_DINGTALK,
        .console = STR("https://bell.yunxi.example"),
        .max_bytes = max_bytes};
    size_t from = 0, digests = 0;
    struct buf row, out;

    buf_init(&row, 8192);
    buf_init(&out, BODY_MAX_BYTES);
    while (from < n) {
        struct fold *fold = fold_new(&style);
        struct arena *arena = arena_new(16 << 20);
        size_t rows = 0, entries = 0, i;
        struct text text;
        json_t *json, *list, *one;

        assert_non_null(fold);
        for (i = from; i < n; i++)
            assert_int_equal(fold_add(fold, opened(&row, (int64_t)i + 1,
                                                "incident.opened", "a")),
                0);
        assert_int_equal(fold_entries(fold), n - from);
        assert_int_equal(fold_write(fold, &out, now, &rows, &entries), 0);
        assert_true(rows > 0 && rows == entries);
        assert_true(out.n <= BODY_MAX_BYTES);
        assert_int_equal(jsonx_load(buf_str(&out), NULL, &json), 0);
        list = json_object_get(json_object_get(json, "data"), "incidents");
        assert_int_equal(json_array_size(list), rows);
        json_array_foreach(list, i, one)
        {
            size_t id = (size_t)json_integer_value(json_object_get(one, "id"));

            assert_in_range(id, 1, n);
            assert_false(seen[id - 1]);
            seen[id - 1] = true;
        }
        assert_int_equal(json_integer_value(json_object_get(
                             json_object_get(json, "data"), "more")),
            n - from - rows);
        /* And the words have a place for every one of them. */
        if (max_bytes) {
            assert_int_equal(text_make(arena, buf_str(&out), &style, &text), 0);
            assert_true(text.lines.n <= max_bytes);
            assert_int_equal(text.left_out, n - from - rows);
            if (from + rows < n)
                assert_true(str_find(text.lines, STR("另有")) < text.lines.n);
        }
        json_decref(json);
        arena_free(arena);
        fold_free(fold);
        from += rows;
        digests++;
    }
    buf_done(&out);
    buf_done(&row);
    return digests;
}

static void
test_sum_of_digests_is_all(void **state)
{
    static const size_t limits[] = {0, 16000, 4096, 2048, 700};

    (void)state;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        bool seen[500] = {false};
        size_t n = limits[i] && limits[i] < 1000 ? 60 : 500;
        size_t digests = fold_all(n, limits[i], seen);

        for (size_t k = 0; k < n; k++)
            assert_true(seen[k]);
        assert_true(digests >= (n + BODY_MAX_DIGEST - 1) / BODY_MAX_DIGEST);
        assert_true(digests < n / 2);
    }
}

static void
test_an_incident_is_once_with_its_items(void **state)
{
    struct text_style style = {.max_bytes = 0};
    struct fold *fold = fold_new(&style);
    struct buf row, out;
    size_t rows, entries;
    json_t *json, *one;

    (void)state;
    buf_init(&row, 8192);
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(
        fold_add(fold, opened(&row, 7, "incident.opened", "a")), 0);
    assert_int_equal(
        fold_add(fold, opened(&row, 7, "incident.raised", "b")), 0);
    assert_int_equal(
        fold_add(fold, opened(&row, 8, "incident.opened", "c")), 0);
    assert_int_equal(fold_write(fold, &out, now, &rows, &entries), 0);
    assert_int_equal(rows, 3);
    assert_int_equal(entries, 2);
    assert_int_equal(jsonx_load(buf_str(&out), NULL, &json), 0);
    one = json_array_get(
        json_object_get(json_object_get(json, "data"), "incidents"), 0);
    assert_string_equal(
        json_string_value(json_object_get(one, "event")), "incident.raised");
    assert_int_equal(json_array_size(json_object_get(one, "new_items")), 2);
    assert_null(json_object_get(one, "explanation"));
    json_decref(json);
    buf_done(&out);
    buf_done(&row);
    fold_free(fold);
}

static void
test_what_cannot_be_told_together(void **state)
{
    static const char condition[] =
        "{\"type\":\"source.condition\",\"data\":{\"condition\":{\"subject\":"
        "\"a\",\"kind\":\"down\",\"open\":true},\"reason\":\"x\"}}";
    static const char test[] = "{\"type\":\"test\",\"data\":{}}";
    struct text_style style = {.max_bytes = 0};
    struct fold *fold = fold_new(&style);
    struct buf row, out;
    size_t rows, entries;

    (void)state;
    buf_init(&row, 8192);
    buf_init(&out, BODY_MAX_BYTES);
    assert_int_equal(fold_add(fold, str_of(test)), E_STATE);
    assert_int_equal(fold_add(fold, STR("{")), E_STATE);
    assert_int_equal(fold_write(fold, &out, now, &rows, &entries), E_LIMIT);
    assert_int_equal(fold_add(fold, str_of(condition)), 0);
    assert_int_equal(
        fold_add(fold, opened(&row, 7, "incident.opened", "a")), E_STATE);
    assert_int_equal(fold_add(fold, str_of(condition)), 0);
    assert_int_equal(fold_entries(fold), 1);
    assert_int_equal(fold_write(fold, &out, now, &rows, &entries), 0);
    assert_int_equal(rows, 2);
    assert_true(str_find(buf_str(&out), STR("\"conditions\":[")) < out.n);
    buf_done(&out);
    buf_done(&row);
    fold_free(fold);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_of_digests_is_all),
        cmocka_unit_test(test_an_incident_is_once_with_its_items),
        cmocka_unit_test(test_what_cannot_be_told_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * parse_door: nothing of an item that leaves the parse role has a number of a
 * person in it, in whatever field and form it came.
 */
#include "../base/check.h"
#include "../base/tests_mask_forms.h"
#include "base/mask.h"
#include "daemon/parse_door.h"

enum { ROUNDS = 3000, PLACES = 9, NUMBER_SIZE = 32, ARENA_BYTES = 1 << 20 };

struct planted {
    char number[PLACES][NUMBER_SIZE];
    size_t n;
};

/* A text, or an address, with a number of its own. */
static struct str
plant(struct planted *planted, uint64_t *seed, struct arena *arena, bool url)
{
    static const enum made kinds[] = {MADE_MOBILE, MADE_ID, MADE_OLD_ID};
    enum made kind = kinds[made_random(seed, 3)];
    char *number = planted->number[planted->n++];
    struct buf text;
    struct str s;

    make_number(seed, kind, number);
    buf_init(&text, 4096);
    if (url) {
        form_url(&text, seed, number);
    } else {
        buf_add_cstr(&text, "请联系家长");
        form_text(&text, seed, kind, number);
        buf_add_cstr(&text, "，谢谢");
    }
    s = arena_str(arena, buf_str(&text));
    buf_done(&text);
    return s;
}

static void
expect_none(const struct planted *planted, struct str text, bool url)
{
    for (size_t i = 0; i < planted->n; i++) {
        if (form_is_in(planted->number[i], text, url))
            fail_msg("%s is in \"%.*s\"", planted->number[i], STR_ARG(text));
    }
}

static void
test_items(void **state)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    uint64_t seed = 20261129;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct planted planted = {.n = 0};
        struct str category = plant(&planted, &seed, arena, false);
        struct enclosure enclosure = {
            .url = plant(&planted, &seed, arena, true),
            .type = STR("audio/mpeg")};
        struct item item = {.id = plant(&planted, &seed, arena, i % 2 == 0),
            .url = plant(&planted, &seed, arena, true),
            .title = plant(&planted, &seed, arena, false),
            .text = plant(&planted, &seed, arena, false),
            .summary = plant(&planted, &seed, arena, false),
            .categories = &category,
            .ncategories = 1,
            .enclosures = &enclosure,
            .nenclosures = 1};

        assert_int_equal(door_mask(arena, &item), 0);
        expect_none(&planted, item.id, i % 2 == 0);
        expect_none(&planted, item.url, true);
        expect_none(&planted, item.title, false);
        expect_none(&planted, item.text, false);
        expect_none(&planted, item.summary, false);
        expect_none(&planted, item.categories[0], false);
        expect_none(&planted, item.enclosures[0].url, true);
        assert_str(item.enclosures[0].type, "audio/mpeg");
        arena_clear(arena);
    }
    arena_free(arena);
}

static void
test_document(void **state)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    uint64_t seed = 20261130;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct planted planted = {.n = 0};
        Tocsin__ParseResult result = TOCSIN__PARSE_RESULT__INIT;
        char *notes[1];
        struct str s = plant(&planted, &seed, arena, false);

        result.title = arena_cstr(arena, s);
        result.reason = arena_cstr(arena, plant(&planted, &seed, arena, false));
        notes[0] = arena_cstr(arena, plant(&planted, &seed, arena, false));
        result.notes = notes;
        result.n_notes = 1;
        assert_int_equal(door_describe(arena, &result), 0);
        expect_none(&planted, str_of(result.title), false);
        expect_none(&planted, str_of(result.reason), false);
        expect_none(&planted, str_of(result.notes[0]), false);
        arena_clear(arena);
    }
    arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* People, sessions, tokens. */
#include "base/err.h"
#include "fixture.h"

static const uint8_t secret[32] = {1, 2, 3};
static const uint8_t other[32] = {9};

static void
add_user(struct store *store, const char *name)
{
    struct user user = {.name = str_of(name),
        .password_hash = STR("$argon2"),
        .role = STR("operator"),
        .lang = STR("zh-CN"),
        .created = at(1)};

    assert_int_equal(store_user_add(store, &user), 0);
    assert_int_equal(store_user_add(store, &user), E_EXISTS);
}

static void
a_user_goes_there_and_back(void **state)
{
    struct fixture *f = *state;
    struct user user, *users;
    size_t n;

    add_user(f->store, "li");
    add_user(f->store, "an");
    assert_int_equal(view_user(f->view, STR("li"), f->arena, &user), 0);
    assert_str(user.password_hash, "$argon2");
    assert_str(user.role, "operator");
    assert_false(user.disabled);
    user.role = STR("admin");
    user.lang = STR_NONE;
    assert_int_equal(store_user_save(f->store, &user), 0);
    assert_int_equal(view_users(f->view, f->arena, &users, &n), 0);
    assert_int_equal(n, 2);
    assert_str(users[0].name, "an");
    assert_str(users[1].role, "admin");
    assert_null(users[1].lang.p);
    user.name = STR("nobody");
    assert_int_equal(store_user_save(f->store, &user), E_NOTFOUND);
    assert_int_equal(
        view_user(f->view, STR("nobody"), f->arena, &user), E_NOTFOUND);
}

static void
a_session_lives_until_it_ends(void **state)
{
    struct fixture *f = *state;
    struct session_row row;

    add_user(f->store, "li");
    assert_int_equal(
        store_session_add(f->store, secret, STR("no"), at(1), at(9)),
        E_NOTFOUND);
    assert_int_equal(
        store_session_add(f->store, secret, STR("li"), at(1), at(9)), 0);
    assert_int_equal(view_session(f->view, secret, at(8), f->arena, &row), 0);
    assert_str(row.user.name, "li");
    assert_null(row.scope.p);
    assert_int_equal(row.expires.ms, at(9).ms);
    assert_int_equal(
        view_session(f->view, secret, at(9), f->arena, &row), E_NOTFOUND);
    assert_int_equal(
        view_session(f->view, other, at(8), f->arena, &row), E_NOTFOUND);
    assert_int_equal(store_session_touch(f->store, secret, at(20)), 0);
    assert_int_equal(store_session_touch(f->store, other, at(20)), E_NOTFOUND);
    assert_int_equal(view_session(f->view, secret, at(9), f->arena, &row), 0);
    assert_int_equal(store_session_drop(f->store, secret), 0);
    assert_int_equal(
        view_session(f->view, secret, at(9), f->arena, &row), E_NOTFOUND);
    assert_int_equal(
        store_session_add(f->store, secret, STR("li"), at(1), at(9)), 0);
    assert_int_equal(store_session_expire(f->store, at(9)), 0);
    assert_int_equal(store_session_touch(f->store, secret, at(20)), E_NOTFOUND);
}

static void
who_is_disabled_is_out(void **state)
{
    struct fixture *f = *state;
    struct session_row row;
    struct user user;

    add_user(f->store, "li");
    assert_int_equal(
        store_session_add(f->store, secret, STR("li"), at(1), at(9)), 0);
    assert_int_equal(store_token_add(f->store, other, STR("li"), STR("ci"),
                         STR("read"), at(1), WALL_NONE),
        0);
    assert_int_equal(view_user(f->view, STR("li"), f->arena, &user), 0);
    user.disabled = true;
    assert_int_equal(store_user_save(f->store, &user), 0);
    assert_int_equal(
        view_session(f->view, secret, at(2), f->arena, &row), E_NOTFOUND);
    assert_int_equal(
        view_token(f->view, other, at(2), f->arena, &row), E_NOTFOUND);
    user.disabled = false;
    assert_int_equal(store_user_save(f->store, &user), 0);
    assert_int_equal(
        view_session(f->view, secret, at(2), f->arena, &row), E_NOTFOUND);
    assert_int_equal(view_token(f->view, other, at(2), f->arena, &row), 0);
}

static void
a_token_carries_its_scope(void **state)
{
    struct fixture *f = *state;
    struct session_row row;

    add_user(f->store, "li");
    assert_int_equal(store_token_add(f->store, secret, STR("li"), STR("ci"),
                         STR("read"), at(1), WALL_NONE),
        0);
    assert_int_equal(store_token_add(f->store, other, STR("li"), STR("ci"),
                         STR("read"), at(1), WALL_NONE),
        E_EXISTS);
    assert_int_equal(store_token_add(f->store, other, STR("li"), STR("b"),
                         STR("act"), at(1), at(5)),
        0);
    assert_int_equal(view_token(f->view, secret, at(99), f->arena, &row), 0);
    assert_str(row.scope, "read");
    assert_false(wall_is_set(row.expires));
    assert_int_equal(view_token(f->view, other, at(4), f->arena, &row), 0);
    assert_int_equal(
        view_token(f->view, other, at(5), f->arena, &row), E_NOTFOUND);
    assert_int_equal(store_token_drop(f->store, STR("li"), STR("ci")), 0);
    assert_int_equal(
        store_token_drop(f->store, STR("li"), STR("ci")), E_NOTFOUND);
    assert_int_equal(
        view_token(f->view, secret, at(2), f->arena, &row), E_NOTFOUND);
}

#define TEST(f)                                                                \
    cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_user_goes_there_and_back),
        TEST(a_session_lives_until_it_ends),
        TEST(who_is_disabled_is_out),
        TEST(a_token_carries_its_scope),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

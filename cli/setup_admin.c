/*
 * setup_admin: the first admin, written into the database before the daemon is
 * there to do it.  Later ones are made with `tocsin user add`.
 */
#include <stdio.h>

#include "cli/setup.h"
#include "console/auth.h"
#include "net/loop.h"
#include "store/people.h"
#include "store/store.h"

static int
add_admin(struct store *store, const struct setup *setup, struct str hash,
    struct wall now)
{
    struct user user = {.name = str_of(setup->admin),
        .password_hash = hash,
        .role = STR("admin")};
    struct ledger_entry entry = {.kind = STR("user.added"),
        .by = STR("setup"),
        .from = STR("setup"),
        .text = STR("{\"role\":\"admin\"}")};
    int err = store_begin(store);

    user.created = entry.at = now;
    if (err)
        return err;
    err = store_user_add(store, &user);
    if (err == 0)
        err = store_ledger_add(store, &entry);
    if (err) {
        store_rollback(store);
        return err;
    }
    return store_commit(store);
}

int
setup_admin_check(const struct setup *setup, const struct buf *password)
{
    struct str name = str_of(setup->admin);

    if (auth_name_fault(name) == NULL &&
        auth_password_fault(buf_str(password), name) == NULL)
        return 0;
    fprintf(stderr,
        "tocsin setup: that name or password will not do: a name has no "
        "blanks, a password at least 8 characters and is none of those "
        "that are tried first\n");
    return E_PARSE;
}

int
setup_admin(const struct setup *setup, const struct buf *password)
{
    struct toc_error error = {0};
    struct store *store = NULL;
    struct loop *loop = NULL;
    char hash[AUTH_HASH_SIZE];
    int err;

    err = auth_password_hash(buf_str(password), hash);
    if (err == 0 && (err = store_open(setup->database, &error, &store)) != 0)
        toc_error_print(&error, stderr);
    if (err == 0)
        err = loop_new(&loop); /* the only clock */
    if (err == 0) {
        err = add_admin(store, setup, str_of(hash), loop_wall(loop));
        if (err)
            fprintf(stderr, "tocsin setup: the admin %s is not made: %s\n",
                setup->admin, err_text(err));
    }
    loop_free(loop);
    store_close(store);
    return err;
}

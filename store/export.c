/* export: SELECT * of each table, but what is secret. */
#include "store/export.h"

#include <string.h>

#include "store/inside.h"

static const struct {
    const char *name, *sql;
} tables[EXPORT_COUNT] = {
#define X(name) [EXPORT_##name] = {#name, DB_SQL("SELECT * FROM " #name)},
    EXPORT_TABLES(X)
#undef X
};

/* Columns with which somebody could act as another. */
static const char *const secrets[] = {
    "password_hash", "totp_secret", "totp_step", "secret"};

/* So are the keys with which links are signed and numbers are hashed: with the
 * latter, what stands in site_finding.hash could be guessed. */
static const char *
sql_of(enum export_table table)
{
    return table == EXPORT_meta
               ? DB_SQL("SELECT * FROM meta WHERE key NOT LIKE '%-key'")
               : tables[table].sql;
}

const char *
export_table_name(enum export_table table)
{
    return tables[table].name;
}

int
view_export_begin(struct view *view)
{
    return db_begin(&view->db);
}

void
view_export_end(struct view *view)
{
    db_rollback(&view->db);
}

static bool
is_secret(const char *column)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (strcmp(column, secrets[i]) == 0)
            return true;
    return false;
}

static void
value_of(struct query *q, int column, struct export_value *ret)
{
    int type = sqlite3_column_type(q->stmt, column);

    q->column = column;
    if (type == SQLITE_INTEGER) {
        ret->type = EXPORT_INT;
        ret->integer = query_get_int(q);
    } else if (type == SQLITE_FLOAT) {
        ret->type = EXPORT_REAL;
        ret->real = query_get_double(q);
    } else if (type != SQLITE_NULL) {
        ret->type = type == SQLITE_TEXT ? EXPORT_TEXT : EXPORT_BYTES;
        ret->text = query_peek_str(q);
    }
}

static size_t
values_of(struct query *q, struct export_value values[EXPORT_MAX_COLUMNS])
{
    int columns = sqlite3_column_count(q->stmt);
    size_t n = 0;

    for (int i = 0; i < columns && n < EXPORT_MAX_COLUMNS; i++) {
        const char *name = sqlite3_column_name(q->stmt, i);

        if (!name || is_secret(name))
            continue;
        values[n] = (struct export_value){.column = name, .type = EXPORT_NULL};
        value_of(q, i, &values[n++]);
    }
    return n;
}

int
view_export(struct view *view, enum export_table table,
    int (*each)(void *arg, const struct export_value *values, size_t n),
    void *arg)
{
    struct export_value values[EXPORT_MAX_COLUMNS];
    struct query q;
    int r;

    db_query(&view->db, &q, sql_of(table));
    while ((r = query_next(&q)) == 0) {
        r = each(arg, values, values_of(&q, values));
        if (r != 0) {
            query_done(&q);
            return r;
        }
    }
    query_done(&q);
    return r == E_NOTFOUND ? 0 : r;
}

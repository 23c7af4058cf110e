/*
 * duty: an engine with nothing but a store, a configuration and a fake time, to
 * see what time does to incidents, second by second and over restarts.
 */
#ifndef TESTS_DAEMON_DUTY_H
#define TESTS_DAEMON_DUTY_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "daemon/engine.h"
#include "daemon/engine_clock.h"

struct house {
    char folder[64], config[96], database[96];
    struct engine *engine; /* NULL while it is down */
};

/* What every loop says now; the test sets it. */
extern int64_t house_now_ms;
/* No transaction can be committed. */
extern bool house_is_full;

/* A folder with a configuration: more is put behind what every test needs (the
 * channels "desk", "lin" and "shen", of which a route leads to desk only). */
void house_setup(struct house *house, const char *more);
void house_teardown(struct house *house);
/* Write another configuration; take it with house_reload. */
void house_configure(struct house *house, const char *more);
void house_up(struct house *house);
void house_down(struct house *house); /* commits */
void house_kill(struct house *house); /* does not */
void house_reload(struct house *house);
/* What time brings now, committed. */
void house_tick(struct house *house);
/* Open an incident now; its number. */
int64_t house_open(struct house *house, enum level level, const char *category);
/* Change its state or level, as the road does. */
void house_change(struct house *house, int64_t id, enum incident_state state,
    enum level level);
/* A number that SQL gives, on a connection of its own; and SQL that gives none.
 */
int64_t house_count(const struct house *house, const char *sql);
void house_meddle(const struct house *house, const char *sql);

#endif

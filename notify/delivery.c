/*
 * delivery: step switch outside, event switch inside, one setter.
 */
#include "notify/delivery.h"

#include <assert.h>

static const unsigned moves[STEP_COUNT] = {
#define X(step, to) [STEP_##step] = (to),
    DELIVERY_STEPS(X)
#undef X
};

bool
delivery_may_become(enum delivery_step from, enum delivery_step to)
{
    return (unsigned)from < STEP_COUNT && (unsigned)to < STEP_COUNT &&
           (moves[from] & (1u << to)) != 0;
}

const char *
delivery_step_name(enum delivery_step step)
{
    static const char *const names[STEP_COUNT] = {
        [STEP_PENDING] = "pending",
        [STEP_SENDING] = "sending",
        [STEP_WAITING] = "waiting",
        [STEP_DELIVERED] = "delivered",
        [STEP_DEAD] = "dead",
        [STEP_DISABLED] = "disabled",
    };

    return (unsigned)step < STEP_COUNT ? names[step] : "?";
}

static void
set_step(struct delivery_course *course, enum delivery_step to)
{
    assert(delivery_may_become(course->step, to));
    course->step = to;
}

void
delivery_init(struct delivery_course *course, struct wall now)
{
    *course = (struct delivery_course){
        .step = STEP_PENDING, .created = now, .next = now};
}

/* Try again from the start of the schedule. */
static void
begin_again(struct delivery_course *course, struct wall now)
{
    set_step(course, STEP_PENDING);
    course->attempts = 0;
    course->created = now;
    course->next = now;
}

static void
take_result(struct delivery_course *course, const struct delivery_input *input,
    struct wall now)
{
    int64_t wait;

    course->attempts++;
    switch (input->class) {
    case CLASS_DELIVERED:
        set_step(course, STEP_DELIVERED);
        return;
    case CLASS_GONE:
        set_step(course, STEP_DISABLED);
        return;
    case CLASS_BAD_PAYLOAD:
        if (!input->again)
            break;
        set_step(course, STEP_WAITING);
        course->next.ms = now.ms + DELIVERY_AGAIN_MS;
        return;
    case CLASS_DEAD_TARGET:
    case CLASS_RATE:
    case CLASS_TRANSIENT:
        break;
    }
    wait = schedule_wait(course->attempts, input->class, input->retry_after_ms,
        now.ms - course->created.ms, input->random);
    if (wait == SCHEDULE_NEVER) {
        set_step(course, STEP_DEAD);
        return;
    }
    set_step(course, STEP_WAITING);
    course->next.ms = now.ms + wait;
}

static int
apply_before(struct delivery_course *course, const struct delivery_input *input,
    struct wall now)
{
    switch (input->event) {
    case DELIVERY_EVENT_SEND:
        set_step(course, STEP_SENDING);
        return 0;
    case DELIVERY_EVENT_DISABLE:
        set_step(course, STEP_DISABLED);
        return 0;
    case DELIVERY_EVENT_RESEND:
        if (course->step != STEP_WAITING)
            return E_STATE;
        set_step(course, STEP_PENDING);
        course->next = now;
        return 0;
    case DELIVERY_EVENT_RESULT:
    case DELIVERY_EVENT_LOST:
        break;
    }
    return E_STATE;
}

static int
apply_sending(struct delivery_course *course,
    const struct delivery_input *input, struct wall now)
{
    switch (input->event) {
    case DELIVERY_EVENT_RESULT:
        take_result(course, input, now);
        return 0;
    case DELIVERY_EVENT_LOST:
        set_step(course, STEP_PENDING);
        course->next = now;
        return 0;
    case DELIVERY_EVENT_DISABLE:
        set_step(course, STEP_DISABLED);
        return 0;
    case DELIVERY_EVENT_SEND:
    case DELIVERY_EVENT_RESEND:
        break;
    }
    return E_STATE;
}

int
delivery_apply(struct delivery_course *course,
    const struct delivery_input *input, struct wall now)
{
    switch (course->step) {
    case STEP_PENDING:
    case STEP_WAITING:
        return apply_before(course, input, now);
    case STEP_SENDING:
        return apply_sending(course, input, now);
    case STEP_DEAD:
    case STEP_DISABLED:
        if (input->event != DELIVERY_EVENT_RESEND)
            return E_STATE;
        begin_again(course, now);
        return 0;
    case STEP_DELIVERED:
        break;
    }
    return E_STATE;
}

int
delivery_dot(struct buf *out)
{
    buf_add_cstr(out,
        "// Made from DELIVERY_STEPS in notify/delivery.h; a test fails when "
        "it is stale.\n"
        "digraph delivery {\n    rankdir=LR;\n");
    for (unsigned from = 0; from < STEP_COUNT; from++) {
        if (!moves[from])
            buf_printf(out, "    %s [peripheries=2];\n",
                delivery_step_name((enum delivery_step)from));
        for (unsigned to = 0; to < STEP_COUNT; to++)
            if (moves[from] & (1u << to))
                buf_printf(out, "    %s -> %s;\n",
                    delivery_step_name((enum delivery_step)from),
                    delivery_step_name((enum delivery_step)to));
    }
    return buf_add_cstr(out, "}\n");
}

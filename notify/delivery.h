/*
 * delivery: what happens to one message for one channel until it is over.
 *
 * The object is small and holds no text: the outbox row is the store's.  Of
 * its states PENDING, SENDING and WAITING are "pending" there, because what is
 * in flight is forgotten when the house restarts (a repeat is allowed, a loss
 * is not); DISABLED is "dead" there, with its reason.
 *
 * It belongs to the engine role.
 */
#ifndef TOCSIN_NOTIFY_DELIVERY_H
#define TOCSIN_NOTIFY_DELIVERY_H

#include "base/buf.h"
#include "notify/schedule.h"

enum { DELIVERY_AGAIN_MS = MS_SECOND /* before the same in another form */ };

/* clang-format off */
/*      step       may become                                               */
#define DELIVERY_STEPS(X)                                                   \
    X(PENDING,   STEP_TO(SENDING) | STEP_TO(DISABLED))                      \
    X(SENDING,   STEP_TO(DELIVERED) | STEP_TO(WAITING) | STEP_TO(DEAD) |    \
                 STEP_TO(DISABLED) | STEP_TO(PENDING))                      \
    X(WAITING,   STEP_TO(SENDING) | STEP_TO(PENDING) | STEP_TO(DISABLED))   \
    X(DELIVERED, 0u)                                                        \
    X(DEAD,      STEP_TO(PENDING))                                          \
    X(DISABLED,  STEP_TO(PENDING))

#define DELIVERY_EVENTS(X)                                                  \
    X(SEND)    /* given to the notify role */                               \
    X(RESULT)  /* an attempt came to input.class */                         \
    X(LOST)    /* the notify role died with it: as if never given */        \
    X(DISABLE) /* the channel answered another message with "never again" */\
    X(RESEND)  /* by an operator, or the channel is enabled again */
/* clang-format on */
#define STEP_TO(step) (1u << STEP_##step)

enum delivery_step {
#define X(step, to) STEP_##step,
    DELIVERY_STEPS(X)
#undef X
};
enum { STEP_COUNT = STEP_DISABLED + 1 };

enum delivery_event {
#define X(event) DELIVERY_EVENT_##event,
    DELIVERY_EVENTS(X)
#undef X
};
enum { DELIVERY_EVENT_COUNT = DELIVERY_EVENT_RESEND + 1 };

struct delivery_course {
    enum delivery_step step;
    unsigned attempts;   /* made since it was created or resent */
    struct wall created; /* or resent */
    struct wall next;    /* when to try: meaningful in PENDING and WAITING */
};

struct delivery_input {
    enum delivery_event event;
    enum delivery_class class; /* RESULT */
    int64_t retry_after_ms;    /* RESULT */
    bool again;                /* RESULT: BAD_PAYLOAD, and another form of the
                                * message may pass */
    uint32_t random;           /* RESULT */
};

/* A message made at now: PENDING, to be tried at once. */
void delivery_init(struct delivery_course *course, struct wall now);
/* Apply input at now.  0, or E_STATE and course untouched when the event means
 * nothing in this step.  The only function that changes the step. */
int delivery_apply(struct delivery_course *course,
    const struct delivery_input *input, struct wall now);
bool delivery_may_become(enum delivery_step from, enum delivery_step to);
/* "pending", "sending", …: static. */
const char *delivery_step_name(enum delivery_step step);
/* Append the drawing of the machine in dot (docs/fsm/delivery.dot). */
int delivery_dot(struct buf *out);

#endif

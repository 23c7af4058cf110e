/*
 * topics: words that mean the same kind of event; private to incidents/.
 *
 * A parent writes 吃坏了, the bureau 餐后不适, the paper 食物中毒: no character
 * pair in common.  The table says that they talk about one thing.  It is about
 * duty of care, never about opinions, and is only one feature among others.
 */
#ifndef TOCSIN_INCIDENTS_TOPICS_H
#define TOCSIN_INCIDENTS_TOPICS_H

#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define TOPICS(X)                                                        \
    X(FOOD_ILLNESS) X(FOOD_QUALITY) X(MEAL) X(INFECTION) X(FIRE) X(GAS)  \
    X(TRAFFIC) X(DROWNING) X(FIGHT) X(PUNISHMENT) X(ABUSE) X(WEAPON)     \
    X(MISSING) X(COLLAPSE) X(WEATHER) X(CLOSURE) X(DEATH) X(FEES)        \
    X(UNIFORM) X(EXAM) X(ADMISSION) X(POWER) X(PROMOTION) X(PRIVACY)     \
    X(WEBSITE) X(LIFT) X(INSECT) X(DOG) X(POISON) X(HEAT) X(SPORT)       \
    X(AIR) X(INJURY) X(CROWD) X(RIDE) X(RUMOUR) X(FOLLOW_UP)
/* clang-format on */
enum topic {
#define X(topic) TOPIC_##topic,
    TOPICS(X)
#undef X
};
enum { TOPIC_COUNT = TOPIC_FOLLOW_UP + 1, TOPIC_TERM_MAX = 12 };

/* A term in folded UTF-16; Latin ones match the beginning of a word. */
struct topic_term {
    enum topic topic;
    uint16_t term[TOPIC_TERM_MAX + 1]; /* ends in 0 */
};
/* All terms, static. */
const struct topic_term *topic_terms(size_t *ret_n);

#endif

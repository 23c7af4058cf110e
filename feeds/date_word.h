/*
 * date_word: the words of dates: months, zones, halves of the day, and what
 * stands between.  For date.c only; words are lower case.
 */
#ifndef TOCSIN_FEEDS_DATE_WORD_H
#define TOCSIN_FEEDS_DATE_WORD_H

#include "base/str.h"

/* 1–12 for the name or abbreviation of a month in some language, else 0. */
int date_word_month(struct str word);
/* Whether it says nothing: "at", "um", "de", "th". */
bool date_word_is_noise(struct str word);
/* Whether it is an English name of a day of the week. */
bool date_word_is_weekday(struct str word);

enum date_dst { DATE_DST_NONE, DATE_DST_US, DATE_DST_EU, DATE_DST_AU };

struct date_zone {
    const char *name;
    int offset_minutes;
    enum date_dst dst; /* summer time on top of it */
};

/* A zone by name: "est", "gmt", "america/los_angeles", "z", a military letter;
 * NULL when unknown. */
const struct date_zone *date_word_zone(struct str word);
/* Minutes that summer time adds in a zone on a local date. */
int date_word_dst(enum date_dst dst, int year, int month, int day, int hour);

#endif

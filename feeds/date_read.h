/*
 * date_read: the three ways in which date.c reads a date, and the pieces that
 * they share.  Texts are prepared by date.c: lower case, one space between
 * words, full-width signs as ASCII.
 */
#ifndef TOCSIN_FEEDS_DATE_READ_H
#define TOCSIN_FEEDS_DATE_READ_H

#include "feeds/date.h"
#include "feeds/date_word.h"

struct date_parts {
    int year;  /* 0: not said */
    int month; /* 0: not said */
    int day;
    int hour, minute, second, ms;
    bool has_time;
    bool has_zone;
    int offset_minutes;
    enum date_dst dst;
    bool china; /* zone "CST", which is two */
    bool back;  /* back_ms before now, nothing else counts */
    int64_t back_ms;
    int days_ago; /* with days_ago_set: that day, at the time if any */
    bool days_ago_set;
    int script_offset; /* minutes that the script suggests, 0: nothing */
};

/* ISO 8601, RFC 3339 and what looks like them. */
bool date_read_iso(struct str text, struct date_parts *ret);
/* Words, or numbers with '/' and '.'. */
bool date_read_words(struct str text, struct date_parts *ret);
/* Chinese, Japanese, Korean. */
bool date_read_cjk(struct str text, struct date_parts *ret);

/* "21:40", "9:30:15.25 pm" at the start of *rest. */
bool date_read_time(struct str *rest, struct date_parts *parts);
/* "am" or "pm" at the start of *rest is applied; any other text is left. */
void date_read_half(struct str *rest, struct date_parts *parts);
/* A zone that is all of text, or nothing. */
bool date_read_zone(struct str text, struct date_parts *parts);
/* Up to max digits at the start of *rest: how many (0: none), and the value. */
size_t date_read_number(struct str *rest, size_t max, int *ret);
/* Year of two digits in full. */
int date_read_century(int year);

#endif

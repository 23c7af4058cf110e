/*
 * pagedateform: the forms in which pages write a date.  For pagedate.c and its
 * neighbours only.
 */
#ifndef TOCSIN_FEEDS_PAGEDATEFORM_H
#define TOCSIN_FEEDS_PAGEDATEFORM_H

#include "feeds/cursor.h"
#include "feeds/pagedate.h"

/* Whether a year is one of the web's. */
bool pagedate_is_year(int year);
/* Set a day; false, and *ret is left, when the calendar has none such. */
bool pagedate_set(struct pagedate *ret, int year, int month, int day);
/* The date that begins at c, in any form that flags allow. */
bool pagedate_at(struct cursor *c, unsigned flags, struct pagedate *ret);
/* Add the time of day behind a date, if one stands there. */
void pagedate_time(struct cursor *c, struct pagedate *ret);
/* 刚刚, 今天, 昨天 21:40, 前天, 3小时前, 5分钟前, 2天前: told from now. */
bool pagedate_relative(struct cursor *c, struct pagedate *ret);

#endif

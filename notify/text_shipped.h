/*
 * text_shipped: the shipped templates of messages.  Internal to notify/.
 */
#ifndef TOCSIN_NOTIFY_TEXT_SHIPPED_H
#define TOCSIN_NOTIFY_TEXT_SHIPPED_H

#include <stdbool.h>

#include "base/str.h"
#include "incidents/incident.h"

/* The template of an event; about an incident or not.  Static. */
struct str text_shipped(enum incident_event event, bool incident, bool english);

#endif

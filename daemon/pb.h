/*
 * pb: between the messages' C strings and byte fields and our views.
 */
#ifndef TOCSIN_DAEMON_PB_H
#define TOCSIN_DAEMON_PB_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "daemon/messages.pb-c.h"

/* View of a received string: absent when empty. */
struct str pb_str(const char *s);
/* View of received bytes: absent when empty. */
struct str pb_bytes(ProtobufCBinaryData data);
/* A view to send as bytes: lent as long as s. */
ProtobufCBinaryData pb_data(struct str s);
/* A string to send: "" when absent, cut at a NUL; lives in arena; never NULL
 * unless memory ended. */
char *pb_cstr(struct arena *arena, struct str s);
/* A list of strings to send. */
char **pb_cstrs(struct arena *arena, const struct str *list, size_t n);
/* A list of received strings as views. */
struct str *pb_strs(struct arena *arena, char *const *list, size_t n);

#endif

/*
 * mail_talk: our side of an SMTP dialogue once the server knows us: MAIL, RCPT,
 * DATA, the message, QUIT.  Lines go in, what is to be said comes out; it knows
 * no socket and no time.  Only net/mail.c and its test use it.
 *
 * Nothing is pipelined: each reply belongs to the command before it.
 */
#ifndef TOCSIN_NET_MAIL_TALK_H
#define TOCSIN_NET_MAIL_TALK_H

#include "base/arena.h"
#include "base/buf.h"
#include "net/mail.h"

struct mail_talk {
    /* set by whoever begins it */
    struct arena *arena; /* for the texts of replies */
    struct str from, message;
    const struct str *to;
    size_t nto;
    struct mail_reply *rcpt; /* nto of them, all 0 */
    /* what came of it */
    enum mail_step step;
    bool accepted;
    bool over; /* QUIT is said; nothing more counts */
    struct mail_reply last;
    /* inside */
    size_t nasked; /* recipients that RCPT was sent for */
    bool any_ok;   /* one of them was accepted */
    size_t heard;  /* bytes */
    struct buf reply;
};

/* talk is zeroed but for what its beginner sets. */
void mail_talk_init(struct mail_talk *talk);
void mail_talk_done(struct mail_talk *talk);
/* Only take note of a line of the server's: curl answers it.  0, or E_LIMIT
 * when the server has said more than MAIL_MAX_REPLY_BYTES. */
int mail_talk_note(struct mail_talk *talk, struct str line);
/* The server knows us: append the first command to out. */
int mail_talk_begin(struct mail_talk *talk, struct buf *out);
/* Take a line (its end may be on it) and append what follows from it.  0,
 * E_LIMIT as above or when out is full, E_NOMEM. */
int mail_talk_line(struct mail_talk *talk, struct str line, struct buf *out);

#endif

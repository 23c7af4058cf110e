/*
 * site_fake: a site made of a few flags that answers every look of a real
 * engine, in driven time (duty.h).
 */
#ifndef TOCSIN_TESTS_SITE_FAKE_H
#define TOCSIN_TESTS_SITE_FAKE_H

#include "daemon/engine_site.h"
#include "daemon/pb.h"
#include "duty.h"

#define HOME "https://qingshi.yunxi.example/"
#define NEWS HOME "news/"
#define PAGE HOME "a.html"
#define DOC HOME "list.xlsx"

extern struct site_fake {
    bool down, hidden, leak, broken, host, silent, dies, plain, unlinked;
    bool blank, unread, times_out, untitled;
    const char *mask, *version;
    const char *later; /* the address that is put off */
    const char *word;  /* a wrong one on the home page */
    const char *hop;   /* where the home page leads to, and we may not go */
    const char *old;   /* the page that leads to another host */
    int64_t cert_ms, newest_ms;
    char address[32];
} site;

/* What fetch was asked last. */
extern struct site_asked {
    uint64_t number;
    Tocsin__SitePurpose purpose;
    char url[200];
    unsigned asked, homes, columns;
} asked;

/* A house with this configuration; the site as it should be. */
void site_setup(struct house *house, const char *more);
void site_end(struct house *house);
/* Stop, or kill, and start again. */
void site_restart(struct house *house, bool kill);
/* Let time pass, second by ten seconds. */
void site_live(struct house *house, int64_t ms);
/* How many incidents are in this state; messages of this type. */
int64_t site_state_of(struct house *house, const char *state);
int64_t site_told(struct house *house, const char *type);
/* Answer what was asked last. */
void site_answer(struct engine *e);
/* A copy on the heap, as a message has it. */
char *site_text(const char *s);

#endif

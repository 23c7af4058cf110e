/*
 * engine: the role that schedules, decides and writes; its parts in common.
 *
 *   engine.c         start, peers, pings, end
 *   engine_config.c  the configuration: first reading, reload, handing out
 *   engine_write.c   the transaction that all writes of a moment share
 *   engine_poll.c    schedule → fetch; answers, checked (engine_poll.h)
 *   engine_slot.c, engine_outcome.c, engine_condition.c, engine_group.c
 *                    polls in flight; what came of them, written; what is
 *                    wrong with a source; the grouper's memory
 *   engine_rhythm.c  when sources are polled, as they are known to publish
 *   engine_wanted.c  further pages and articles: asked for, read, given up
 *   engine_hub.c     hubs that tell of news, by WebSub
 *   engine_push.c    documents that were brought, not fetched
 *   engine_item.c    item → score → incident → messages
 *   engine_score.c   what an item and an incident score, and whose they are
 *   engine_tell.c    what is to be told → messages in the outbox
 *   engine_notice.c, engine_many.c
 *                    conditions that stand are told; many at once are one
 *   engine_outbox.c  messages → notify; verdicts → outbox (engine_outbox.h)
 *   engine_canary.c  a message a day through all of it (engine_canary.h)
 *   engine_act.c     what operators ask
 *   engine_keep.c, engine_disk.c
 *                    backups and invariants; what is left of the disk
 *
 * Writes join one open transaction, committed within COMMIT_DELAY_MS or when
 * COMMIT_MAX_WRITES are in it; what depends on the commit (answers to
 * operators, a poll's next time, the outbox) waits in `pending` and happens
 * after it, or is undone when it fails.
 */
#ifndef TOCSIN_DAEMON_ENGINE_H
#define TOCSIN_DAEMON_ENGINE_H

#include <jansson.h>

#include "daemon/config.h"
#include "daemon/engine_types.h"
#include "daemon/ipc.h"
#include "daemon/role.h"
#include "daemon/schedule.h"
#include "feeds/poll.h"
#include "incidents/group.h"
#include "rules/rules.h"
#include "store/store.h"

struct engine {
    struct role *role;
    struct loop *loop;
    struct config *config;
    struct zone *zone; /* of the configuration, for people's texts */
    uint64_t generation;
    struct ruleset *rules, *old_rules; /* of this generation and the one before */
    uint64_t old_generation;
    int rules_fd; /* sealed memory file of the image */
    struct store *store;
    char *database; /* its path: that of the first reading */
    struct grouper *grouper;
    struct names *names; /* of the configuration's owners, or NULL */

    struct watch *watches;
    size_t nwatches;
    struct schedule *schedule;
    struct pace pace;                     /* how the requests are spent */
    struct week_hours hours[PACE_GROUPS]; /* when its groups publish */
    struct mono planned;                  /* pace was, 0: not yet */
    struct wall key_edge; /* when a key date begins or ends next */
    struct slot slots[ENGINE_MAX_IN_FLIGHT];
    size_t in_flight;
    uint16_t host_in_flight[ENGINE_HOSTS];
    uint64_t handed_serial;
    struct loop_timer *poll_timer, *wanted_timer;

    struct peer fetch, notify, console, keeper, parsers[ROLE_MAX_PARSERS];
    uint32_t nparsers;
    struct loop_timer *ping_timer;

    bool writing; /* a transaction is open */
    unsigned writes;
    size_t step_pending, step_tells; /* where the open step began */
    bool stale;              /* grouper and follow-ups are to be read again */
    struct mono failing;     /* since when commits fail, 0: they do not */
    struct mono hold;        /* no polls before this */
    int64_t clock_offset_ms; /* wall less mono, as last seen */
    struct pending *pending;
    size_t npending, pending_cap;
    struct loop_timer *commit_timer;
    bool stopping;

    struct send sends[ENGINE_MAX_SENDS]; /* deliveries with notify */
    size_t nsends;
    struct outbox *outbox; /* engine_outbox.h */
    bool many_open;    /* many sources fail together: the condition is open */
    uint8_t many_why;  /* enum cause_class of what opened it */
    struct mono many_rest, many_next; /* single failures are told again;
                                         all that fails may be asked again */
    struct tell *tells; /* of the open transaction; owned */
    size_t ntells, tells_cap;
    struct follow *follows; /* owned */
    size_t nfollows, follows_cap;
    struct loop_timer *outbox_timer;
    struct rule_desk *rule_desk; /* engine_rule_desk.h */
    struct purger *purger; /* engine_purge.h */
    struct site_desk *sites; /* engine_site.h */
    struct wall report_look, report_asked; /* engine_report.h */
    struct duty_state *duty; /* engine_clock.h */
    struct reload_note *reload; /* engine_reload.h */
    struct keeping *keeping; /* engine_keep.h */
    struct disk *disk; /* engine_disk.h */

    struct arena *arena; /* of the step at hand; cleared by who began it */
    struct mono started;
    struct wall last_commit;
    uint64_t commits, polls_done, polls_failed;
    uint64_t rollbacks; /* transactions that were undone */
};

struct wall engine_now(const struct engine *engine);

/* --- engine_config.c ------------------------------------------------------- */
/* First reading.  0, or E_CONF after logging everything. */
int engine_config_first(struct engine *engine);
/* Read again; swap whole or keep the old whole.  errors (may be NULL) gets
 * what is wrong. */
int engine_config_reload(struct engine *engine, struct toc_errors *errors);
/* Send a peer what it needs of the configuration. */
void engine_config_send(struct engine *engine, struct peer *peer);
/* The rule set of a generation, or NULL when it is gone. */
const struct ruleset *engine_rules_of(
    const struct engine *engine, uint64_t generation);
/* Number of the watch with this source id, or E_NOTFOUND. */
int engine_watch_find(
    const struct engine *engine, struct str id, uint32_t *ret);

/* --- engine_write.c --------------------------------------------------------- */
/* Open the transaction of the moment, or join it, and begin a step of it. */
int engine_write_begin(struct engine *engine);
/* The step is done: r is its result.  A step that failed is undone by itself;
 * when the store cannot do that, or the commit of a full transaction fails, all
 * of it is, and has been settled.  Returns r, or why it is undone. */
int engine_write_end(struct engine *engine, int r);
/* Let something happen after the commit; takes pending's texts. */
int engine_write_then(struct engine *engine, const struct pending *pending);
/* Commit now.  0, or an error after everything was undone. */
int engine_commit(struct engine *engine);
/* Read the grouper and the follow-ups again, if they may be wrong. */
void engine_refresh(struct engine *engine);
/* Tell open pages, after the commit. */
void engine_changed(struct engine *engine, const char *what, int64_t id);
/* A ledger entry of the road or of a person.  details is taken. */
int engine_ledger(struct engine *engine, const char *kind, int64_t incident,
    struct str by, struct str from, json_t *details_taken);

/* --- engine_poll.c ----------------------------------------------------------- */
void engine_poll_start(struct engine *engine); /* polls may go out */
void engine_poll_answer(struct engine *engine, const Tocsin__PollAnswer *in);
void engine_poll_handed(struct engine *engine, const Tocsin__PollHanded *in);
void engine_poll_result(
    struct engine *engine, uint32_t parser, const Tocsin__ParseResult *in);
/* The parser or the fetch role died: its polls fail. */
void engine_parser_died(struct engine *engine, uint32_t parser);
void engine_fetch_died(struct engine *engine);
/* Fail the polls that were not answered in ENGINE_POLL_PATIENCE_MS. */
void engine_poll_patience(struct engine *engine);
/* After the commit (or its failure) of a poll's outcome. */
void engine_poll_settle(
    struct engine *engine, const struct pending *pending, bool committed);
/* The wall clock was set by so much: every wait stays what it was. */
void engine_poll_shift(struct engine *engine, int64_t by_ms);
/* Bucket of an address's host. */
uint16_t engine_host_of(struct str address);
/* Let a source be polled now.  0, E_STATE when it is being polled. */
int engine_poll_probe(struct engine *engine, uint32_t watch);
/* Fill the grouper from the store. */
int engine_group_load(struct engine *engine);

/* --- engine_item.c ------------------------------------------------------------ */
/* Whether what a parser sent is what it may send. */
bool engine_item_is_sound(const struct ruleset *rules, const Tocsin__Item *in);
/* What became of it. */
struct arrived {
    int64_t item;
    struct str id; /* as its publisher calls it */
    enum item_outcome outcome;
    int score;
    enum level level;
};
/* How an item came. */
struct arrival {
    const struct source *source;
    const struct ruleset *rules; /* that it was matched by */
    uint64_t generation;         /* theirs */
    bool baseline;     /* it is stored, and never alarms */
    bool article;      /* a known item, with the text of its own page */
    struct wall since; /* when its source had been read before; what was
                          published well before that is backfill.  WALL_NONE:
                          nothing is */
    const Tocsin__ParseResult *result; /* that it came with, or NULL */
    struct arrived *ret; /* filled in, or NULL */
};
/* Everything an item brings, inside the open transaction. */
int engine_item(struct engine *engine, const struct arrival *arrival,
    const Tocsin__Item *in);

/* --- engine_tell.c ------------------------------------------------------------- */
/* Let every channel that is to know hear of incident; the messages are made at
 * the commit, so that they tell of all that the transaction brought. */
int engine_tell(struct engine *engine, const struct incident *incident,
    enum incident_event event, const char *reason);
/* incident has an item that no message names yet: if none is made soon, a
 * follow-up will. */
int engine_tell_later(struct engine *engine, int64_t incident);
/* Queue one message for one channel (tests). */
int engine_tell_test(struct engine *engine, const struct channel *channel);
/* Make the messages of the open transaction. */
int engine_tell_flush(struct engine *engine);
/* Forget them: it was rolled back. */
void engine_tell_forget(struct engine *engine);
/* Find what is untold, at start and after a rollback. */
int engine_follow_load(struct engine *engine);
/* Send the follow-ups that are due. */
void engine_follow(struct engine *engine);

/* engine_rules.c: rules that a parser found too slow become conditions; taking
 * other rules (within a transaction) closes them. */
void engine_rules_slow(struct engine *engine, const Tocsin__ParseResult *in);
int engine_rules_taken(struct engine *engine, struct wall now);

/* --- engine_outbox.c ----------------------------------------------------------- */
/* The channels, as the store knows them; again after a reload. */
int engine_outbox_init(struct engine *engine);
/* Hand what is due to the notify role. */
void engine_outbox_run(struct engine *engine);
void engine_send_result(struct engine *engine, const Tocsin__SendResult *in);
void engine_notify_died(struct engine *engine);
/* Forget messages that notify had for too long: they are sent again. */
void engine_outbox_patience(struct engine *engine);
/* Whether a channel has asked never to be called again. */
bool engine_channel_is_disabled(
    const struct engine *engine, struct str channel);
void engine_channel_enable(struct engine *engine, struct str channel);

/* --- engine_act.c ----------------------------------------------------------------- */
void engine_action(struct engine *engine, const Tocsin__ActionRequest *in);
/* engine_expire.c: acknowledgements and snoozes that ran out. */
void engine_expire(struct engine *engine);

#endif

#include "site_fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* --- the site ------------------------------------------------------------- */

struct site_fake site;

/* What fetch was asked last. */
struct site_asked asked;

int __wrap_ipc_send(struct ipc *ipc, const Tocsin__Frame *frame);

int
__wrap_ipc_send(struct ipc *ipc, const Tocsin__Frame *frame)
{
    (void)ipc;
    if (frame->body_case != TOCSIN__FRAME__BODY_SITE_REQUEST)
        return 0;
    asked.number = frame->site_request->look;
    asked.purpose = frame->site_request->purpose;
    assert_int_equal(frame->site_request->total_ms, 15000);
    assert_int_equal(frame->site_request->context->key.len, 32);
    (void)snprintf(asked.url, sizeof asked.url, "%s", frame->site_request->url);
    asked.asked++;
    asked.homes += asked.purpose == TOCSIN__SITE_PURPOSE__SITE_HOME;
    asked.columns += asked.purpose == TOCSIN__SITE_PURPOSE__SITE_COLUMN;
    return 0;
}

char *
site_text(const char *s)
{
    char *copy;

    assert_true(asprintf(&copy, "%s", s) >= 0);
    return copy;
}

static void
add_link(Tocsin__SiteResult *out, Tocsin__SiteLink__Kind kind, const char *url)
{
    Tocsin__SiteLink *link = calloc(1, sizeof *link);

    tocsin__site_link__init(link);
    link->kind = kind;
    link->url = site_text(url);
    link->text = site_text("链接");
    link->line = 7;
    out->links[out->n_links++] = link;
}

static void
add_found(Tocsin__SiteResult *out, const char *kind, const char *target,
    const char *evidence)
{
    Tocsin__SiteFound *found = calloc(1, sizeof *found);

    tocsin__site_found__init(found);
    found->kind = site_text(kind);
    found->target = site_text(target);
    found->evidence = site_text(evidence);
    found->mask = site_text(site.mask ? site.mask : "");
    found->line = 12;
    found->end_line = 15;
    found->count = 3;
    found->hash.data = calloc(1, DIGEST_SIZE);
    found->hash.len = DIGEST_SIZE;
    (void)snprintf((char *)found->hash.data, DIGEST_SIZE, "%s%s", target,
        site.version ? site.version : "");
    out->found[out->n_found++] = found;
}

static void
add_document(Tocsin__SiteResult *out)
{
    Tocsin__Document *document = calloc(1, sizeof *document);
    char key[300];

    tocsin__document__init(document);
    (void)snprintf(
        key, sizeof key, "%s %d %d", asked.url, site.hidden, site.leak);
    document->hash.data = calloc(1, DIGEST_SIZE);
    document->hash.len = DIGEST_SIZE;
    digest_sha256(str_of(key), document->hash.data);
    document->sealed.data = (uint8_t *)site_text("sealed");
    document->sealed.len = 6;
    document->size = 100;
    document->url = site_text(asked.url);
    document->received_ms = house_now_ms;
    out->document = document;
}

static void
site_say(struct engine *e)
{
    Tocsin__SiteResult *out = calloc(1, sizeof *out);
    bool home = strcmp(asked.url, HOME) == 0;

    tocsin__site_result__init(out);
    out->links = calloc(10, sizeof *out->links);
    out->found = calloc(10, sizeof *out->found);
    out->look = asked.number;
    out->ok = true;
    out->title = site_text(site.untitled ? "" : "青石小学");
    out->newest_ms = site.newest_ms ? site.newest_ms : house_now_ms;
    out->entries = out->dated = 5;
    if (site.blank) { /* a list that a script would bring */
        out->newest_ms = INT64_MIN;
        out->entries = out->dated = 0;
        out->doubtful = true;
    }
    if (home) {
        add_link(out, TOCSIN__SITE_LINK__KIND__PAGE, NEWS);
        if (!site.unlinked)
            add_link(out, TOCSIN__SITE_LINK__KIND__PAGE, PAGE);
        add_link(out, TOCSIN__SITE_LINK__KIND__DOCUMENT, DOC);
        add_link(
            out, TOCSIN__SITE_LINK__KIND__ELSEWHERE, "https://moe.example/");
        if (site.host)
            add_link(out, TOCSIN__SITE_LINK__KIND__ELSEWHERE,
                "https://bet.example/x");
        out->columns = calloc(1, sizeof *out->columns);
        out->columns[out->n_columns++] = calloc(1, sizeof **out->columns);
        tocsin__site_link__init(out->columns[0]);
        out->columns[0]->url = site_text(NEWS);
        out->columns[0]->text = site_text("校园动态");
    }
    if (site.old && strcmp(asked.url, site.old) == 0)
        add_link(
            out, TOCSIN__SITE_LINK__KIND__ELSEWHERE, "https://old.example/");
    if (home && site.word)
        add_found(out, "wrong_word", site.word, "页脚");
    if (home && site.hidden)
        add_found(out, "hidden_links", "https://bet.example/", "左移 -9999px");
    if (strcmp(asked.url, DOC) == 0 && site.leak)
        add_found(out, "leak", "id_card", "表格第 3 列");
    add_document(out);
    engine_site_result(e, 0, out);
    tocsin__site_result__free_unpacked(out, NULL);
}

/* Answer the look that was asked for. */
void
site_answer(struct engine *e)
{
    Tocsin__SiteVisit visit = TOCSIN__SITE_VISIT__INIT;
    Tocsin__Answer how = TOCSIN__ANSWER__INIT;
    Tocsin__PollHanded handed = TOCSIN__POLL_HANDED__INIT;
    char reason[] = "the server answers 404", none[] = "", *address;
    char *hop = site_text(site.hop ? site.hop : "");
    bool missing = site.broken && strcmp(asked.url, PAGE) == 0;
    uint64_t number = asked.number;

    asked.number = 0;
    if (site.silent) {
        free(hop);
        return;
    }
    visit.look = number;
    visit.answer = &how;
    if (asked.purpose == TOCSIN__SITE_PURPOSE__SITE_PLAIN && !site.plain)
        (void)snprintf(asked.url, sizeof asked.url, "%s", HOME);
    how.url = asked.url;
    how.elapsed_ms = 80;
    how.cert_expires_ms = site.cert_ms;
    address = site.address;
    visit.n_addresses = *address ? 1 : 0;
    visit.addresses = &address;
    visit.outcome = site.down || missing ? TOCSIN__SITE_VISIT__OUTCOME__FAILED
                                         : TOCSIN__SITE_VISIT__OUTCOME__OPENED;
    visit.reason = site.down || missing ? reason : none;
    if (site.later && strcmp(asked.url, site.later) == 0)
        visit.outcome = TOCSIN__SITE_VISIT__OUTCOME__LATER;
    if (site.hop && strcmp(asked.url, HOME) == 0 &&
        asked.purpose == TOCSIN__SITE_PURPOSE__SITE_HOME) {
        visit.outcome = TOCSIN__SITE_VISIT__OUTCOME__REFUSED;
        visit.hops = &hop;
        visit.n_hops = 1;
    }
    if (site.times_out && asked.purpose == TOCSIN__SITE_PURPOSE__SITE_PLAIN) {
        visit.outcome = TOCSIN__SITE_VISIT__OUTCOME__FAILED;
        how.cause = CAUSE_DNS;
    }
    how.status = site.down ? 503 : missing ? 404 : 200;
    visit.handed = visit.outcome == TOCSIN__SITE_VISIT__OUTCOME__OPENED &&
                   asked.purpose != TOCSIN__SITE_PURPOSE__SITE_PLAIN &&
                   asked.purpose != TOCSIN__SITE_PURPOSE__SITE_LINK &&
                   !site.unread;
    asked.number = number;
    if (visit.handed && number % 2) /* in either order */
        site_say(e);
    engine_site_visit(e, &visit);
    handed.poll = number;
    handed.look = true;
    if (visit.handed && site.dies && strcmp(asked.url, DOC) == 0) {
        engine_site_handed(e, &handed);
        engine_site_parser_died(e, 0);
    } else if (visit.handed && number % 2 == 0) {
        engine_site_handed(e, &handed);
        site_say(e);
    }
    asked.number = 0;
    free(hop);
}

/* --- the house ------------------------------------------------------------ */

static void
site_begin(struct house *house)
{
    struct engine *e = house->engine;
    static struct role role;

    e->role = &role;
    e->fetch.ipc = e->parsers[0].ipc = (struct ipc *)house; /* never used */
    e->fetch.ready = e->parsers[0].ready = true;
    e->nparsers = 1;
    assert_int_equal(engine_write_begin(e), 0);
    assert_int_equal(store_source_sync(e->store, e->config->sources,
                         e->config->nsources, engine_now(e)),
        0);
    assert_int_equal(engine_site_sync(e, e->config), 0);
    assert_int_equal(engine_write_end(e, 0), 0);
    assert_int_equal(engine_commit(e), 0);
    engine_site_reload(e);
    assert_int_equal(engine_commit(e), 0);
}

void
site_setup(struct house *house, const char *more)
{
    memset(&site, 0, sizeof site);
    memset(&asked, 0, sizeof asked);
    (void)snprintf(site.address, sizeof site.address, "192.0.2.7");
    house_setup(house, more);
    site_begin(house);
}

void
site_end(struct house *house)
{
    engine_site_done(house->engine);
    house_teardown(house);
}

void
site_restart(struct house *house, bool kill)
{
    engine_site_done(house->engine);
    if (kill)
        house_kill(house);
    else
        house_down(house);
    house_up(house);
    site_begin(house);
}

/* Let time pass, second by ten seconds. */
void
site_live(struct house *house, int64_t ms)
{
    int64_t until = house_now_ms + ms;

    while (house_now_ms < until) {
        engine_site_run(house->engine);
        if (asked.number)
            site_answer(house->engine);
        engine_site_patience(house->engine);
        assert_int_equal(engine_commit(house->engine), 0);
        house_now_ms += 10 * MS_SECOND;
    }
}

int64_t
site_state_of(struct house *house, const char *state)
{
    char sql[200];

    (void)snprintf(sql, sizeof sql,
        "SELECT count(*) FROM incident WHERE state = '%s'", state);
    return house_count(house, sql);
}

int64_t
site_told(struct house *house, const char *type)
{
    char sql[200];

    (void)snprintf(sql, sizeof sql,
        "SELECT count(*) FROM delivery WHERE type = '%s'", type);
    return house_count(house, sql);
}

/*
 * Own sites, with a fake time, a real store, and a site made of a few flags
 * that answers every look: when it is looked at, what is found, and what
 * becomes of that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "daemon/engine_site.h"
#include "daemon/pb.h"
#include "site_fake.h"

#define ONE_SITE                                                               \
    "sources:\n"                                                               \
    " - {id: qingshi, title: 青石小学网站, url: '" HOME "', kind: site, "      \
    "owner: 青石小学}\n"

static void act(struct house *house, int64_t id, enum action_kind kind,
    const char *object, const char *words, const char *data);

#define OPEN "SELECT count(*) FROM site_finding WHERE gone IS NULL"
#define VISITS "SELECT count(*) FROM site_visit"

/* --- when ------------------------------------------------------------------
 */

static void
visits_are_spread_over_restarts(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    for (int i = 0; i < 48; i++) {
        site_live(&house, MS_HOUR / 2);
        site_restart(&house, i % 3 == 0);
    }
    assert_in_range(house_count(&house, VISITS), 24, 27);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM site_visit AS a JOIN"
                            " site_visit AS b ON b.id = a.id + 1"
                            " WHERE b.at - a.at < 1800000 AND a.id > 2"),
        0);
    /* A night without it is not made up for. */
    house_now_ms += 12 * MS_HOUR;
    site_restart(&house, false);
    site_live(&house, MS_HOUR);
    assert_in_range(house_count(&house, VISITS), 25, 29);
    /* One round a day, each with the column. */
    assert_in_range(house_count(&house, "SELECT round FROM site_state"), 2, 3);
    assert_in_range(asked.columns, 2, 4);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident"), 0);
    site_end(&house);
}

static void
a_clock_that_is_set(void **state)
{
    struct house house;
    int64_t before;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 5 * MS_HOUR);
    before = house_count(&house, VISITS);
    house_now_ms -= 3LL * MS_DAY;
    site_restart(&house, false);
    site_live(&house, 5 * MS_HOUR);
    assert_in_range(house_count(&house, VISITS), before + 4, before + 6);
    site_end(&house);
}

static void
the_budget_of_a_host(void **state)
{
    struct house house;
    unsigned before;

    (void)state;
    site_setup(&house, "sites: {requests_per_hour: 12}\n" ONE_SITE);
    for (int i = 0; i < 4; i++) {
        before = asked.asked;
        site_live(&house, MS_HOUR);
        assert_in_range(asked.asked - before, 1, 12);
    }
    site_end(&house);
}

/* --- findings ----------------------------------------------------------------
 */

static void
a_finding_comes_goes_and_returns(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    assert_true(house_count(
        &house, "SELECT count(*) FROM site_state WHERE baseline IS NOT NULL"));
    site.hidden = true;
    site_live(&house, 90 * MS_MINUTE);
    assert_int_equal(site_state_of(&house, "new"), 1);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM incident WHERE"
                            " category = 'site_integrity' AND level = 3"
                            " AND owner = '青石小学' AND score = 70"),
        1);
    assert_int_equal(site_told(&house, "incident.opened"), 1);
    site_live(
        &house, 6 * MS_HOUR); /* it is there still: nothing is said again */
    assert_int_equal(house_count(&house, "SELECT count(*) FROM ledger"
                                         " WHERE incident = 1"),
        1);

    site.hidden = false;
    site_live(&house, 90 * MS_MINUTE);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    assert_int_equal(site_told(&house, "incident.closed"), 1);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident WHERE"
                                         " reason LIKE '%已看到改正%'"),
        1);
    /* The page as it was, and as it was seen corrected. */
    assert_int_equal(
        house_count(&house, "SELECT count(DISTINCT hash) FROM evidence"
                            " WHERE incident = 1"),
        2);

    site.hidden = true; /* within the window: the same incident */
    site_live(&house, 90 * MS_MINUTE);
    assert_int_equal(site_state_of(&house, "new"), 1);
    assert_int_equal(site_told(&house, "incident.reopened"), 1);
    assert_int_equal(house_count(&house, "SELECT times FROM site_finding"), 2);

    site.hidden = false;
    site_live(&house, 90 * MS_MINUTE);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    house_now_ms += 5LL * MS_DAY; /* beyond it: another that points back */
    site.hidden = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(
        house_count(&house, "SELECT previous FROM incident WHERE id = 2"), 1);
    site_end(&house);
}

static void
a_leak_is_only_counted(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.leak = true;
    site.mask = "110101********7758";
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident WHERE"
                                         " category = 'privacy' AND level = 3"),
        1);
    assert_int_equal(house_count(&house, "SELECT count FROM site_finding"), 3);
    site.leak = false; /* the document is looked at again before the round */
    site_live(&house, 3 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_end(&house);
}

static void
a_link_breaks_and_is_mended(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    site.broken = true;
    site_live(&house, MS_DAY);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM site_finding WHERE kind ="
            " 'broken_link' AND page = '" HOME "' AND target = '" PAGE
            "' AND line = 7 AND gone IS NULL"),
        1);
    site.broken = false;
    site_live(&house, 3 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_end(&house);
}

/* What is broken still, and nobody links to any more, is no broken link. */
static void
a_broken_link_is_taken_away(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    site.broken = true;
    site_live(&house, MS_DAY);
    assert_int_equal(house_count(&house, OPEN " AND target = '" PAGE "'"), 1);
    site.unlinked = true;
    site_live(&house, 3LL * MS_DAY);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(house_count(&house, "SELECT times FROM site_finding"), 1);
    assert_int_equal(site_told(&house, "incident.reopened"), 0);
    assert_int_equal(
        house_count(
            &house, "SELECT count(*) FROM site_page WHERE url = '" PAGE "'"),
        0);
    site_end(&house);
}

static void
a_site_is_down(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, MS_DAY);
    site.down = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND target = 'down'"), 0);
    site_live(&house, 90 * MS_MINUTE);
    assert_int_equal(house_count(&house, OPEN " AND target = 'down'"), 1);
    assert_int_equal(house_count(&house, OPEN " AND target = 'share'"), 1);
    assert_int_equal(site_state_of(&house, "new"), 1);
    site.down = false;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND target = 'down'"), 0);
    assert_int_equal(
        site_state_of(&house, "new"), 1); /* of the week too many */
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident WHERE"
                                         " title LIKE '%：打不开的次数超标'"),
        1);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM revision WHERE"
                            " text LIKE '%超标：现在打得开；%已改正%'"),
        1);
    site_live(&house, 3LL * MS_DAY); /* 4 of 100 */
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_end(&house);
}

/* That it was down for a reason says nothing of the next time. */
static void
a_site_is_down_rightly(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, "sites: {failed_share: 100}\n" ONE_SITE);
    site_live(&house, MS_DAY);
    for (int i = 1; i <= 2; i++) {
        site.down = true;
        site_live(&house, 5 * MS_HOUR);
        assert_int_equal(site_told(&house, "incident.opened") +
                             site_told(&house, "incident.reopened"),
            i);
        act(&house, 1, ACTION_SITE_FINDING_ACCEPT, "qingshi", "机房停电", "");
        assert_int_equal(site_state_of(&house, "closed"), 1);
        site.down = false;
        site_live(&house, 5 * MS_HOUR);
    }
    site_end(&house);
}

static void
a_certificate_nears_its_end(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.cert_ms = house_now_ms + 40LL * MS_DAY;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 0);
    for (int i = 0; i < 3; i++) {
        static const int left[] = {29, 13, 2};

        site.cert_ms = house_now_ms + left[i] * (int64_t)MS_DAY;
        site_live(&house, 2 * MS_HOUR);
        assert_int_equal(
            house_count(&house, "SELECT level FROM incident"), i + 1);
    }
    site.cert_ms = house_now_ms + 90LL * MS_DAY;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_end(&house);
}

static void
what_is_stale(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.newest_ms = house_now_ms - 15LL * MS_DAY;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'stale_home'"), 1);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'stale_column'"), 1);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident"), 1);
    site.blank = true; /* which says nothing of it */
    site_live(&house, MS_DAY);
    assert_int_equal(house_count(&house, OPEN), 2);
    site.blank = false;
    site.newest_ms = 0;
    site_live(&house, 4 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 0);
    site_end(&house);
}

static void
the_other_scheme(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.plain = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'no_https'"), 1);
    site.times_out = true; /* once not asked is not corrected */
    site_live(&house, MS_DAY);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'no_https'"), 1);
    site.plain = site.times_out = false;
    site_live(&house, MS_DAY);
    assert_int_equal(house_count(&house, OPEN), 0);
    site_end(&house);
}

/* --- people
 * ------------------------------------------------------------------- */

static void
act(struct house *house, int64_t id, enum action_kind kind, const char *object,
    const char *words, const char *data)
{
    Tocsin__ActionRequest in = TOCSIN__ACTION_REQUEST__INIT;
    char who[] = "wang", from[] = "socket";

    in.token = 1;
    in.kind = (uint32_t)kind;
    in.id = id;
    in.object = site_text(object);
    in.text = site_text(words);
    in.by = who;
    in.from = from;
    in.data = pb_data(str_of(data));
    engine_action(house->engine, &in);
    assert_int_equal(engine_commit(house->engine), 0);
    free(in.object);
    free(in.text);
}

static void
hosts_wait_for_an_editor(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM site_host WHERE"
                                         " baseline = 1"),
        1);
    site.host = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'new_host' AND"
                                              " target = 'bet.example'"),
        1);
    act(&house, 0, ACTION_SITE_HOSTS_APPROVE, "qingshi", "",
        "bet.example\nmoe.example\n");
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM site_host WHERE"
                                         " approved_by = 'wang'"),
        2);
    site_live(&house, 3 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM ledger WHERE"
                                         " kind = 'site.hosts_approved'"),
        1);
    site_end(&house);
}

/* What a site leads to is learnt from pages that were read. */
static void
hosts_of_pages_that_wait(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, "sites: {pages: 1}\n" ONE_SITE);
    site.unread = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM site_state WHERE"
                            " round_done IS NOT NULL AND baseline IS NULL"),
        1);
    site.unread = false;
    site.untitled = true;
    site_live(&house, MS_DAY + 2 * MS_HOUR);
    assert_int_equal(
        house_count(&house,
            "SELECT count(*) FROM site_state WHERE baseline IS NOT NULL"),
        1);
    /* Older than that, though it has not been read before. */
    house_meddle(
        &house, "UPDATE site_page SET title = NULL WHERE url = '" PAGE "'");
    site.old = PAGE;
    site_live(&house, MS_DAY);
    assert_int_equal(house_count(&house, "SELECT baseline FROM site_host WHERE"
                                         " host = 'old.example'"),
        1);
    assert_int_equal(house_count(&house, OPEN), 0);
    site_end(&house);
}

static void
what_is_no_fault(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    site.hidden = true;
    site_live(&house, 2 * MS_HOUR);
    act(&house, 1, ACTION_SITE_FINDING_ACCEPT, "qingshi", "", "");
    assert_int_equal(
        site_state_of(&house, "new"), 1); /* without a reason: no */
    act(&house, 1, ACTION_SITE_FINDING_ACCEPT, "qingshi", "是无障碍跳转", "");
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_live(&house, 3 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site.version = " changed"; /* until it is another one */
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "new"), 1);
    site_end(&house);
}

static void
addresses_that_are_right(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    (void)snprintf(site.address, sizeof site.address, "198.51.100.9");
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'dns_changed'"), 1);
    act(&house, 1, ACTION_SITE_FINDING_ACCEPT, "qingshi", "换了机房", "");
    for (int i = 0; i < 4; i++) { /* both are its own now */
        (void)snprintf(site.address, sizeof site.address,
            i % 2 ? "198.51.7.9" : "192.0.2.7");
        site_live(&house, 2 * MS_HOUR);
    }
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_told(&house, "incident.reopened"), 0);
    site_end(&house);
}

/* A hacked page leads to where robots may not go. */
static void
a_redirect_that_is_refused(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    site.hop = "https://bet.example/";
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'redirected'"), 1);
    site.hop = NULL;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 0);
    site_end(&house);
}

/* The number of an office that has moved. */
static void
a_wrong_word_is_a_number(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.word = "电话13812345678";
    site_live(&house, 6 * MS_HOUR);
    assert_int_equal(house_count(&house, OPEN), 1);
    assert_int_equal(house_count(&house, "SELECT times FROM site_finding"), 1);
    assert_int_equal(house_count(&house, "SELECT target LIKE '%1234%' FROM"
                                         " site_finding"),
        0);
    site_end(&house);
}

/* Closed by hand, and then it gets worse. */
static void
a_level_rises_on_what_was_closed(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.cert_ms = house_now_ms + 20LL * MS_DAY;
    site_live(&house, 2 * MS_HOUR);
    act(&house, 1, ACTION_RESOLVE, "", "已知", "");
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    site.cert_ms = house_now_ms + 2LL * MS_DAY;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "new"), 1);
    assert_int_equal(site_told(&house, "incident.reopened"), 1);
    site_end(&house);
}

/* That something was no fault says nothing of another one. */
static void
another_fault_behind_a_false_alarm(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    site.hidden = true;
    site_live(&house, 2 * MS_HOUR);
    act(&house, 1, ACTION_FALSE_ALARM, "", "是无障碍跳转", "");
    assert_int_equal(site_state_of(&house, "false_alarm"), 1);
    site_live(&house, 2 * MS_HOUR);
    site.host = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "new"), 1);
    assert_int_equal(site_told(&house, "incident.opened"), 2);
    site_end(&house);
}

static void
checked_at_once(void **state)
{
    struct house house;
    unsigned before;

    (void)state;
    site_setup(&house, ONE_SITE);
    site_live(&house, 2 * MS_HOUR);
    before = asked.columns;
    assert_int_equal(
        engine_site_probe(house.engine, STR("nobody")), E_NOTFOUND);
    assert_int_equal(engine_site_probe(house.engine, STR("qingshi")), 0);
    assert_int_equal(engine_site_probe(house.engine, STR("qingshi")), E_STATE);
    site_live(&house, 10 * MS_MINUTE);
    assert_int_equal(asked.columns, before + 1);
    site_end(&house);
}

/* --- trouble
 * -------------------------------------------------------------------- */

static void
nobody_answers(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.silent = true;
    site_live(&house, MS_HOUR);
    assert_in_range(asked.asked, 5, 60); /* again and again, with patience */
    engine_site_fetch_died(house.engine);
    site.silent = false;
    site_live(&house, MS_HOUR);
    assert_true(house_count(&house, VISITS) >= 1);
    site_end(&house);
}

/* One page whose host never lets us: the others have their turn. */
static void
a_page_that_is_put_off(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.later = NEWS;
    site.leak = true;
    site_live(&house, 4 * MS_HOUR);
    assert_true(house_count(&house,
        "SELECT count(*) FROM site_state WHERE round_done IS NOT NULL"));
    assert_int_equal(house_count(&house, OPEN " AND kind = 'leak'"), 1);
    assert_int_equal(house_count(&house, "SELECT failures FROM site_page"
                                         " WHERE url = '" NEWS "'"),
        0);
    site_end(&house);
}

static void
a_document_that_ends_parsers(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.dies = true;
    site_live(&house, 4LL * MS_DAY);
    assert_true(house_count(&house,
                    "SELECT deaths FROM site_page WHERE url = '" DOC "'") >= 2);
    assert_true(house_count(&house, "SELECT round FROM site_state") >= 4);
    site.dies = false; /* it is another one by now: it is read again */
    site.leak = true;
    site_live(&house, 8LL * MS_DAY);
    assert_int_equal(house_count(&house, OPEN " AND kind = 'leak'"), 1);
    site_end(&house);
}

/* One site after another, when not all can have a turn. */
static void
turns_are_taken(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house,
        "sites: {requests_per_hour: 12, concurrent: 1}\n" ONE_SITE
        " - {id: qingshi-old, title: 青石小学旧站, url: '" HOME
        "old/', kind: site, owner: 青石小学}\n");
    site_live(&house, 20 * MS_MINUTE);
    assert_true(house_count(&house,
        "SELECT count(*) FROM site_visit WHERE source = 'qingshi-old'"));
    assert_true(house_count(
        &house, "SELECT count(*) FROM site_visit WHERE source = 'qingshi'"));
    site_end(&house);
}

static void
what_no_parser_may_say(void **state)
{
    struct house house;
    Tocsin__SiteResult out = TOCSIN__SITE_RESULT__INIT;
    Tocsin__SiteFound found = TOCSIN__SITE_FOUND__INIT, *list = &found;
    char kind[] = "made-up", bytes[] = "\xff";

    (void)state;
    site_setup(&house, ONE_SITE);
    engine_site_run(house.engine);
    assert_true(asked.number != 0);
    out.ok = true;
    out.found = &list;
    out.n_found = 1;
    found.kind = kind;
    out.look = asked.number ^ (1ull << 40); /* a look that was never asked */
    engine_site_result(house.engine, 0, &out);
    out.look = asked.number;
    engine_site_result(house.engine, 0, &out);
    found.evidence = bytes;
    engine_site_result(house.engine, 0, &out);
    assert_int_equal(engine_commit(house.engine), 0);
    assert_int_equal(
        house_count(&house, "SELECT count(*) FROM site_finding"), 0);
    site_end(&house);
}

/* What a person opens again stays open over a restart. */
static void
opened_again_by_hand(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.hidden = true;
    site_live(&house, 2 * MS_HOUR);
    site.hidden = false;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    act(&house, 1, ACTION_REOPEN, "", "", "");
    site_restart(&house, false);
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "new"), 1);
    site_end(&house);
}

/* What a commit that failed has undone is looked at again. */
static void
what_was_undone(void **state)
{
    struct house house;
    struct engine *e;

    (void)state;
    site_setup(&house, ONE_SITE);
    e = house.engine;
    engine_site_run(e);
    site_answer(e);
    store_rollback(e->store);
    e->writing = false;
    e->rollbacks++;
    assert_int_equal(house_count(&house, VISITS), 0);
    site_live(&house, 2 * MS_MINUTE);
    assert_int_equal(house_count(&house, VISITS), 1);
    assert_true(house_count(
        &house, "SELECT count(*) FROM site_page WHERE title IS NOT NULL"));
    site_end(&house);
}

static void
a_site_leaves_the_configuration(void **state)
{
    struct house house;

    (void)state;
    site_setup(&house, ONE_SITE);
    site.hidden = true;
    site_live(&house, 2 * MS_HOUR);
    assert_int_equal(site_state_of(&house, "new"), 1);
    house_configure(&house, "");
    site_restart(&house, false);
    assert_int_equal(house_count(&house, OPEN), 0);
    assert_int_equal(site_state_of(&house, "closed"), 1);
    assert_int_equal(house_count(&house, "SELECT count(*) FROM incident WHERE"
                                         " reason LIKE '%改正%'"),
        0);
    site_end(&house);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visits_are_spread_over_restarts),
        cmocka_unit_test(a_clock_that_is_set),
        cmocka_unit_test(the_budget_of_a_host),
        cmocka_unit_test(a_finding_comes_goes_and_returns),
        cmocka_unit_test(a_leak_is_only_counted),
        cmocka_unit_test(a_link_breaks_and_is_mended),
        cmocka_unit_test(a_broken_link_is_taken_away),
        cmocka_unit_test(a_site_is_down),
        cmocka_unit_test(a_site_is_down_rightly),
        cmocka_unit_test(a_certificate_nears_its_end),
        cmocka_unit_test(what_is_stale),
        cmocka_unit_test(the_other_scheme),
        cmocka_unit_test(hosts_wait_for_an_editor),
        cmocka_unit_test(hosts_of_pages_that_wait),
        cmocka_unit_test(what_is_no_fault),
        cmocka_unit_test(addresses_that_are_right),
        cmocka_unit_test(a_redirect_that_is_refused),
        cmocka_unit_test(a_wrong_word_is_a_number),
        cmocka_unit_test(a_level_rises_on_what_was_closed),
        cmocka_unit_test(another_fault_behind_a_false_alarm),
        cmocka_unit_test(checked_at_once),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(a_page_that_is_put_off),
        cmocka_unit_test(a_document_that_ends_parsers),
        cmocka_unit_test(turns_are_taken),
        cmocka_unit_test(what_no_parser_may_say),
        cmocka_unit_test(opened_again_by_hand),
        cmocka_unit_test(what_was_undone),
        cmocka_unit_test(a_site_leaves_the_configuration),
    };

    if (digest_init() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

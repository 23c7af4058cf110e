/*
 * liar: a parse role that was taken over.
 *
 * Linked into a tocsind whose parsers send through here (--wrap=ipc_send).  All
 * else of the parser is real, its sandbox too.  The title of a document names
 * the lie that its result becomes: "LIE forged-polls".  tests/e2e/test_liar.py
 * shows that the house believes none, and that none stops it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "daemon/ipc.h"

int __real_ipc_send(struct ipc *ipc, const Tocsin__Frame *frame);
int __wrap_ipc_send(struct ipc *ipc, const Tocsin__Frame *frame);

enum {
    GUESSES = 3000,
    BIG = 20 * 1024 * 1024,
    SEEN_TOO_LONG = 1024 * 1024 + 1,
    ITEMS_TOO_MANY = 5001
};

static char forged[] = "云溪三中宿舍起火 伪造";
static struct ipc *fetch; /* the channel that PARSE_DONE went to last */

static Tocsin__Item *
item_like(const Tocsin__ParseResult *in)
{
    Tocsin__Item *item = malloc(sizeof *item);

    if (item == NULL || in->n_items == 0)
        abort();
    *item = *in->items[0];
    return item;
}

/* A text of n bytes. */
static char *
text_of(char c, size_t n)
{
    char *p = malloc(n + 1);

    if (p == NULL)
        abort();
    memset(p, c, n);
    p[n] = '\0';
    return p;
}

/* --- lies: change what will be sent; 0 sends it
 * -------------------------------- */

static int
lie_forged_polls(struct ipc *ipc, Tocsin__ParseResult *result)
{
    uint64_t own = result->poll;

    for (uint64_t i = 0; i < GUESSES; i++) {
        /* small numbers, neighbours, the same chance in other slots */
        result->poll = i % 3 == 0 ? i / 3 : i % 3 == 1 ? own + i : own ^ i;
        if (result->poll != own)
            (void)__real_ipc_send(
                ipc, FRAME(parse_result, PARSE_RESULT, result));
    }
    return 1; /* its own stays unanswered */
}

static int
lie_seen(struct ipc *ipc, Tocsin__ParseResult *result)
{
    (void)ipc;
    result->seen.data = (uint8_t *)text_of('s', SEEN_TOO_LONG);
    result->seen.len = SEEN_TOO_LONG;
    return 0;
}

static int
lie_many_items(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__Item **items = calloc(ITEMS_TOO_MANY, sizeof *items);

    (void)ipc;
    if (items == NULL)
        abort();
    for (size_t i = 0; i < ITEMS_TOO_MANY; i++)
        items[i] = result->items[0];
    result->items = items;
    result->n_items = ITEMS_TOO_MANY;
    return 0;
}

static int
lie_big_text(struct ipc *ipc, Tocsin__ParseResult *result)
{
    (void)ipc;
    result->items[0]->text = text_of('x', BIG);
    return 0;
}

static int
lie_big_title(struct ipc *ipc, Tocsin__ParseResult *result)
{
    (void)ipc;
    result->items[0]->title = text_of('x', 1024 * 1024);
    return 0;
}

static int
lie_identity(struct ipc *ipc, Tocsin__ParseResult *result)
{
    (void)ipc;
    result->items[0]->identity.len = 4;
    return 0;
}

static int
lie_script(struct ipc *ipc, Tocsin__ParseResult *result)
{
    static char url[] = "javascript:alert(1)";

    (void)ipc;
    result->items[0]->url = url;
    return 0;
}

static int
lie_bytes(struct ipc *ipc, Tocsin__ParseResult *result)
{
    static char bytes[] = "\xff\xfe\xed\xa0\x80 forged";

    (void)ipc;
    result->items[0]->title = bytes;
    return 0;
}

static int
lie_rule(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__Finding *finding = malloc(sizeof *finding);
    Tocsin__Finding **findings = malloc(sizeof *findings);

    (void)ipc;
    if (finding == NULL || findings == NULL)
        abort();
    tocsin__finding__init(finding);
    finding->rule = 4000000000u;
    findings[0] = finding;
    result->items[0]->findings = findings;
    result->items[0]->n_findings = 1;
    return 0;
}

static int
lie_children(struct ipc *ipc, Tocsin__ParseResult *result)
{
    static char *children[1];

    (void)ipc;
    children[0] = text_of('u', 100000);
    result->children = children;
    result->n_children = 1;
    return 0;
}

static int
lie_answer(struct ipc *ipc, Tocsin__ParseResult *result)
{
    static Tocsin__Answer answer;

    (void)ipc;
    answer = *result->answer;
    answer.etag.data = (uint8_t *)text_of('e', 4096);
    answer.etag.len = 4096;
    result->answer = &answer;
    return 0;
}

static int
lie_generation(struct ipc *ipc, Tocsin__ParseResult *result)
{
    (void)ipc;
    result->generation += 1000;
    return 0;
}

/* What only other roles may say. */
static int
lie_as_console(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__ActionRequest request = TOCSIN__ACTION_REQUEST__INIT;

    (void)result;
    request.object = request.text = request.role = request.by = request.from =
        forged;
    return __real_ipc_send(
        ipc, FRAME(action_request, ACTION_REQUEST, &request));
}

static int
lie_as_notify(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__SendResult sent = TOCSIN__SEND_RESULT__INIT;

    (void)result;
    return __real_ipc_send(ipc, FRAME(send_result, SEND_RESULT, &sent));
}

static int
lie_as_fetch(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__PollHanded handed = TOCSIN__POLL_HANDED__INIT;

    handed.poll = result->poll;
    handed.parser = 1;
    return __real_ipc_send(ipc, FRAME(poll_handed, POLL_HANDED, &handed));
}

/* An own site that nobody asked for, its findings with it. */
static int
lie_sites(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__SiteResult site = TOCSIN__SITE_RESULT__INIT;
    Tocsin__SiteFound found = TOCSIN__SITE_FOUND__INIT;
    Tocsin__SiteFound *founds[1] = {&found};

    site.ok = 1;
    site.title = site.reason = forged;
    found.kind = found.target = found.evidence = found.mask = forged;
    site.found = founds;
    site.n_found = 1;
    for (uint64_t i = 0; i < GUESSES; i++) {
        site.look = i < 100 ? i : result->poll + i;
        (void)__real_ipc_send(ipc, FRAME(site_result, SITE_RESULT, &site));
    }
    return 0;
}

/* Trials that nobody asked for, and to fetch, documents that it never had. */
static int
lie_unasked(struct ipc *ipc, Tocsin__ParseResult *result)
{
    Tocsin__RuleTrialResult trial = TOCSIN__RULE_TRIAL_RESULT__INIT;
    Tocsin__TrialVerdicts verdicts = TOCSIN__TRIAL_VERDICTS__INIT;
    Tocsin__ParseDone done = TOCSIN__PARSE_DONE__INIT;

    (void)result;
    for (uint64_t i = 0; i < GUESSES; i++) {
        done.poll = i;
        (void)__real_ipc_send(
            ipc, FRAME(rule_trial_result, RULE_TRIAL_RESULT, &trial));
        (void)__real_ipc_send(
            ipc, FRAME(trial_verdicts, TRIAL_VERDICTS, &verdicts));
        if (fetch)
            (void)__real_ipc_send(fetch, FRAME(parse_done, PARSE_DONE, &done));
    }
    return 0;
}

/* Numbers beyond all sense, and twice the same item. */
static int
lie_numbers(struct ipc *ipc, Tocsin__ParseResult *result)
{
    static Tocsin__Item *items[2];
    static uint32_t slow[64];

    (void)ipc;
    result->trouble = result->known = result->in_window = UINT32_MAX;
    result->ttl_ms = INT64_MAX;
    result->skip_hours = result->skip_days = UINT32_MAX;
    items[0] = result->items[0];
    items[1] = item_like(result);
    items[0]->published_ms = INT64_MAX;
    items[1]->updated_ms = INT64_MIN + 1;
    result->items = items;
    result->n_items = 2;
    for (size_t i = 0; i < 64; i++)
        slow[i] = UINT32_MAX - (uint32_t)i;
    result->slow_rules = slow;
    result->n_slow_rules = 64;
    return 0;
}

static const struct lie {
    const char *name;
    int (*tell)(struct ipc *ipc, Tocsin__ParseResult *result);
} lies[] = {{"forged-polls", lie_forged_polls}, {"seen", lie_seen},
    {"many-items", lie_many_items}, {"big-text", lie_big_text},
    {"big-title", lie_big_title}, {"identity", lie_identity},
    {"script", lie_script}, {"bytes", lie_bytes}, {"rule", lie_rule},
    {"children", lie_children}, {"answer", lie_answer},
    {"generation", lie_generation}, {"as-console", lie_as_console},
    {"as-notify", lie_as_notify}, {"as-fetch", lie_as_fetch},
    {"sites", lie_sites}, {"unasked", lie_unasked}, {"numbers", lie_numbers}};

int
__wrap_ipc_send(struct ipc *ipc, const Tocsin__Frame *frame)
{
    Tocsin__ParseResult *result = frame->parse_result;
    struct str title;

    if (frame->body_case == TOCSIN__FRAME__BODY_PARSE_DONE)
        fetch = ipc;
    if (frame->body_case != TOCSIN__FRAME__BODY_PARSE_RESULT)
        return __real_ipc_send(ipc, frame);
    title = str_of(result->title ? result->title : "");
    for (size_t i = 0; i < sizeof lies / sizeof *lies && result->n_items; i++) {
        size_t at = str_find(title, str_of(lies[i].name));

        if (str_find(title, STR("LIE ")) != 0 || at != 4 ||
            title.n != 4 + strlen(lies[i].name))
            continue;
        result->items[0]->title = forged;
        if (lies[i].tell(ipc, result) != 0)
            return 0;
    }
    return __real_ipc_send(ipc, frame);
}

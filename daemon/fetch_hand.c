/*
 * fetch_hand: documents on their way to a parser.
 *
 * The parser with least to do gets the next one, and the engine is told which.
 * At most PARSER_MAX_OUTSTANDING lie with one parser; the rest wait here, in
 * order, bounded in bytes.
 */
#include <stdlib.h>

#include "base/err.h"
#include "daemon/fetch.h"
#include "daemon/pb.h"

enum { PARSER_MAX_OUTSTANDING = 2, FETCH_MAX_WAITING_BYTES = 64 * 1024 * 1024 };

/* A document that waits for a parser. */
struct fetch_document {
    STAILQ_ENTRY(fetch_document) link;
    size_t n;
    Tocsin__ParseRequest *request; /* owned */
};

static struct fetch_parser *
hand_free_parser(struct fetch *fetch)
{
    struct fetch_parser *best = NULL;

    for (size_t i = 0; i < ROLE_MAX_PARSERS; i++) {
        struct fetch_parser *p = &fetch->parser[i];

        if (p->ipc && p->ready && p->outstanding < PARSER_MAX_OUTSTANDING &&
            (best == NULL || p->outstanding < best->outstanding))
            best = p;
    }
    return best;
}

/* The engine hears who has it before the parser does. */
static int
hand_to(struct fetch *fetch, struct fetch_parser *parser,
    Tocsin__ParseRequest *request)
{
    Tocsin__PollHanded handed = TOCSIN__POLL_HANDED__INIT;
    int r = E_CLOSED;

    handed.poll = request->poll;
    handed.parser = (uint32_t)(parser - fetch->parser);
    handed.look = request->want == TOCSIN__WANT__WANT_SITE;
    if (fetch->role->engine)
        r = ipc_send(
            fetch->role->engine, FRAME(poll_handed, POLL_HANDED, &handed));
    if (r == 0)
        r = ipc_send(parser->ipc, FRAME(parse_request, PARSE_REQUEST, request));
    if (r == 0)
        parser->outstanding++;
    return r;
}

/* A document that could not be handed over is a failed poll; a look at a site
 * ends with the engine's patience. */
static void
hand_drop(struct fetch *fetch, const Tocsin__ParseRequest *request)
{
    Tocsin__PollAnswer message = TOCSIN__POLL_ANSWER__INIT;
    char reason[] = "the document could not be handed to a parser";

    if (request->want == TOCSIN__WANT__WANT_SITE)
        return;
    message.poll = request->poll;
    message.reason = reason;
    message.answer = request->answer;
    if (fetch->role->engine)
        (void)ipc_send(
            fetch->role->engine, FRAME(poll_answer, POLL_ANSWER, &message));
}

void
fetch_hand_waiting(struct fetch *fetch)
{
    struct fetch_document *document;
    struct fetch_parser *parser;

    while ((document = STAILQ_FIRST(&fetch->waiting)) != NULL &&
           (parser = hand_free_parser(fetch)) != NULL) {
        STAILQ_REMOVE_HEAD(&fetch->waiting, link);
        fetch->waiting_bytes -= document->n;
        if (hand_to(fetch, parser, document->request) != 0)
            hand_drop(fetch, document->request);
        tocsin__parse_request__free_unpacked(document->request, NULL);
        free(document);
    }
}

bool
fetch_hand_has_room(const struct fetch *fetch, size_t n)
{
    return n <= FETCH_MAX_WAITING_BYTES &&
           fetch->waiting_bytes <= FETCH_MAX_WAITING_BYTES - n;
}

/* Keep a copy until a parser is free. */
static int
hand_keep(struct fetch *fetch, const Tocsin__ParseRequest *request)
{
    size_t n = tocsin__parse_request__get_packed_size(request);
    struct fetch_document *document = calloc(1, sizeof *document);
    uint8_t *packed = malloc(n ? n : 1);
    int r = 0;

    if (!fetch_hand_has_room(fetch, n))
        r = E_LIMIT;
    else if (document == NULL || packed == NULL)
        r = E_NOMEM;
    if (r == 0) {
        tocsin__parse_request__pack(request, packed);
        document->request = tocsin__parse_request__unpack(NULL, n, packed);
        document->n = n;
        r = document->request ? 0 : E_NOMEM;
    }
    free(packed);
    if (r != 0) {
        free(document);
        return r;
    }
    STAILQ_INSERT_TAIL(&fetch->waiting, document, link);
    fetch->waiting_bytes += n;
    return 0;
}

int
fetch_hand(struct fetch *fetch, Tocsin__ParseRequest *request)
{
    struct fetch_parser *parser = hand_free_parser(fetch);

    return parser && STAILQ_EMPTY(&fetch->waiting)
               ? hand_to(fetch, parser, request)
               : hand_keep(fetch, request);
}

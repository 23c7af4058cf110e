/* site_check: a page of an own site. */
#include "document.h"
#include "feeds/site.h"

static void
check_report(const struct site_report *report)
{
    HOLD(report->nhidden_links <= SITE_MAX_LINKS);
    HOLD(report->nfindings <= SITE_MAX_FINDINGS);
    for (size_t i = 0; i < SITE_DATA_KINDS; i++)
        HOLD(report->data[i] <= SITE_MAX_VALUES);
    for (size_t i = 0; i < report->nhidden_links; i++)
        fuzz_url_out(report->hidden_links[i]);
    for (size_t i = 0; i < report->nfindings; i++) {
        HOLD(report->findings[i].kind != NULL);
        fuzz_text(report->findings[i].evidence, SIZE_MAX);
    }
    document_check_time(report->newest);
}

void
fuzz_site(struct str input)
{
    struct arena *arena = fuzz_arena();
    struct feed_input in = document_input(&input, true);
    struct toc_error error = {.text = ""};
    const struct site_report *report = NULL;
    int err = site_check(arena, &in, &error, &report);

    document_check_error(err, &error);
    HOLD((err == 0) == (report != NULL));
    if (report)
        check_report(report);
    arena_free(arena);
}

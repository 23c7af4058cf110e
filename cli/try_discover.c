/*
 * try_discover: which feeds and lists does the page in FILE offer?
 */
#include "cli/try_page.h"

int
cmd_try_discover(int argc, char **argv)
{
    _cleanup_(page_end) struct page_run run;
    struct toc_error error = {0};
    const struct discovery *found;
    json_t *json;
    int status = page_start(&run, "uc", argc, argv);
    int err;

    if (status != CLI_OK)
        return status;
    err = discover_parse(run.arena, &run.input, &error, &found);
    if (err != 0)
        return page_fail(&run, err, &error);
    json = json_object();
    jsonx_set(json, "feeds", page_strings(found->feeds, found->nfeeds));
    jsonx_set(json, "lists", page_strings(found->lists, found->nlists));
    return page_print(json);
}

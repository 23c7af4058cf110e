#include "daemon/engine_reload.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/jsonx.h"

struct reload_note {
    struct wall at;
    bool ok;
    size_t n;
    char errors[RELOAD_MAX_ERRORS][RELOAD_ERROR_BYTES];
};

void
engine_reload_note(
    struct engine *engine, const struct toc_errors *errors, bool ok)
{
    struct reload_note *note = engine->reload;

    if (!note)
        note = engine->reload = calloc(1, sizeof *note);
    if (!note)
        return;
    note->at = engine_now(engine);
    note->ok = ok;
    note->n = ok ? 0 : errors->n;
    if (note->n > RELOAD_MAX_ERRORS)
        note->n = RELOAD_MAX_ERRORS;
    for (size_t i = 0; i < note->n; i++) {
        const struct toc_error *e = &errors->list[i];

        (void)snprintf(note->errors[i], sizeof note->errors[i], "%s:%u:%u: %s",
            e->file, e->line, e->column, e->text);
    }
}

json_t *
engine_reload_json(const struct engine *engine)
{
    const struct reload_note *note = engine->reload;
    json_t *object, *list;

    if (!note)
        return NULL;
    object = json_object();
    list = json_array();
    for (size_t i = 0; i < note->n; i++)
        (void)json_array_append_new(list, jsonx_str(str_of(note->errors[i])));
    (void)json_object_set_new(object, "at_ms", json_integer(note->at.ms));
    (void)json_object_set_new(object, "ok", json_boolean(note->ok));
    (void)json_object_set_new(object, "errors", list);
    return object;
}

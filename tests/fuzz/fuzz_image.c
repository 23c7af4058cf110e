/*
 * ruleset_open: an image that something changed.
 *
 * The input is a list of edits to the image of the fixed set: three bytes of
 * place and one of change; the checksum is made right again, so that the
 * checks behind it are met.  What opens is matched with.
 */
#include <stdlib.h>
#include <string.h>

#include "rules/image.h"
#include "ruleset.h"

enum { EDIT_BYTES = 4 };

static void
edit(char *image, size_t size, struct str edits)
{
    while (edits.n >= EDIT_BYTES) {
        const uint8_t *e = (const uint8_t *)edits.p;
        size_t at = ((size_t)e[0] << 16 | (size_t)e[1] << 8 | e[2]) % size;

        image[at] = (char)(image[at] ^ (char)e[3]);
        edits = str_from(edits, EDIT_BYTES);
    }
}

void
fuzz_image(struct str input)
{
    struct str good = ruleset_image(ruleset_fixed());
    unsigned choice = fuzz_choice(&input);
    size_t cut = choice & 1 && input.n ? (uint8_t)input.p[0] : 0;
    size_t size = good.n - cut;
    size_t room = (size + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
    char *image = aligned_alloc(IMAGE_ALIGN, room);
    struct ruleset *set = NULL;
    int err;

    HOLD(image != NULL);
    memcpy(image, good.p, size);
    edit(image, size, input);
    if (!(choice & 2)) {
        struct image_header *header = (struct image_header *)(void *)image;

        header->checksum = image_checksum(image, size);
    }
    err = ruleset_open((struct str){image, size}, &set);
    HOLD(err == 0 || err == E_CORRUPT);
    if (set) {
        ruleset_match(set, STR("通知: 甲乙 学生 fire"),
            STR("宿舍起*火，pupil 受伤。\n下一篇: 昏迷送医 ＡＢ 123号"),
            STR("forum"));
        ruleset_free(set);
    }
    free(image);
}

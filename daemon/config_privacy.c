/* config_privacy: of which categories nothing is quoted and nobody named. */
#include "daemon/config.h"

/* Those of the shipped rules that are about single children: who was beaten or
 * abused, hurt, drowned or is ill, and whose data lies open. */
static const char *const defaults[] = {
    "violence", "accident", "drowning", "health", "privacy"};

bool
config_is_discreet(const struct config *config, struct str category)
{
    if (config->no_names == NULL) {
        for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
            if (str_eq(category, str_of(defaults[i])))
                return true;
        }
        return false;
    }
    for (size_t i = 0; i < config->nno_names; i++) {
        if (str_eq(config->no_names[i], category))
            return true;
    }
    return false;
}

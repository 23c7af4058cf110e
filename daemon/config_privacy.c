/* config_privacy: of which categories nothing is quoted and nobody named. */
#include "daemon/config.h"

bool
config_is_discreet(const struct config *config, struct str category)
{
    if (config->no_names == NULL)
        return str_eq(category, STR("violence"));
    for (size_t i = 0; i < config->nno_names; i++) {
        if (str_eq(config->no_names[i], category))
            return true;
    }
    return false;
}

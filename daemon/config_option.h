/*
 * config_option: the table of options, and how one of them is read.
 *
 * Internal to daemon/config*.c, and to the tests that hold the documents in
 * step with it.  Nothing here knows what an option means.
 */
#ifndef TOCSIN_DAEMON_CONFIG_OPTION_H
#define TOCSIN_DAEMON_CONFIG_OPTION_H

#include "base/yaml.h"
#include "daemon/config.h"

enum option_type {
    OPTION_TEXT,      /* struct str */
    OPTION_ID,        /* struct str of a-z, 0-9, - */
    OPTION_URL,       /* struct str; judged by the gate later */
    OPTION_WEB,       /* struct str: an http address that people open */
    OPTION_ZONE,      /* struct str: an IANA zone that exists */
    OPTION_DATE,      /* struct str: a day, YYYY-MM-DD */
    OPTION_DAY,       /* struct str: the same, or MM-DD of every year */
    OPTION_ENTRIES,   /* const STRUCT *, and size_t behind it: config_entries.c;
                         choices name what one of them is */
    OPTION_PATH,      /* struct str, made absolute */
    OPTION_LISTEN,    /* struct str: ADDRESS:PORT, or null */
    OPTION_CHOICE,    /* struct str: one of choices */
    OPTION_ENUM,      /* int-sized enum: position in choices */
    OPTION_LEVEL,     /* enum level */
    OPTION_BOOL,      /* bool */
    OPTION_INT,       /* int64_t */
    OPTION_INT32,     /* int */
    OPTION_DURATION,  /* int64_t, milliseconds */
    OPTION_SIZE,      /* int64_t, bytes */
    OPTION_TEXTS,     /* const struct str *, and size_t behind it */
    OPTION_ADDRESSES, /* the same, each an address range */
    OPTION_PORTS,     /* const uint16_t *, and size_t behind it */
    OPTION_HOURS,     /* struct hours; choices are its keys */
    OPTION_MATCH,     /* struct route_match, by match_options */
    OPTION_SUCCESS,   /* struct channel_success, by success_options */
    OPTION_ANY_URL,   /* struct str: an http or smtp address, judged later */
    OPTION_SECRET,    /* struct channel's secrets: one */
    OPTION_SECRETS    /* struct channel's secrets: several */
};

struct option {
    const char *section; /* "" at the top and in sources and channels */
    const char *key;
    enum option_type type;
    size_t offset; /* in struct config, source or channel */
    int64_t min, max;
    const char *def; /* as written in the file; NULL: absent */
    const char *choices;
    const char *text; /* for the reference */
};

extern const char option_required[];
#define OPTION_REQUIRED option_required

/* The tables, ended by an option without a key. */
extern const struct option config_options[];
extern const struct option source_options[];
extern const struct option channel_options[];
extern const struct option owner_options[];
extern const struct option key_date_options[];
extern const struct option owner_duty_options[], contact_options[],
    person_options[], clock_options[], rota_options[], layer_options[],
    escalation_options[], step_options[], range_options[], people_options[],
    calendar_options[], report_options[], column_options[];
extern const struct option route_options[];
extern const struct option inhibit_options[];
extern const struct option match_options[];
extern const struct option success_options[];

/* Where an option of tocsin.yaml stands; zero when it is not given. */
struct option_place {
    unsigned line, column;
};
enum { OPTION_MAX = 160 }; /* options of tocsin.yaml */

/* What reading one file needs. */
struct option_reader {
    struct arena *arena; /* of the configuration */
    const char *file;    /* for errors, lives as long as arena */
    const char *folder;  /* that relative paths start from */
    struct toc_errors *errors;
    struct option_place *places; /* by position in the table, or NULL */
};

/* Put the value at node into base (a struct of the option's table).  0, or
 * E_CONF with an error at its place. */
int option_read(const struct option_reader *reader, const struct option *option,
    const struct ynode *node, void *base);
/* Put the default into base; a required option is left as it is. */
void option_default(const struct option_reader *reader,
    const struct option *option, void *base);
/* Read all options of one section of table from map; what is missing gets its
 * default, or an error at map when it is required.  what names the map in that
 * error.  Unknown keys are not looked for here. */
void option_read_section(const struct option_reader *reader,
    const struct option *table, const char *section, const char *what,
    const struct ynode *map, void *base);
/* Complain of the keys of map that are no options of that section of table and
 * not in further (NULL-ended, may be NULL). */
void option_check_keys(const struct option_reader *reader,
    const struct option *table, const char *section, const char *const *further,
    const struct ynode *map);

/* config_route.c: spans of the week, and what a route matches. */
int config_hours_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node, struct hours *ret);
int config_match_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node,
    struct route_match *ret);
void config_hours_print(struct buf *out, const struct hours *hours);

/* config_entries.c: a list of entries, added to what is there; the table of
 * its entries and their size. */
int config_entries_read(const struct option_reader *reader,
    const struct option *option, const struct ynode *node, void *field);
const struct option *config_entry_options(
    const struct option *option, size_t *ret_size);

/* Read a secret by its reference, {file: …}, {credential: …} or {env: …}, and
 * append it to channel.  0, or E_CONF with an error that does not hold it. */
int config_secret_read(const struct option_reader *reader,
    const struct ynode *node, struct channel *channel);
/* The same for one text by itself, with its reference as it is printed. */
int config_secret_text(const struct option_reader *reader,
    const struct ynode *node, struct str *ret_text, struct str *ret_ref);

#endif

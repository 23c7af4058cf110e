/*
 * written: where an entry of the configuration stands, for what is said of it
 * when it does not go together with others.
 */
#ifndef TOCSIN_INCIDENTS_WRITTEN_H
#define TOCSIN_INCIDENTS_WRITTEN_H

struct written {
    const char *file; /* NULL: a default of the program */
    unsigned line, column;
};

#endif

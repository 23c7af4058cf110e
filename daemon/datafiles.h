/*
 * datafiles: where the program's own data lies: installed, or in the tree that
 * it was built from.
 */
#ifndef TOCSIN_DAEMON_DATAFILES_H
#define TOCSIN_DAEMON_DATAFILES_H

#include "base/arena.h"

/* The folder called name ("console/templates"), in arena: beside the running
 * program's ../share/tocsin, else of the source tree when it runs from a build
 * folder, else as installed. */
const char *datafiles_folder(struct arena *arena, const char *name);

#endif

/*
 * parent: the process that systemd knows: it starts the roles, hands them
 * their channels, and starts again what dies.
 *
 * It opens no file, reads no configuration and no foreign byte; it only knows
 * signals, children, and small messages of the engine.  It cannot lock itself
 * down as the roles do, because filters are inherited by what it starts.
 */
#ifndef TOCSIN_DAEMON_PARENT_H
#define TOCSIN_DAEMON_PARENT_H

/* Run until told to end; the exit status.  level is the log level to pass on;
 * outward, where the process listens that starts the roles which connect out
 * (launch.h), NULL when the parent does.  A socket that systemd handed over is
 * the console's. */
int parent_run(
    const char *config_path, const char *level, const char *outward);

#endif

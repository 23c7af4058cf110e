/*
 * commands: what `tocsin` can do, and how that is explained.
 *
 * A command is one line here and one file beside this one.
 */
#include <stddef.h>

#include "cli/cli.h"

#define CLIENT_OPTIONS                                                         \
    "  --socket PATH   the daemon's socket; default: that of the "             \
    "configuration\n"                                                          \
    "  --config FILE   the configuration that names the socket\n"              \
    "  --json          print what the daemon answered, as JSON\n"

const struct command cli_commands[] = {
    {"setup", "[OPTION]…",
        "Write the first configuration, out of at most six answers",
        "  --dir DIR           where; default: /etc/tocsin\n"
        "  --yes               ask nothing: what is not given has its default\n"
        "  --bureau NAME       the bureau's name (needed with --yes)\n"
        "  --contact TEXT      at which owners of polled sites reach it "
        "(likewise)\n"
        "  --zone ZONE         default: this machine's\n"
        "  --listen ADDR       the console's address, default 127.0.0.1:8480\n"
        "  --admin NAME        the first admin, default admin\n"
        "  --password-file FILE\n"
        "                      his password; default: one is made and shown\n"
        "  --source ADDRESS    a site, a feed or an OPML file; may be given "
        "often\n"
        "  --channel \"KIND ADDRESS\", --secret TEXT\n"
        "                      the first channel and what it signs with\n"
        "  --no-test           send no test message to it\n"
        "\nA configuration that is there stays as it is.  What is written, "
        "`tocsin check`\naccepts.  tocsind must not run yet.\n",
        cmd_setup},
    {"check", "[--config FILE] [--print | --invariants [DATABASE] [--json]]",
        "Read the configuration and say everything that is wrong with it",
        "  --config FILE   default: $TOCSIN_CONFIG, then "
        "/etc/tocsin/tocsin.yaml\n"
        "  --print         print what was understood, as YAML, without "
        "secrets\n"
        "  --invariants    ask the database instead whether what must always "
        "hold of it does\n"
        "  --database FILE which; default: the configuration's\n"
        "  --json          --invariants: as JSON\n\n"
        "Each error is one line, file:line:column: what is wrong, what would "
        "be right.\nNothing is changed, nothing is connected to.\n",
        cmd_check},
    {"reload", "[OPTION]…",
        "Make the daemon read its configuration again, whole or not at all",
        CLIENT_OPTIONS
        "\nThe daemon checks everything first and keeps the old configuration "
        "when anything\nis wrong; the errors are then printed here.\n",
        cmd_reload},
    {"status", "[OPTION]…",
        "Show how the daemon is: roles, sources, deliveries, generation",
        CLIENT_OPTIONS "  --check         exit 1 when a condition is open or a "
                       "dead letter waits\n",
        cmd_status},
    {"sources",
        "[list | add URL | test ID | import FILE | export] [OPTION]…",
        "List the sources, find and add one, try one, import and export them",
        CLIENT_OPTIONS
        "  --wrong         list: only those with a condition\n"
        "\nadd URL finds the feeds of a page (those it names, then usual "
        "paths) or its lists of\npublications, shows what each would give, "
        "asks which, and writes sources.d/ID.yaml.\ntest ID shows what a "
        "source gives now.  Both ask as politely as the daemon.\n\n"
        "  --yes           add: take the best without asking\n"
        "  --id ID --title TITLE --owner OWNER --tier TIER --tag TAG…\n"
        "                  add: what the new source says of itself\n"
        "  --kind feed|list, --select XPATH\n"
        "                  add: the address is a feed, or the page itself the "
        "list\n"
        "  --out PATH      add: the file; import: the folder; default: "
        "sources.d\n"
        "  --force         add, import: replace the file that is there\n\n"
        "import FILE takes an OPML file of a feed reader; outlines around a "
        "feed become tags.\nexport prints the configuration's sources as "
        "OPML.\n\n"
        "  --dry-run       import: only say what would be added\n"
        "  --links         import: links without a feed become list pages\n"
        "  --owner OWNER --tier TIER\n"
        "                  import: of all of them\n"
        "  --opml, --json  export: the form\n",
        cmd_sources},
    {"ingest", "--source ID [OPTION]… [FILE]",
        "Bring items to a source of kind push: JSON lines of a hotline or form",
        CLIENT_OPTIONS
        "  --source ID     the source they are of; its kind is push\n"
        "\nEach line is one item: {\"title\", \"text\", \"id\", \"url\", "
        "\"published\",\n\"categories\"}, of which title or text is needed. "
        "The same item brought twice is\none.  A line that is wrong is named "
        "and left out; the others are taken.  Without\nFILE, or with -, "
        "standard input is read.\n",
        cmd_ingest},
    {"incidents", "[list | show N | VERB N…] [OPTION]…",
        "List incidents, show one, or act on one or many",
        CLIENT_OPTIONS
        "  --level LEVEL   list: this level and above (blue, yellow, orange, "
        "red)\n"
        "  --state STATE   list: only this state\n"
        "  --query TEXT    list: only those whose items hold this text\n"
        "  --limit N       list: at most N, default 50\n\n"
        "Verbs: ack, respond, resolve, false-alarm, reopen, note, snooze, "
        "assign; merge,\nunmerge, split, unsplit; check (look whether its "
        "items are still at their sources).\nAll but split, unsplit and check "
        "take many numbers; one that cannot be done is named.\n\n"
        "  --reason TEXT   resolve, false-alarm: why; note: the text\n"
        "  --cause CAUSE   resolve: resolved, responded, not_ours, duplicate, "
        "expired;\n"
        "                  false-alarm: drill, old, elsewhere, figurative, "
        "advert, no_event,\n"
        "                  other; with one of them --reason may be left out\n"
        "  --for TIME      snooze: 30m, 4h, 2d, or until a date\n"
        "  --to USER       assign: default yourself\n"
        "  --into N        merge: the incident that has them then; split: an "
        "incident\n"
        "                  that is there, instead of a new one\n"
        "  --items N,N…    split: the items, by the numbers that show prints\n"
        "  --split N       unsplit: which; default the last\n",
        cmd_incidents},
    {"deliveries", "[list | resend N… | resend --dead] [OPTION]…",
        "Show how the channels are and what waits; send dead letters again",
        CLIENT_OPTIONS
        "  --state STATE   list: pending, delivered or dead; default all\n"
        "  --dead          list: the dead letters; resend: all of them\n"
        "  --channel NAME  resend --dead: only those of one channel\n"
        "  --limit N       list: at most N, default 50\n"
        "\nA message that is sent again keeps its id, so that a receiver can "
        "drop a repeat.\n",
        cmd_deliveries},
    {"rota", "[show | gaps | at TIME | add | replace | remove | drop N | accept N]",
        "Say who is on call, change shifts, take over",
        CLIENT_OPTIONS
        "  show            who is on call, and the shifts of --days N (7)\n"
        "  gaps            hours with nobody in --days N; 1 when there are any\n"
        "  at TIME         who is on call then, by the configuration alone\n"
        "  add ROTA PERSON, replace ROTA PERSON --instead PERSON, remove ROTA "
        "PERSON\n"
        "                  --from TIME --until TIME [--reason TEXT]\n"
        "  drop N          drop the override N\n"
        "  accept N        take over: the hand-over N\n"
        "\nTIME is 2026-06-07T08:30 in the configured zone, or RFC 3339.\n",
        cmd_rota},
    {"calendar", "[--config FILE] [DAY [DAY]]",
        "Say what days are: worked or not, term, holiday, key dates",
        "Of today, of a day such as 2026-10-01, or from one to another.\n",
        cmd_calendar},
    {"explain", "N [OPTION]…",
        "Say who would be told of incident N now, and why (not)",
        CLIENT_OPTIONS
        "\nEvery channel with its decision (send, hold, not), its word and a "
        "sentence: levels,\nroutes, inhibition, silences, quiet hours.  The "
        "same code decides when it is told.\n",
        cmd_explain},
    {"silences", "[list | show N | add | end N] [OPTION]…",
        "Hold back messages that match, until a time, for a reason",
        CLIENT_OPTIONS
        "  --incident N, --owner NAME, --category NAME, --source ID, --rule "
        "ID,\n"
        "  --title TEXT    add: what it matches: all of these\n"
        "  --max-level LEVEL\n"
        "                  add: up to this level; red only of one incident\n"
        "  --for TIME      add: 2h, 3d, or a time in RFC 3339; 30 days at "
        "most\n"
        "  --idle TIME     add: it ends when nothing matched for so long; "
        "default 24h, 0: not\n"
        "  --reason TEXT   add: why; end: why\n"
        "\nWhat one held back is listed with it, and told when it ends if it "
        "is still new.\n",
        cmd_silences},
    {"evidence", "list N | export N | hold N | release N | assess N [OPTION]…",
        "List or export what is kept of an incident as received; keep it longer",
        CLIENT_OPTIONS
        "  --out FILE      export: the archive; default: "
        "incident-N-evidence.zip\n"
        "  --reason TEXT   hold, release: why (required)\n"
        "\nThe archive holds the documents as received, their headers, what "
        "was read of\nthem, the incident's ledger, manifest.json and "
        "SHA256SUMS: unpack it and run\n`sha256sum -c SHA256SUMS`.  It holds "
        "numbers of persons as they were published;\nwho exports it is written "
        "into the ledger.  What is held is not purged.\n",
        cmd_evidence},
    {"backup", "[FOLDER] [--list | --verify FILE] [OPTION]…",
        "Copy the database while the daemon runs, and verify the copy",
        "  --config FILE, --database FILE   whose; default: the "
        "configuration's\n"
        "  --folder FOLDER   where to; default backup.folder, or backups/ "
        "beside the database\n"
        "  --list            only list the backups there, newest first\n"
        "  --verify FILE     only say whether that one is whole\n"
        "  --json\n"
        "\nThe daemon makes one every night by itself.\n",
        cmd_backup},
    {"restore", "(BACKUP | --latest) [--replace] [OPTION]…",
        "Put a backup in the place of the database",
        "  --config FILE, --database FILE   of which; default: the "
        "configuration's\n"
        "  --latest          the newest of --folder FOLDER (default as with "
        "backup)\n"
        "  --replace         a database that is there steps aside; without it "
        "that is refused\n"
        "  --json\n"
        "\ntocsind must not run.  When it starts, every source is asked again "
        "for all that it\nshows, so that what was published since is found; "
        "messages since may come twice.\n",
        cmd_restore},
    {"export", "[TABLE] [--config FILE] [--database FILE]",
        "Print everything that is stored as JSON lines",
        "Each line is one row, {\"table\":…} and its columns; bytes are "
        "{\"hex\":…}, times are\nmilliseconds since 1970 UTC.  Passwords and "
        "keys are left out.  The database is only\nread, of one moment.\n",
        cmd_export},
    {"purge", "[--dry-run] [OPTION]…",
        "Let go of what was kept long enough, now instead of at night",
        CLIENT_OPTIONS
        "  --dry-run       only say how much would go\n"
        "\nHow long what is kept stands under retention: in the "
        "configuration.\n",
        cmd_purge},
    {"ledger", "[list | verify | export] [DATABASE] [OPTION]…",
        "Show what was done by whom, and prove that it is all there",
        "  verify          walk the chain of hashes; exit 1 and name the first "
        "entry that was\n"
        "                  altered, taken out, cut off or put in\n"
        "  list            newest first\n"
        "  export          oldest first, all of it, as JSON lines with hashes\n"
        "\nThe database is DATABASE, or --database FILE, or the "
        "configuration's; it is only read,\nand the daemon need not run.\n\n"
        "  --kind KIND     list, export: as incident.merge, or all of incident\n"
        "  --by USER       by whom\n"
        "  --incident N    about one incident\n"
        "  --query TEXT    with this in its details\n"
        "  --since TIME, --until TIME\n"
        "                  30d or 12h ago, or a date\n"
        "  --limit N       list: at most N, default 50\n"
        "  --csv, --json   export as CSV; list, verify as JSON\n"
        "  --anchor N:HASH verify: as verify printed it at an earlier time; "
        "proves that what\n"
        "                  was there then was not written anew since\n"
        "  --config FILE   default: $TOCSIN_CONFIG, then "
        "/etc/tocsin/tocsin.yaml\n",
        cmd_ledger},
    {"rules", "lint|test|backtest|explain|stats|packs [OPTION]…",
        "Work on rules: check, try on what was collected, explain, count",
        "  lint [PATH]…    what is wrong with rules, and what is allowed but "
        "unwise;\n"
        "                  --strict: exit 1 for a warning too\n"
        "  test [PATH]…    run the samples that stand beside the rules\n"
        "  backtest        what rules would have said of stored items: alarms "
        "that would be\n"
        "                  new or gone, alarms a day, and because of which "
        "rules\n"
        "  explain ITEM    why a stored item scores what it scores\n"
        "  stats           how often each rule held, what became of it, what "
        "it costs\n"
        "  packs           the packs that are there and what each needs\n\n"
        "The rules are those of --rules PATH (repeatable), else of --config "
        "FILE, else the\nshipped ones; the store is the configuration's, or "
        "--database FILE, and is only read.\n\n"
        "  --since TIME    backtest, stats: from 30d or 12h ago (default 30d), "
        "or a date\n"
        "  --until TIME    backtest: up to then\n"
        "  --level LEVEL   backtest: what counts as an alarm; default "
        "notify.min_level\n"
        "  --all           backtest: also what was there at first, or is old\n"
        "  --no-cost       stats: do not measure\n"
        "  --no-exceptions as if no exception had been accepted\n"
        "  --region FILE   home county, as CONTRACTS has it\n"
        "  --json          everything, as JSON\n",
        cmd_rules},
    {"report", "[--range RANGE] [--format FORMAT] [-o FILE] [OPTION]…",
        "Write what a day, a week, a month or a quarter brought",
        "  --range RANGE   day, week (default), month or quarter: the last one "
        "that is over;\n"
        "                  today, this-week, this-month, this-quarter: so far;\n"
        "                  2026-11-24, 2026-W48, 2026-11, 2026-Q4;\n"
        "                  2026-11-01..2026-11-20: these days, both included\n"
        "  --format FORMAT html (to print on A4), md, csv, json or docx; "
        "default: by\n"
        "                  the ending of FILE, else md\n"
        "  --lang zh|en    default zh\n"
        "  -o, --output FILE  write FILE; default standard output\n"
        "  --config FILE   default /etc/tocsin/tocsin.yaml, or TOCSIN_CONFIG\n"
        "  --database FILE default: that of the configuration\n\n"
        "Days are those of the configured zone; weeks begin on Monday. The "
        "same finished\n"
        "range gives the same bytes again (docs/reports.md).\n",
        cmd_report},
    {"user",
        "add|password|role|disable|enable|remove|reset-factor|logout NAME, "
        "list, sessions [NAME], tokens [NAME], token|revoke USER/TOKEN "
        "[OPTION]…",
        "Say who may use the console, and end their sessions and tokens",
        CLIENT_OPTIONS
        "  --role ROLE     viewer, operator (default), editor or admin; of a "
        "token also\n"
        "                  feeder, which may only bring items\n"
        "  --password-file FILE\n"
        "                  read the password from FILE (\"-\": standard "
        "input)\n"
        "  --generate      make a password and print it\n"
        "  --only read     a token that changes nothing\n"
        "  --days N        how long a token is good, default 365\n\n"
        "Without --password-file and --generate the password is asked for on "
        "the terminal.\n",
        cmd_user},
    {"demo", "[--dir DIR] [--port N] [--speed X] [--duration S] [--lang zh|en]",
        "Play a fictional county on loopback, and receive its webhooks",
        "  --dir DIR       write the demonstration's configuration here; "
        "default: a new\n"
        "                  folder tocsin-demo\n"
        "  --port N        port of the county's web server, default 8490; 0: "
        "any\n"
        "  --console ADDR  address of the console in the configuration, "
        "default\n"
        "                  127.0.0.1:8480\n"
        "  --speed X       play the script X times as fast, default 1\n"
        "  --duration S    stop after S seconds; default: run until Ctrl-C\n"
        "  --lang zh|en    language of what is printed; default: that of the "
        "locale\n"
        "  --record FILE   append one JSON line per publication and per "
        "webhook\n\n"
        "Then start `tocsind --config DIR/tocsin.yaml` in another window: the "
        "first poll of\neach source is its silent baseline, the first "
        "incident comes within half a minute.\n",
        cmd_demo},
    {NULL, NULL, NULL, NULL, NULL}};

const struct command cli_try_commands[] = {
    {"feed", "[--url URL] [--content-type CT] [FILE]",
        "Read a feed of any format and print its items",
        "  --url URL           where it came from, for relative addresses\n"
        "  --content-type CT   the header that came with it\n",
        cmd_try_feed},
    {"discover", "[--url URL] [FILE]",
        "Say which feeds and lists a page offers",
        "  --url URL           where the page came from\n", cmd_try_discover},
    {"list",
        "[--url URL] [--content-type CT] [--select XPATH] [--now DATE] "
        "[FILE]",
        "Read a page that lists publications and print them",
        "  --url URL           where it came from\n"
        "  --content-type CT   the header that came with it\n"
        "  --select XPATH      the records; default: find the list by "
        "itself\n"
        "  --now DATE          the day it was read, for dates without a "
        "year\n",
        cmd_try_list},
    {"article", "[--url URL] [--content-type CT] [FILE]",
        "Read one publication's own page and print its text",
        "  --url URL           where it came from\n"
        "  --content-type CT   the header that came with it\n",
        cmd_try_article},
    {"rules",
        "[--rules PATH]… [--region FILE] [--now DATE] [--explain] [FILE]",
        "Match rules on items (JSON lines) and say why they hold",
        "  --rules PATH        a rule file, a pack or a folder of them, "
        "instead of the\n"
        "                      shipped packs\n"
        "  --region FILE       JSON of the home county and its neighbours\n"
        "  --now DATE          let items be as old as they are then\n"
        "  --explain           add how the score came about\n",
        cmd_try_rules},
    {"group", "[--region FILE] [--explain] [FILE]",
        "Say which items (JSON lines) are about one event",
        "  --region FILE       JSON of the home county and its neighbours\n"
        "  --explain           add why each item went where it did\n",
        cmd_try_group},
    {"pair", "[FILE]", "Say how alike two items are (JSON lines), 0 to 1", "",
        cmd_try_pair},
    {"site", "[--url URL] [--content-type CT] [FILE]",
        "Check a page of an own site",
        "  --url URL           where it came from: what lies elsewhere is "
        "off-site\n"
        "  --content-type CT   the header that came with it\n",
        cmd_try_site},
    {"address",
        "[--config FILE] [--resolve NAME=ADDR[,ADDR…]]… "
        "[--allow CIDR[:PORT]]… [URL…]",
        "Say whether the fetcher would connect to an address",
        "  --resolve NAME=ADDR  answer instead of DNS; NAME * is any other "
        "name\n"
        "  --allow CIDR[:PORT]  open a range, as allow_addresses does\n\n"
        "Without a URL, JSON lines of {\"url\"} are read from standard "
        "input.\n",
        cmd_try_address},
    {"robots", "--agent NAME --url URL [FILE]",
        "Say whether a robots.txt lets an agent fetch an address",
        "  --agent NAME        the product token of the user agent\n"
        "  --url URL           what it wants to fetch\n",
        cmd_try_robots},
    {"template", "--data DATA.json [--partials DIR] [--text] [FILE]",
        "Fill a Mustache template",
        "  --data FILE         the JSON it is filled with\n"
        "  --partials DIR      where {{>name}} finds DIR/name.mustache\n"
        "  --text              the result is plain text: escape nothing\n",
        cmd_try_template},
    {"channel",
        "[--config FILE] [--event TYPE] [--lang zh|en] [--form FORM] "
        "[--dry-run] NAME",
        "Send one message to a channel and say what came of it",
        "  --event TYPE        the sample of an event instead of a test: "
        "opened, raised,\n"
        "                      digest, source.condition, …\n"
        "  --lang LANG         instead of the channel's language\n"
        "  --form FORM         full; plain, as after a message was not taken; "
        "safe,\n"
        "                      as after a moderator refused its content\n"
        "  --dry-run           print the request and send nothing\n\n"
        "It is sent once, through the daemon's own sender and gate.  Tokens "
        "and secrets are\n"
        "printed as \"…\".  Exits 0 when the platform says that it has it.\n",
        cmd_try_channel},
    {NULL, NULL, NULL, NULL, NULL}};

"""Faults that are seeded, and the test that is to catch each.

A fault is one replacement in one file: what it takes away is written exactly as
it stands there, once.  The first five are those that the reliability promise
turns on.
"""
import collections

Fault = collections.namedtuple("Fault", "name path old new test")

FAULTS = [
    Fault("mark-before-send", "daemon/engine_outbox.c",
          "    r = ipc_send(engine->notify.ipc, FRAME(send_request,",
          "    delivery.state = DELIVERY_DELIVERED;\n"
          "    (void)store_delivery_save(engine->store, &delivery);\n"
          "    r = ipc_send(engine->notify.ipc, FRAME(send_request,",
          "daemon_outbox"),
    Fault("validators-before-items", "daemon/engine_outcome.c",
          "} else if (ok && (outcome->result == NULL ||"
          " !outcome->result->partial)) {",
          "} else {", "e2e_polling"),
    Fault("lease-kept", "daemon/engine_outbox.c",
          "while (engine->nsends > 0)", "while (engine->nsends > 99)",
          "daemon_outbox"),
    Fault("prefix-guid", "feeds/identity.c",
          "parts[1] = str_trim(item->id);",
          "parts[1] = str_first(str_trim(item->id), 16);", "feeds_feed"),
    Fault("error-as-no-match", "rules/score.c",
          "if (f->indeterminate && points_of(s, f) > 0 && *total < blue)",
          "if (!f && points_of(s, f) > 0 && *total < blue)", "rules_score"),

    Fault("embedded-address", "net/gate.c",
          "if (in_range(&wraps[i].range, addr))",
          "if (i > 99 && in_range(&wraps[i].range, addr))", "net_gate"),
    Fault("address-of-kept-connection", "net/http_call.c",
          "    if (judge(call, (struct sockaddr *)&addr, len) < 0)\n"
          "        return CURL_PREREQFUNC_ABORT;\n    keep_address",
          "    keep_address", "net_http"),
    Fault("bomb", "net/http_call.c",
          "decoded / wire < HTTP_MAX_RATIO;",
          "decoded / wire < HTTP_MAX_RATIO * 1000;", "net_http"),
    Fault("downgrade", "net/http_call.c",
          "if (!err && call->target.https && !next.https &&",
          "if (err && call->target.https && !next.https &&",
          "net_http_tls"),
    Fault("attribute-flood", "feeds/xmlscan.h",
          "XMLSCAN_MAX_ATTRIBUTES = 256", "XMLSCAN_MAX_ATTRIBUTES = 999999",
          "feeds_prescan"),
    Fault("another-program", "daemon/sandbox.c",
          "{\"read\", ALL}, {\"write\", ALL},",
          "{\"execve\", ALL}, {\"read\", ALL}, {\"write\", ALL},",
          "daemon_sandbox"),
    Fault("parser-acts", "daemon/traffic.c",
          "ROW(ACTION_REQUEST, R(CONSOLE), R(ENGINE))",
          "ROW(ACTION_REQUEST, R(CONSOLE) | R(PARSE), R(ENGINE))",
          "daemon_ipc"),
    Fault("markup", "base/tmpl.c", "return \"&lt;\";", "return \"<\";",
          "base_tmpl"),
    Fault("foreign-page", "console/auth.c",
          "if (site.p && !str_eq(site, STR(\"same-origin\")) &&",
          "if (!site.p && !str_eq(site, STR(\"same-origin\")) &&",
          "console_access"),
    Fault("two-lengths", "console/http_head.c",
          "if (!header_is_single(request, \"Content-Length\") ||",
          "if (", "console_http"),
    Fault("unsigned-time", "notify/webhook.c",
          "(long long)timestamp_s);", "(long long)(timestamp_s * 0));",
          "notify_webhook"),
    Fault("log-line", "base/log.c",
          "return c < 0x20 ||", "return c == 0x1F ||", "base_log"),
    Fault("item-without-identity", "daemon/engine_item.c",
          "in->identity.len == DIGEST_SIZE &&",
          "in->digest.len == DIGEST_SIZE &&", "e2e_liar"),
]

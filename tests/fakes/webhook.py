"""A receiver of Standard Webhooks 1.0.0."""
import base64
import hashlib
import hmac
import secrets

from .base import Fake, Refused, Window


class Webhook(Fake):
    kind = "webhook"

    def __init__(self, limit=0, **more):
        super().__init__(windows=[Window(limit, 60.0)] if limit else [], **more)
        self.key = secrets.token_bytes(32)
        self.secret = "whsec_" + base64.b64encode(self.key).decode()
        self.url = self.root + "/hook/" + secrets.token_hex(8)
        self.replays = 0

    def over(self, window):
        return Refused(429, "too many", 429, [("Retry-After", "5")])

    @staticmethod
    def refuse(status, headers=()):
        return Refused(status, "refused", status, headers)

    def success(self, arrival):
        return 204, [], b""

    def check(self, arrival):
        mid = arrival.headers.get("webhook-id", "")
        stamp = arrival.headers.get("webhook-timestamp", "")
        if not mid or "." in mid:
            raise Refused(400, "no webhook-id", 400)
        if not stamp.isdigit() or abs(int(stamp) - arrival.now) > 300:
            raise Refused(400, "timestamp out of tolerance", 400)
        signed = ("%s.%s." % (mid, stamp)).encode() + arrival.body
        mac = "v1," + base64.b64encode(
            hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        given = arrival.headers.get("webhook-signature", "").split()
        if not any(hmac.compare_digest(mac, g) for g in given):
            raise Refused(401, "no valid signature", 401)
        try:
            arrival.parse()
        except ValueError:
            raise Refused(400, "no JSON", 400)
        arrival.id = mid
        if any(getattr(a, "id", None) == mid and a.taken
               for a in self.arrivals):
            self.replays += 1

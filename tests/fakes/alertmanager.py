"""A receiver of Alertmanager's webhooks, payload version 4."""
import datetime

from .base import Fake, Refused

TOP = {"version": str, "groupKey": str, "truncatedAlerts": int, "status": str,
       "receiver": str, "groupLabels": dict, "commonLabels": dict,
       "commonAnnotations": dict, "externalURL": str, "alerts": list}
ALERT = {"status": str, "labels": dict, "annotations": dict, "startsAt": str,
         "endsAt": str, "generatorURL": str, "fingerprint": str}
NEVER = "0001-01-01T00:00:00Z"


class Alertmanager(Fake):
    kind = "alertmanager"

    def __init__(self, **more):
        super().__init__(**more)
        self.secret = "am-t0ken-1234567890"
        self.url = self.root + "/alerts"

    @staticmethod
    def refuse(status, words="no", headers=()):
        return Refused(status, words, status, headers)

    def shape(self, value, fields, where):
        for name, kind in fields.items():
            if not isinstance(value.get(name), kind):
                raise self.refuse(400, "%s.%s is to be %s"
                                  % (where, name, kind.__name__))

    def check_alert(self, alert):
        self.shape(alert, ALERT, "alert")
        for field in ("startsAt", "endsAt"):
            datetime.datetime.fromisoformat(
                alert[field].replace("Z", "+00:00"))
        if alert["status"] not in ("firing", "resolved"):
            raise self.refuse(400, "status of an alert")
        if (alert["endsAt"] == NEVER) != (alert["status"] == "firing"):
            raise self.refuse(400, "endsAt of an alert")
        for texts in (alert["labels"], alert["annotations"]):
            if not all(isinstance(v, str) for v in texts.values()):
                raise self.refuse(400, "labels and annotations are texts")
        if not alert["labels"].get("alertname"):
            raise self.refuse(400, "no alertname")
        if len(alert["fingerprint"]) != 16:
            raise self.refuse(400, "fingerprint")
        int(alert["fingerprint"], 16)

    def check(self, arrival):
        if arrival.headers.get("authorization") != "Bearer " + self.secret:
            raise self.refuse(401, "who are you")
        try:
            m = arrival.parse()
            self.shape(m, TOP, "payload")
            for alert in m["alerts"]:
                self.check_alert(alert)
        except ValueError as error:
            raise self.refuse(400, str(error))
        if m["version"] != "4" or not m["alerts"]:
            raise self.refuse(400, "version or alerts")
        firing = any(a["status"] == "firing" for a in m["alerts"])
        if m["status"] != ("firing" if firing else "resolved"):
            raise self.refuse(400, "status")
        for texts, name in (("commonLabels", "labels"),
                            ("commonAnnotations", "annotations")):
            for key, value in m[texts].items():
                if any(a[name].get(key) != value for a in m["alerts"]):
                    raise self.refuse(400, "%s.%s is not common" % (texts, key))

    def words(self, arrival):
        return "\n".join(a["annotations"].get("summary", "")
                         for a in (arrival.json or {}).get("alerts", []))

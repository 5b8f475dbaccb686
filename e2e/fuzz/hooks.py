"""Leads generated requests past 401 and 404: tokens of every role, ids that exist, windows that can be booked.

Only what was generated as valid is replaced, so that what is wrong on purpose stays wrong.
"""

import atexit
import collections
import datetime
import json
import os
import random

import schemathesis
from schemathesis.core.parameters import ParameterLocation

with open(os.environ["PUNCTUAL_FUZZ_SEEDS"], encoding="utf-8") as file:
    SEEDS = json.load(file)
TOKENS = {visit["provider"]: visit["token"] for visit in SEEDS["visits"]}
COUNTS = collections.Counter()
# Not the module's own: Hypothesis resets that one.
RANDOM = random.Random()


# Who gives each command; everything else is anyone's to ask.
CALLERS = {
    "proposeForAssignment": ["provider"],
    "confirmSchedule": ["provider"],
    "rejectAssignment": ["provider", "customer"],
    "completeAssignment": ["provider", "ops"],
    "createJob": ["customer"],
    "approvePayout": ["finance"],
    "unblockPayout": ["finance"],
    "markPayoutPaid": ["finance"],
    "putPayoutAccount": ["finance"],
    "confirmPayoutAccount": ["finance"],
}
EVERYONE = ["customer", "provider", "finance", "ops"]


def is_valid(case, location):
    component = case.meta.components.get(location) if case.meta else None
    return component is None or component.mode.is_positive


def often():
    return RANDOM.random() < 0.85


@schemathesis.hook
def before_call(context, case, kwargs):
    visit = RANDOM.choice(SEEDS["visits"])
    operation = case.operation.definition.raw["operationId"]
    role = RANDOM.choice(CALLERS.get(operation, EVERYONE) if often() else EVERYONE)
    case.headers["Authorization"] = f"Bearer {visit['token'] if role == 'provider' else SEEDS[role]}"
    if is_valid(case, ParameterLocation.HEADER) and often():
        # A version that is made up is only ever a 412.
        case.headers.pop("If-Match", None)
    if case.path_parameters and "id" in case.path_parameters and is_valid(case, ParameterLocation.PATH) and often():
        case.path_parameters["id"] = visit[kind_of(case.path)]
    if isinstance(case.body, dict) and is_valid(case, ParameterLocation.BODY) and often():
        mend(case.body, visit)


def kind_of(path):
    collection = path.split("/{id}")[0].split("/")[-1]
    return {"jobs": "job", "assignments": "assignment", "payouts": "payout", "providers": "provider"}[collection]


def mend(body, visit):
    if "providerId" in body:
        body["providerId"] = visit["provider"]
    if isinstance(body.get("price"), dict):
        body["price"]["currency"] = RANDOM.choice(["EUR", "JPY", "KWD"])
    if "reason" in body:
        body["reason"] = f"Because of {body['reason'][:400]}"
    if "timezone" in body:
        body["timezone"] = RANDOM.choice(["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Kiritimati"])
    if "start" in body:
        start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=RANDOM.randint(1, 80_000))
        end = start + datetime.timedelta(minutes=RANDOM.randint(30, 90))
        body["start"], body["end"] = (moment.isoformat(timespec="seconds") for moment in (start, end))
    if isinstance(body.get("counter"), dict):
        mend(body["counter"], visit)
    if "scheduleVersion" in body:
        body["scheduleVersion"] = RANDOM.randint(0, 3)


@schemathesis.hook
def after_call(context, case, response):
    COUNTS[f"{case.operation.label} {response.status_code}"] += 1
    if response.status_code == 201:
        remember(case, response.json())


def remember(case, created):
    """What was made is something to ask for, too."""
    visit = dict(RANDOM.choice(SEEDS["visits"]))
    if "title" in created:
        visit["job"] = created["id"]
    elif created["providerId"] in TOKENS:
        provider = created["providerId"]
        visit |= {"job": created["jobId"], "assignment": created["id"], "provider": provider, "token": TOKENS[provider]}
    SEEDS["visits"].append(visit)


@atexit.register
def report():
    with open(os.environ["PUNCTUAL_FUZZ_REPORT"], "w", encoding="utf-8") as file:
        json.dump(COUNTS, file)

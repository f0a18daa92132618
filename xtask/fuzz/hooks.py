"""Signs in before the fuzzing starts, as a browser would.

Every request then comes from the sample subscriber's session and from the
product's own origin, so that the answers are those of a member.
"""

import os

import requests
import schemathesis

BASE = os.environ["FUZZ_BASE_URL"]


@schemathesis.auth()
class Session:
    def get(self, case, context):
        session = requests.Session()
        answer = session.post(
            f"{BASE}/action/sign-in",
            data={"email": os.environ["FUZZ_EMAIL"], "password": os.environ["FUZZ_PASSWORD"]},
            headers={"Origin": BASE},
            allow_redirects=False,
        )
        if not session.cookies:
            raise RuntimeError(f"the sign-in was answered with {answer.status_code}")
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)

    def set(self, case, data, context):
        case.headers["Cookie"] = data
        case.headers["Origin"] = BASE

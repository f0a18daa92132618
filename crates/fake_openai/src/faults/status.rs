//! Answers that are none: their status, their head, or what stands in the place of a stream.

use super::{Bound, Ends, Fault, raw};
use crate::{
    reply::{Piece, Reply},
    stream::sse,
};
use serde_json::json;

pub(super) fn by_status(sound: &str) -> Vec<Fault> {
    let mut cases = Vec::new();
    let of = |statuses: &[u16], code: &'static str| {
        let case_of = |status: &u16| {
            let reply = Reply::error(*status, "some_code");
            Fault::new(format!("status {status}"), reply, Ends::Fails(code))
        };
        statuses.iter().map(case_of).collect::<Vec<_>>()
    };
    cases.extend(of(&[401, 403], "invalid_key"));
    cases.extend(of(&[402], "quota_exhausted"));
    cases.extend(of(&[429], "rate_limited"));
    cases.extend(of(&[408], "timed_out"));
    cases.extend(of(
        &[400, 404, 405, 406, 410, 411, 413, 414, 415, 417, 422, 428, 431, 451],
        "rejected",
    ));
    cases.extend(of(
        &[409, 425, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 522, 524, 529, 599],
        "overloaded",
    ));
    cases.extend(of(&[201, 202, 203, 206, 226, 300, 301, 302, 303, 307, 308], "malformed"));
    for code in ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"] {
        cases.push(Fault::new(
            format!("429 {code}"),
            Reply::error(429, code),
            Ends::Fails("quota_exhausted"),
        ));
    }
    for code in ["content_filter", "content_policy_violation", "invalid_prompt"] {
        cases.push(Fault::new(
            format!("400 {code}"),
            Reply::error(400, code),
            Ends::Fails("refused"),
        ));
    }
    for status in [429, 503] {
        let code = if status == 429 { "rate_limited" } else { "overloaded" };
        let after = |value: &str| Reply::error(status, "x").header("retry-after", value);
        for soon in ["0", "0.005", "soon", "-1", "1e999", "Tue, 24 Nov 2026 18:30:00 GMT"] {
            cases.push(Fault::new(
                format!("{status}, again after {soon}"),
                after(soon),
                Ends::Fails(code),
            ));
        }
        for late in ["3600", "1", "99999999999999999999"] {
            // Beyond the bound on pauses: the server is not asked again.
            let ends = if late.len() > 10 { Ends::Fails(code) } else { Ends::FailsAtOnce(code) };
            cases.push(Fault::new(format!("{status}, again after {late}"), after(late), ends));
        }
        let ms = Reply::error(status, "x").header("retry-after-ms", "60000");
        cases.push(Fault::new(
            format!("{status}, again after 60000 ms"),
            ms,
            Ends::FailsAtOnce(code),
        ));
    }
    for (what, body) in [
        ("nothing", vec![]),
        ("no JSON", vec![raw("<html>Bad gateway</html>")]),
        ("half an error", vec![raw("{\"error\":{\"code\":"), Piece::Cut]),
        ("an endless body", vec![Piece::Endless(vec![b'x'; 8192])]),
    ] {
        let reply = Reply::new(502, "text/html", body);
        cases.push(Fault::new(format!("502 with {what}"), reply, Ends::Fails("overloaded")));
    }
    for kind in ["text/html", "application/json", "text/plain", "", "application/octet-stream"] {
        let mut reply = Reply::says(sound);
        reply.headers = vec![("content-type", kind.to_owned())];
        cases.push(Fault::new(format!("200 of type “{kind}”"), reply, Ends::Fails("malformed")));
    }
    let silent = Fault::new("not even a head", Reply::silence(), Ends::Fails("timed_out"));
    cases.push(silent.met_by(Bound::NoHead));
    let endless = Reply::new(502, "text/html", vec![raw("<html>"), Piece::Silence]);
    let endless = Fault::new("502 whose body never ends", endless, Ends::Fails("timed_out"));
    cases.push(endless.met_by(Bound::Silence));
    let cancelled = json!({ "type": "response.cancelled", "response": { "id": "resp_1" } });
    let cancelled = Reply::stream(vec![Piece::Bytes(sse(&cancelled)), Piece::Silence]);
    let name = "cancelled by somebody, and then silence";
    cases.push(Fault::new(name, cancelled, Ends::Fails("truncated")).met_by(Bound::Silence));
    cases
}

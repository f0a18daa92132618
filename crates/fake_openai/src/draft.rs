//! Models of several characters. They read what they are sent as a model does: the
//! data between the marks, in the messages of the user.

use crate::Seen;
use serde_json::{Value, json};

/// The package as it was told.
pub fn package_of(seen: &Seen) -> Value {
    let input = &seen.body["input"][0]["content"];
    // In a chat the instruction comes first.
    let message = input.as_str().or(seen.body["messages"][1]["content"].as_str()).unwrap();
    let lines: Vec<&str> = message.lines().collect();
    let [first, data, last] = lines.as_slice() else { panic!("not three lines: {message}") };
    let hash = first.strip_prefix("PACKAGE ").unwrap();
    assert_eq!(*last, format!("END OF PACKAGE {hash}"));
    serde_json::from_str(data).unwrap()
}

/// Tells every event by the headline of its first item, and adds nothing.
pub fn faithful(package: &Value) -> Value {
    let events = package["events"].as_array().unwrap().iter();
    let developments = events.map(|event| {
        let item = &event["items"][0];
        let text = |name: &str| item[name].as_str().unwrap().replace('<', "‹");
        let (source, day, title) = (text("publisher"), text("published"), text("title"));
        json!({
            "event": event["event"],
            "headline": title,
            "claims": [{
                "kind": "fact",
                "text": format!("{source} reports ({day}) under the headline “{title}”."),
                "evidence": [item["id"]],
                "confidence": "medium",
            }],
        })
    });
    json!({
        "executive_summary": [],
        "decision_summary": [],
        "developments": developments.collect::<Vec<_>>(),
        "strategic_implications": [],
        "monitoring": [],
    })
}

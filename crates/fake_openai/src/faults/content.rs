//! Streams that end as they should, and say something else than a report.

use super::{Ends, Fault, raw};
use crate::{
    reply::{Piece, Reply},
    stream::{events_of, sse},
};
use serde_json::{Value, json};

pub(super) fn by_content(sound: &Value, answer_bytes_max: usize) -> Vec<Fault> {
    let mut cases = unfit(sound);
    for (what, text) in [
        ("prose", "Here is your report."),
        ("an empty object", "{}"),
        ("an empty list", "[]"),
        ("null", "null"),
        ("HTML", "<h1>Report</h1>"),
        ("fenced JSON", "```json\n{}\n```"),
        ("half a draft", "{\"developments\": ["),
        ("a number", "17"),
    ] {
        cases.push(Fault::new(what, Reply::says(text), Ends::Fails("schema_violated")));
    }
    let changed = |name: &str, value: Value| {
        let mut draft = sound.clone();
        draft[name] = value;
        Reply::says(&draft.to_string())
    };
    for (what, reply) in [
        ("a field too many", changed("html", json!("<b>"))),
        ("a list as text", changed("developments", json!("none"))),
        (
            "an unknown kind",
            changed(
                "decision_summary",
                json!([{ "kind": "rumour", "text": "x", "evidence": [], "confidence": "low" }]),
            ),
        ),
        (
            "an unknown theme",
            changed("executive_summary", json!([{ "theme": "love", "text": "x", "evidence": [] }])),
        ),
        (
            "a number as evidence",
            changed(
                "strategic_implications",
                json!([{ "kind": "fact", "text": "x", "evidence": [1], "confidence": "low" }]),
            ),
        ),
    ] {
        cases.push(Fault::new(what, reply, Ends::Fails("schema_violated")));
    }
    let long = "x".repeat(answer_bytes_max + 1);
    cases.push(Fault::new("a text beyond its bound", Reply::says(&long), Ends::Fails("over_long")));
    let text = sound.to_string();
    let edited = |edit: &dyn Fn(&mut Vec<Value>)| {
        let mut events = events_of(&text);
        edit(&mut events);
        Reply::events(&events)
    };
    let last = |events: &mut Vec<Value>| events.len() - 1;
    cases.push(Fault::new(
        "a last event without output",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"] = json!([]);
        }),
        Ends::Report,
    ));
    cases.push(Fault::new(
        "only a last event",
        edited(&|events| drop(events.drain(..events.len() - 1))),
        Ends::Report,
    ));
    cases.push(Fault::new(
        "an end without any text",
        edited(&|events| {
            events.retain(|event| event["type"] == "response.completed");
            events[0]["response"]["output"] = json!([]);
        }),
        Ends::Fails("malformed"),
    ));
    cases.push(Fault::new(
        "a refusal in the output",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"][0]["content"] =
                json!([{ "type": "refusal", "refusal": "No." }]);
        }),
        Ends::Fails("refused"),
    ));
    cases.push(Fault::new(
        "a last event with more text than its pieces had, and than an answer may have",
        edited(&|events| {
            let last = last(events);
            events[last]["response"]["output"][0]["content"][0]["text"] =
                json!("x".repeat(answer_bytes_max + 1));
        }),
        Ends::Fails("over_long"),
    ));
    cases.push(Fault::new(
        "nothing but what is needed",
        edited(&|events| {
            for event in events.iter_mut() {
                for name in
                    ["sequence_number", "item_id", "output_index", "content_index", "logprobs"]
                {
                    event.as_object_mut().unwrap().remove(name);
                }
            }
            let last = last(events);
            for name in ["id", "object", "created_at", "usage", "model", "status", "error"] {
                events[last]["response"].as_object_mut().unwrap().remove(name);
            }
        }),
        Ends::Report,
    ));
    cases.push(Fault::new(
        "a thought before the message",
        edited(&|events| {
            let last = last(events);
            let output = events[last]["response"]["output"].as_array_mut().unwrap();
            output.insert(0, json!({ "type": "reasoning", "summary": [], "content": [{ "type": "reasoning_text", "text": "hm" }] }));
        }),
        Ends::Report,
    ));
    let crlf = events_of(&text).iter().map(sse).collect::<Vec<_>>().concat();
    let crlf = String::from_utf8(crlf).unwrap().replace('\n', "\r\n");
    cases.push(Fault::new(
        "lines that end in CR LF",
        Reply::stream(vec![raw(&crlf)]),
        Ends::Report,
    ));
    let bytes: Vec<u8> = events_of(&text).iter().flat_map(sse).collect();
    let bits = bytes.chunks(7).map(|bit| Piece::Bytes(bit.to_vec())).collect();
    cases.push(Fault::new("pieces of seven bytes", Reply::stream(bits), Ends::Report));
    cases
}

/// Drafts of the right structure that may not be published, and are no better for being
/// sent back.
fn unfit(sound: &Value) -> Vec<Fault> {
    let edited = |what: &str, code: &'static str, edit: &dyn Fn(&mut Value)| {
        let mut draft = sound.clone();
        edit(&mut draft);
        Fault::new(what, Reply::says(&draft.to_string()), Ends::Unfit(code))
    };
    let adding = |what: &str, words: &'static str| {
        edited(what, "ungrounded", &|draft| {
            let text = &mut draft["developments"][0]["claims"][0]["text"];
            *text = json!(format!("{} {words}", text.as_str().unwrap()));
        })
    };
    let citing = |what: &str, cited: Value| {
        edited(what, "ungrounded", &|draft| {
            draft["developments"][0]["claims"][0]["evidence"] = cited.clone();
        })
    };
    vec![
        edited("no development, though there are some", "out_of_scope", &|draft| {
            draft["developments"] = json!([]);
        }),
        adding("a figure of the model's own", "Capacity would be 7777 kt/a."),
        adding("a number word of the model's own", "It names eleven plants."),
        adding("a region of the model's own", "The same is said of Brazil."),
        adding("a name of the model's own", "It was told by Zenithal Works as well."),
        adding("a quotation of the model's own", "It says “nobody needs to worry”."),
        adding("a sentence that has nothing to do with it", "Nobody needs to worry any more."),
        citing("nothing cited", json!([])),
        citing("evidence that is not there", json!(["E-000000000000"])),
    ]
}

//! What a report of 100 KB takes from the answer's last byte to the bytes that are stored:
//! the draft is read and put together, every rule is held against it twice, the page is
//! printed, and both are hashed. Selecting the evidence and wording the question, which come
//! before the answer, are in it too, so that it bounds from above; writing the row is not.

use agents::assistant::{
    Answer, Answering, Ask, Engine, Failure, Identity, Listener, Looking, Model, RecordedAnswer,
    Reply, openai::Responses,
};
use criterion::{Criterion, criterion_group, criterion_main};
use domain::{
    package::RunPackage,
    specification::SectionKind,
    taxonomy::{Deliverable, Region, SignalType},
};
use executor::{pattern::Patterns, runtime::Registry};
use fake_openai::faithful;
use orchestrator::{
    REPORT_PATTERN,
    assistant::ModelAccount,
    evaluation::{Candidate, evaluate},
    run::{RecordedModel, RunRecord, instruction},
};
use serde_json::{Value, json};
use std::{
    fs,
    future::ready,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::runtime::Runtime;

/// Reports of this many bytes are what the requirement names.
const DOCUMENT_BYTES: usize = 100_000;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Keeps what it was asked, and answers nothing.
#[derive(Debug, Default)]
struct Listening(Mutex<Option<Ask>>);

impl Model for Listening {
    fn identity(&self) -> Identity {
        let model = "test-model".to_owned();
        Identity { engine: Responses::ENGINE, label: Responses::LABEL, model }
    }

    fn server(&self) -> &'static str {
        "nowhere"
    }

    fn listing(&self) -> Looking<'_> {
        Box::pin(ready(Err(Failure::Unreachable)))
    }

    fn ask<'a>(&'a self, ask: Ask, _: Listener<'a>) -> Answering<'a> {
        *self.0.lock().expect("one asks at a time") = Some(ask);
        let answer: Result<Answer, Failure> = Err(Failure::Refused);
        Box::pin(ready(Reply { tokens: None, answer }))
    }
}

/// An order of everything, on as many events as a report may tell.
fn large_package(record: &RunRecord) -> RunPackage {
    let mut package = record.package().expect("a package of this build");
    let specification = &mut package.specification;
    specification.scope.deliverables = Deliverable::ALL.iter().copied().collect();
    specification.scope.regions = Region::ALL.iter().copied().collect();
    specification.options.sections = SectionKind::ALL.iter().copied().collect();
    specification.options.evidence_appendix = true;
    let item = package.pack.items[0].clone();
    let signals = SignalType::ALL.len();
    package.pack.items = (0..60)
        .map(|number| {
            let mut item = item.clone();
            // Letters alone, since a figure would have to be told as one.
            let name: String =
                ["Alder", "Birch", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hazel"][number % 8]
                    .to_owned()
                    + ["wood", "field", "brook", "hill", "ford", "ham", "mere", "gate"][number / 8];
            let url = format!("https://news.example.com/{name}");
            item.id = domain::evidence::EvidenceId::of_canonical_url(&url);
            item.title = format!("{name} Polymers reports on polyurethane at its site in {name}");
            item.excerpt = format!("{name} Polymers says of polyurethane at {name}: ")
                + &format!("the {name} works go on as planned and {name} says no more. ").repeat(4);
            item.excerpt.truncate(300);
            (item.url, item.canonical_url) = (url.clone(), url);
            item.companies = vec![format!("{name} Polymers")];
            item.signal = SignalType::ALL[number % signals];
            item.regions = [Region::ALL[number % Region::ALL.len()]].into();
            item.published = package.window_to;
            item
        })
        .collect();
    package
}

/// What a model that adds nothing answers, with the excerpt told as well.
fn told(ask: &Ask) -> String {
    let data = ask.messages[0].text.lines().nth(1).expect("the data between its marks");
    let data: Value = serde_json::from_str(data).expect("JSON");
    let mut draft = faithful(&data);
    let events = data["events"].as_array().expect("events").iter();
    for (development, event) in
        draft["developments"].as_array_mut().expect("developments").iter_mut().zip(events)
    {
        let item = &event["items"][0];
        let text = |name: &str| item[name].as_str().expect("text").to_owned();
        development["claims"].as_array_mut().expect("claims").push(json!({
            "kind": "fact",
            "text": format!("{} writes: {}", text("publisher"), text("excerpt").trim()),
            "evidence": [item["id"]],
            "confidence": "medium",
        }));
    }
    draft.to_string()
}

fn large_record(runtime: &Runtime) -> RunRecord {
    let kept = fs::read_to_string(project("samples/runs/weekly_model.json")).expect("a record");
    let record: RunRecord = serde_json::from_str(&kept).expect("a record");
    let package = large_package(&record);
    let listening = Arc::new(Listening::default());
    let bounds = agents::assistant::Bounds { calls_max: 1, ..Default::default() };
    let assistant =
        agents::assistant::Assistant::new(Arc::clone(&listening) as Arc<dyn Model>, bounds);
    let candidate = Candidate {
        name: String::new(),
        engine: Engine::Model(assistant),
        instruction: instruction(),
    };
    let account = Arc::new(ModelAccount::default());
    runtime
        .block_on(evaluate(&candidate, std::slice::from_ref(&package), &account))
        .expect("an evaluation");
    let ask = listening.0.lock().expect("nobody holds it").take().expect("it was asked");
    let answer = RecordedAnswer {
        question: domain::language_model::Question::Compose,
        prompt_hash: ask.hash(),
        model: None,
        text: told(&ask),
    };
    let model = RecordedModel {
        engine: Responses::ENGINE.to_owned(),
        model: "test-model".to_owned(),
        answers: vec![answer],
    };
    let package = serde_json::to_value(&package).expect("JSON");
    RunRecord { package, model: Some(model), ..record }
}

/// A line of what the kernel says of this process, in KB.
fn status_kb(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn artifact(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let record = large_record(&runtime);
    let agents = agents::builtin::agents(Arc::new(agents::market::NoPacks), &Engine::Builtin);
    let registry = Registry::new(agents).expect("agents");
    let patterns = Patterns::load_dir(&project("patterns"), &registry).expect("patterns");
    let plan = patterns.get(REPORT_PATTERN).expect("the pattern of runs");
    // From here on the most that is resident at once is counted anew.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = status_kb("VmRSS:");
    let replayed = runtime.block_on(record.replay(plan)).expect("a report");
    let added = status_kb("VmHWM:").saturating_sub(before);
    let document = replayed.document_bytes;
    assert!(document >= DOCUMENT_BYTES, "the document has {document} bytes");
    println!("document of {document} bytes: at most {added} KB added in memory");
    criterion.bench_function("artifact/document of 100 KB", |bencher| {
        bencher.to_async(&runtime).iter(|| record.replay(plan));
    });
}

criterion_group!(benches, artifact);
criterion_main!(benches);

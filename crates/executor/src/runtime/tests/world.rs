//! An agent that does as it is told, and patterns in short.

use crate::{
    capability::{Agent, Call, Capability, Cost, Fault, FaultKind, Output},
    context::{Context, RightsProfile},
    lineage::{Lineage, Lineages, PublishingCalendar, Source, SourceName, Ttl},
    pattern::Plan,
    runtime::{Finished, Limits, Registry, Runtime},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// What happened, in order: `begin 1`, `end 1`, `dropped 1`.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn push(&self, what: &str, value: i64) {
        self.0.lock().unwrap().push(format!("{what} {value}"));
    }

    pub fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub fn count(&self, what: &str) -> usize {
        self.all().iter().filter(|entry| entry.starts_with(what)).count()
    }
}

#[derive(Deserialize, JsonSchema)]
struct Give {
    value: Option<i64>,
    /// How long it takes.
    #[serde(default)]
    wait_ms: u64,
    /// What it is added to.
    #[serde(default)]
    with: Vec<Option<i64>>,
}

#[derive(Clone, Serialize, JsonSchema)]
struct Given {
    value: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
struct Fail {
    kind: String,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, JsonSchema)]
struct Rows {
    rows: Vec<Given>,
}

/// Says so when it is dropped before its end.
struct Alarm(Log, i64, bool);

impl Drop for Alarm {
    fn drop(&mut self) {
        if !self.2 {
            self.0.push("dropped", self.1);
        }
    }
}

async fn give(log: Log, args: Give) -> Result<Output<Given>, Fault> {
    let name = args.value.unwrap_or_default();
    log.push("begin", name);
    let mut alarm = Alarm(log.clone(), name, false);
    if args.wait_ms > 0 {
        tokio::time::sleep(Duration::from_millis(args.wait_ms)).await;
    }
    alarm.2 = true;
    log.push("end", name);
    let value = args.with.iter().flatten().fold(args.value, |sum, one| sum.map(|sum| sum + one));
    Ok(Output::computed(Given { value }, "Given."))
}

pub fn fred(asof: &str, ttl: Ttl) -> Source {
    Source {
        name: SourceName::provider("FRED"),
        asof: Some(asof.parse().unwrap()),
        ttl: Some(ttl),
        calendar: PublishingCalendar::EveryDay,
    }
}

fn giver(name: &str, log: &Log) -> Capability {
    let log = log.clone();
    Capability::new(name, "1.0.0", "Gives a number.", move |args: Give, _: Call| {
        give(log.clone(), args)
    })
}

pub fn agents(log: &Log) -> Vec<Agent> {
    let told = |name: &str| {
        let log = log.clone();
        Capability::new(name, "1.0.0", "Fails.", move |args: Fail, _: Call| {
            log.push("begin", 0);
            async move {
                let kind: FaultKind = args.kind.parse().unwrap();
                Err::<Output<Given>, _>(Fault::new(kind, "As told."))
            }
        })
    };
    let broken = |name: &str| {
        Capability::new(name, "1.0.0", "Panics.", |_: Nothing, _: Call| async {
            let mut nothing = std::iter::empty::<Output<Given>>();
            Ok(nothing.next().expect("on purpose"))
        })
    };
    let sourced = {
        let log = log.clone();
        Capability::new("t.sourced", "1.0.0", "Gives a number of FRED.", move |args: Give, _| {
            let log = log.clone();
            async move {
                let output = give(log, args).await?;
                let lineage = Lineage::of(fred("2025-10-21T12:00:00Z", Ttl::Hour));
                Ok(Output { lineage: Lineages::whole(lineage), ..output })
            }
        })
    };
    let rows = Capability::new("t.rows", "1.0.0", "Gives two rows.", |_: Nothing, _: Call| async {
        let mut lineage = Lineages::whole(Lineage::of(fred("2025-10-21T12:30:00Z", Ttl::Hour)));
        let old = Lineage::of(fred("2025-10-20T12:30:00Z", Ttl::Hour));
        lineage.insert(&["rows".into(), 1.into(), "value".into()], Lineages::whole(old));
        let rows = vec![Given { value: Some(1) }, Given { value: Some(2) }];
        Ok(Output { value: Rows { rows }, lineage, summary: "Two rows.".to_owned() })
    });
    let first = vec![
        giver("t.give", log).cost(Cost::Remote),
        giver("t.light", log),
        giver("t.once", log).pure().cost(Cost::Remote),
        giver("t.kept", log).pure().ttl(Ttl::Hour).cost(Cost::Remote),
        giver("t.away", log).unavailable("No key is set."),
        giver("t.sealed", log).governed(),
        told("t.fail"),
        told("t.fail_pure").pure().ttl(Ttl::Hour),
        broken("t.panic"),
        broken("t.panic_task").cost(Cost::Compute),
        sourced,
        rows,
    ];
    vec![
        Agent { name: "first", description: "Does as told.", capabilities: first },
        Agent {
            name: "second",
            description: "Stands in.",
            capabilities: vec![giver("u.give", log)],
        },
    ]
}

pub struct World {
    pub runtime: Arc<Runtime>,
    pub log: Log,
}

impl World {
    pub fn new() -> Self {
        let log = Log::default();
        let registry = Registry::new(agents(&log)).unwrap();
        let clock = || "2025-10-21T13:00:00Z".parse().unwrap();
        Self { runtime: Arc::new(Runtime::with_clock(registry, clock)), log }
    }

    /// A pattern of these steps, whose outputs are the values of all of them.
    pub fn plan(&self, steps: Value) -> Arc<Plan> {
        self.plan_with(steps, json!({}))
    }

    /// The same with other members of the file besides.
    #[expect(clippy::needless_pass_by_value, reason = "callers write the JSON in place")]
    pub fn plan_with(&self, steps: Value, more: Value) -> Arc<Plan> {
        let mut outputs = Map::new();
        for step in steps.as_array().unwrap() {
            let key = step["key"].as_str().unwrap();
            outputs.insert(key.to_owned(), json!({ "from": format!("{{{{state.{key}}}}}") }));
        }
        if let Some(panels) = more.get("panels") {
            outputs.insert("panels".to_owned(), panels.clone());
        }
        let mut file = json!({
            "id": "test_pattern", "name": "Test", "version": "1.0.0", "category": "analysis",
            "needs_portfolio": false, "steps": steps, "outputs": outputs,
            "rights": { "requires": [], "exports": {} },
        });
        for member in ["budget", "inputs"] {
            if let Some(value) = more.get(member) {
                file[member] = value.clone();
            }
        }
        let text = file.to_string();
        let plan = Plan::parse("test_pattern.json", &text, self.runtime.registry());
        Arc::new(plan.unwrap_or_else(|error| panic!("{error}")))
    }

    pub async fn run(&self, plan: &Arc<Plan>) -> Finished {
        self.run_in(plan, context()).await
    }

    pub async fn run_in(&self, plan: &Arc<Plan>, context: Context) -> Finished {
        let inputs = plan.check_inputs(Map::new()).unwrap();
        self.runtime.run(plan, inputs, Arc::new(context), Limits::default(), None).await
    }
}

pub fn now() -> Timestamp {
    "2025-10-21T13:00:00Z".parse().unwrap()
}

pub fn context() -> Context {
    Context {
        pricing_pack: Some("PP_2025-10-21_CLOSE_USD_v1_e4e74beeb7f9".parse().unwrap()),
        ledger_commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        request_id: uuid::Uuid::from_u128(1),
        user: None,
        workspace: domain::id::WorkspaceId::from_uuid(uuid::Uuid::from_u128(2)),
        portfolio: None,
        base_currency: Some("USD".to_owned()),
        benchmark: None,
        asof: jiff::civil::date(2025, 10, 21),
        timestamp: now(),
        rights_profile: RightsProfile::Production,
        require_fresh: true,
        stale: false,
        governed: None,
    }
}

/// Steps of a trace in short: `key status`, with the reason.
pub fn outline(finished: &Finished) -> Vec<String> {
    let steps = finished.trace.steps.iter();
    steps
        .map(|step| {
            let reason =
                step.reason.map_or(String::new(), |reason| format!(" {}", reason.as_str()));
            format!("{} {}{reason}", step.key, step.status.as_str())
        })
        .collect()
}

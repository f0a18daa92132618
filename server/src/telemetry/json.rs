//! One line of the log as one JSON object, everything on top: time, level,
//! message, the fields of the event, and those of the spans that it happened in,
//! `trace_id` among them.

use serde_json::{Map, Value};
use std::fmt;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
        time::{FormatTime, SystemTime},
    },
    registry::{LookupSpan, Scope},
};

/// Fields by which a span tells the exporter how to show it.
const FOR_THE_EXPORTER: &str = "otel.";

pub struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut line = Fields::default();
        // From the outermost in: what is nearer to the event wins.
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            if let Some(formatted) = span.extensions().get::<FormattedFields<JsonFields>>() {
                line.add_span(formatted);
            }
        }
        event.record(&mut line);
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        line.put("timestamp", timestamp);
        line.put("level", event.metadata().level().as_str());
        line.put("target", event.metadata().target());
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn add_span(&mut self, formatted: &FormattedFields<JsonFields>) {
        let fields = serde_json::from_str::<Map<String, Value>>(formatted).unwrap_or_default();
        let told = |(name, _): &(String, Value)| !name.starts_with(FOR_THE_EXPORTER);
        self.0.extend(fields.into_iter().filter(told));
    }

    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };
    use tracing_subscriber::{Registry, fmt::layer, layer::SubscriberExt};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn lines(act: impl FnOnce()) -> Vec<Value> {
        let written = Written::default();
        let writer = written.clone();
        let layer = layer()
            .with_writer(move || writer.clone())
            .fmt_fields(JsonFields::new())
            .event_format(JsonLine);
        tracing::subscriber::with_default(Registry::default().with(layer), act);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_carries_the_fields_of_the_spans_that_it_happened_in() {
        let lines = lines(|| {
            let request = tracing::info_span!("request", trace_id = "4bf9", otel.kind = "server");
            let _request = request.enter();
            let inner = tracing::info_span!("inner", pattern.id = tracing::field::Empty);
            inner.record("pattern.id", "example");
            let _inner = inner.enter();
            tracing::warn!(duration_ms = 1.5, step = "a\n\"b\"", "slow");
        });
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        for (name, expected) in [
            ("message", Value::from("slow")),
            ("level", "WARN".into()),
            ("trace_id", "4bf9".into()),
            ("pattern.id", "example".into()),
            ("duration_ms", 1.5.into()),
            ("step", "a\n\"b\"".into()),
        ] {
            assert_eq!(line[name], expected, "{name} in {line}");
        }
        assert_eq!(line.get("otel.kind"), None);
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    }

    #[test]
    fn no_field_passes_for_time_level_or_target() {
        let lines = lines(|| tracing::info!(level = "forged", timestamp = "forged", "hello"));
        assert_eq!(lines[0]["level"], "INFO");
        assert_ne!(lines[0]["timestamp"], "forged");
    }
}

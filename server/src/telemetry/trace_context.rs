//! Which trace a request belongs to: W3C Trace Context, version 00.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};
use std::cell::Cell;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub const X_TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// What a `traceparent` header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traceparent {
    pub trace_id: TraceId,
    pub span_id: SpanId,
    pub sampled: bool,
}

impl Traceparent {
    /// Version 00 to the letter: lower case, no more and no less, neither id
    /// all zero. Anything else is as if the caller had sent nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "00" || parts.next().is_some() {
            return None;
        }
        let trace_id = TraceId::from_bytes(hexadecimal(trace)?);
        let span_id = SpanId::from_bytes(hexadecimal(span)?);
        let [flags] = hexadecimal(flags)?;
        if trace_id == TraceId::INVALID || span_id == SpanId::INVALID {
            return None;
        }
        Some(Self { trace_id, span_id, sampled: flags & 1 == 1 })
    }

    /// The caller's header; two of them contradict each other, so neither counts.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let only = values.next()?;
        if values.next().is_some() {
            return None;
        }
        Self::parse(only.to_str().ok()?)
    }

    fn header(self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.sampled))
    }

    fn context(self) -> opentelemetry::Context {
        let flags = if self.sampled { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
        opentelemetry::Context::new().with_remote_span_context(SpanContext::new(
            self.trace_id,
            self.span_id,
            flags,
            true,
            TraceState::NONE,
        ))
    }
}

fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// The trace of one request; handlers take it as an extension of the
/// request.
#[derive(Clone, Debug)]
pub struct TraceContext {
    /// The caller's trace, or one of our own.
    pub trace_id: TraceId,
    /// Whether the trace is recorded; the caller's word, where there is one.
    pub sampled: bool,
    /// Ours alone, of this request alone.
    pub request_id: Uuid,
    /// Our span in that trace.
    span_id: SpanId,
}

impl TraceContext {
    /// Of a request that `span` stands for. The span must not have been entered.
    pub fn of_request(headers: &HeaderMap, request_id: Uuid, span: &Span) -> Self {
        Self::begin(Traceparent::of(headers), request_id, span)
    }

    fn begin(caller: Option<Traceparent>, request_id: Uuid, span: &Span) -> Self {
        if let Some(caller) = caller {
            // Fails where nothing is exported; the ids below do not need it.
            let _ = span.set_parent(caller.context());
        }
        let exported = span.context();
        let exported = exported.span().span_context().clone();
        let (trace_id, span_id) = if exported.is_valid() {
            (exported.trace_id(), exported.span_id())
        } else {
            let trace_id = caller
                .map_or_else(|| TraceId::from_bytes(rand::random()), |caller| caller.trace_id);
            (trace_id, SpanId::from_bytes(rand::random()))
        };
        span.record("trace_id", tracing::field::display(trace_id));
        Self {
            trace_id,
            sampled: caller.map_or(exported.is_sampled(), |caller| caller.sampled),
            request_id,
            span_id,
        }
    }

    /// What an answer says of its trace.
    pub fn write(&self, headers: &mut HeaderMap) {
        let traceparent =
            Traceparent { trace_id: self.trace_id, span_id: self.span_id, sampled: self.sampled };
        for (name, value) in
            [(X_TRACE_ID, self.trace_id.to_string()), (TRACEPARENT, traceparent.header())]
        {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

/// Puts a run's `span` into the trace that has the run's own id, so that it is
/// the same trace whoever takes the run up again. The span must not have been
/// entered.
pub fn join_trace_of_run(run: Uuid, span: &Span) {
    let trace_id = TraceId::from_bytes(run.into_bytes());
    NEXT_TRACE.set(Some(trace_id));
    // Begins the span where it is exported, which takes the id.
    span.context();
    NEXT_TRACE.set(None);
    span.record("trace_id", tracing::field::display(trace_id));
}

thread_local! {
    static NEXT_TRACE: Cell<Option<TraceId>> = const { Cell::new(None) };
}

/// Random ids, but for the trace of a run.
#[derive(Debug, Default)]
pub struct Ids(RandomIdGenerator);

impl IdGenerator for Ids {
    fn new_trace_id(&self) -> TraceId {
        NEXT_TRACE.take().unwrap_or_else(|| self.0.new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the recommendation, section 3.2.
    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_valid_traceparent_is_read_and_written_alike() {
        let read = Traceparent::parse(EXAMPLE).unwrap();
        assert_eq!(read.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(read.span_id.to_string(), "00f067aa0ba902b7");
        assert!(read.sampled);
        assert_eq!(read.header(), EXAMPLE);
        let unsampled = EXAMPLE.replace("-01", "-00");
        assert_eq!(Traceparent::parse(&unsampled).unwrap().header(), unsampled);
    }

    #[test]
    fn what_is_not_version_00_to_the_letter_is_no_traceparent() {
        for wrong in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-é0f92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            assert_eq!(Traceparent::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn two_traceparents_count_as_none() {
        let mut headers = HeaderMap::new();
        headers.append(TRACEPARENT, HeaderValue::from_static(EXAMPLE));
        assert!(Traceparent::of(&headers).is_some());
        headers.append(TRACEPARENT, HeaderValue::from_static(EXAMPLE));
        assert_eq!(Traceparent::of(&headers), None);
    }

    #[test]
    fn without_a_caller_each_request_gets_a_trace_of_its_own() {
        let headers = HeaderMap::new();
        let begin = || TraceContext::of_request(&headers, Uuid::nil(), &Span::none());
        let (one, other) = (begin(), begin());
        assert_ne!(one.trace_id, TraceId::INVALID);
        assert_ne!(one.trace_id, other.trace_id);
    }

    #[test]
    fn an_answer_names_the_callers_trace_and_our_span() {
        let mut headers = HeaderMap::new();
        headers.append(TRACEPARENT, HeaderValue::from_static(EXAMPLE));
        let context = TraceContext::of_request(&headers, Uuid::nil(), &Span::none());
        let mut answer = HeaderMap::new();
        context.write(&mut answer);
        assert_eq!(answer[X_TRACE_ID], "4bf92f3577b34da6a3ce929d0e0e4736");
        let ours = Traceparent::parse(answer[TRACEPARENT].to_str().unwrap()).unwrap();
        assert_eq!(ours.trace_id, context.trace_id);
        assert_ne!(ours.span_id.to_string(), "00f067aa0ba902b7", "the caller's span is not ours");
        assert!(ours.sampled);
    }
}

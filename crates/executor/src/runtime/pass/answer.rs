//! The outputs and panels, once every step has ended.

use super::{Pass, State};
use crate::{
    capability::Fault,
    pattern::{EvaluationError, PanelDocument, PanelPlan},
    runtime::{Answer, ExecutionError, StepValue, trace::PanelTrace},
};

impl Pass<'_> {
    pub(super) fn answer(&self, state: State) -> Result<Answer, Box<ExecutionError>> {
        let scope = self.scope(&state);
        let data = self.plan.outputs.iter().map(|output| {
            let value = output.from.render(&scope);
            Ok((
                output.name.clone(),
                value.map_err(|error| not_made("output", &output.name, &error))?,
            ))
        });
        let data = data.collect::<Result<_, Box<ExecutionError>>>()?;
        let panels = self.plan.panels.iter().map(|panel| self.panel(panel, &state));
        let panels = panels.collect::<Result<_, _>>()?;
        Ok(Answer { data, panels, state: state.into_values() })
    }

    fn panel(&self, plan: &PanelPlan, state: &State) -> Result<PanelDocument, Box<ExecutionError>> {
        let reason = plan.steps().find_map(|step| state.reasons[step].as_deref());
        let document = plan
            .document(&self.scope(state), reason)
            .map_err(|error| not_made("panel", &plan.id, &error))?;
        let lineages = plan.data.lineages(&state.lineages);
        let trace = PanelTrace::new(plan, &document, &lineages, self.context.timestamp);
        self.recorder.panel(trace);
        Ok(document)
    }
}

impl State {
    fn into_values(self) -> Vec<Option<StepValue>> {
        let Self { values, lineages, summaries, .. } = self;
        let each = values.into_iter().zip(lineages).zip(summaries);
        each.map(|((value, lineage), summary)| {
            Some(StepValue { value: value?, lineage: lineage?, summary: summary? })
        })
        .collect()
    }
}

fn not_made(what: &str, name: &str, error: &EvaluationError) -> Box<ExecutionError> {
    let message = format!("The {what} {name} cannot be made: {error}.");
    Box::new(ExecutionError::whole(Fault::internal(message).with_code("EVALUATION_FAILED")))
}

//! What administrators decide on events: that two are one, or that a citation does not
//! belong. The next pack is built by it; packs that are sealed stay.

use crate::{Actor, Orchestrator, Refusal, UseCaseError, specification::reason_given};
use desk::event::Rulings;
use domain::{
    evidence::{EventDecision, EvidenceId},
    id::PackId,
};
use storage::{
    PgConnection, audit,
    event_decision::{self, EventDecisionRow, NewEventDecision, Wanted},
    evidence_pack, pack_event, tenancy,
};

/// Decisions that packs are built by, the oldest ones: a bound, so that none is left out
/// without anybody knowing.
const DECISIONS_MAX: i64 = 20_000;

/// Items of one side of a decision, as the schema has it.
const SIDE_MAX: usize = 200;

impl Orchestrator {
    /// Two events of the newest pack are one.
    pub async fn merge_events(
        &self,
        actor: &Actor,
        event: &str,
        other: &str,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let reason = reason_given(reason)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let pack = current(&mut tx).await?;
        let one = items_of(&mut tx, pack, event).await?.ok_or(UseCaseError::NotFound)?;
        let other = items_of(&mut tx, pack, event_named(other)).await?;
        let other = other.ok_or(Refusal::EventUnknown)?;
        if one == other {
            return Err(Refusal::EventItself.into());
        }
        decide(&mut tx, actor, EventDecision::Merged, (&one, &other), None, &reason).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A citation tells something else than the rest of its event in the newest pack.
    pub async fn separate_citation(
        &self,
        actor: &Actor,
        event: &str,
        evidence: &str,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let reason = reason_given(reason)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let pack = current(&mut tx).await?;
        let items = items_of(&mut tx, pack, event).await?.ok_or(UseCaseError::NotFound)?;
        let (one, rest): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.as_str() == evidence);
        if one.is_empty() {
            return Err(UseCaseError::NotFound);
        }
        if rest.is_empty() {
            return Err(Refusal::EventAlone.into());
        }
        decide(&mut tx, actor, EventDecision::Separated, (&one, &rest), None, &reason).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a decision back; both stay on record.
    pub async fn undo_event_decision(
        &self,
        actor: &Actor,
        id: i64,
        reason: &str,
    ) -> Result<(), UseCaseError> {
        actor.require_admin()?;
        let reason = reason_given(reason)?;
        let mut tx = tenancy::begin_global(&self.pool).await?;
        let found = event_decision::load(&mut tx, Wanted::One(id), 1).await?.pop();
        let found = found.ok_or(UseCaseError::NotFound)?;
        if found.undone || found.kind == EventDecision::Undone {
            return Err(Refusal::EventUndone.into());
        }
        let sides = (&*found.one, &*found.other);
        decide(&mut tx, actor, EventDecision::Undone, sides, Some(id), &reason).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn decide(
    tx: &mut PgConnection,
    actor: &Actor,
    kind: EventDecision,
    (one, other): (&[EvidenceId], &[EvidenceId]),
    undoes: Option<i64>,
    reason: &str,
) -> Result<(), UseCaseError> {
    if one.len() > SIDE_MAX || other.len() > SIDE_MAX {
        return Err(Refusal::EventTooLarge.into());
    }
    let new = NewEventDecision { kind, one, other, undoes, reason, decided_by: actor.user };
    let id = event_decision::insert(tx, &new).await.map_err(|error| {
        if error.is_refused_by("event_decisions_undone_once") {
            UseCaseError::Refused(Refusal::EventUndone)
        } else {
            error.into()
        }
    })?;
    let entry = audit::Entry {
        action: match kind {
            EventDecision::Merged => "event.merged",
            EventDecision::Separated => "event.separated",
            EventDecision::Undone => "event.decision_undone",
        },
        actor: Some(actor.user),
        target: format!("event_decision:{id}"),
        detail: serde_json::json!({
            "one": one,
            "other": other,
            "undoes": undoes,
            "reason": reason,
        }),
    };
    Ok(audit::append(tx, None, &entry).await?)
}

async fn current(tx: &mut PgConnection) -> Result<PackId, UseCaseError> {
    Ok(evidence_pack::load_current(tx).await?.ok_or(UseCaseError::NotFound)?.id)
}

async fn items_of(
    tx: &mut PgConnection,
    pack: PackId,
    event: &str,
) -> Result<Option<Vec<EvidenceId>>, UseCaseError> {
    let view = pack_event::load(tx, pack, event).await?;
    Ok(view.map(|view| view.items.into_iter().map(|item| item.id).collect()))
}

/// The id out of what somebody pasted: an id, or the address of an event's page.
fn event_named(typed: &str) -> &str {
    let path = typed.trim().split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// What counts of all decisions, in their order.
pub(super) async fn load_rulings(tx: &mut PgConnection) -> Result<Rulings, UseCaseError> {
    let counting = event_decision::load(tx, Wanted::Counting, DECISIONS_MAX + 1).await?;
    if i64::try_from(counting.len()).is_ok_and(|count| count > DECISIONS_MAX) {
        return Err(UseCaseError::Internal(format!("more than {DECISIONS_MAX} event decisions")));
    }
    let mut rulings = Rulings::default();
    for EventDecisionRow { kind, one, other, .. } in counting {
        match kind {
            EventDecision::Merged => rulings.merge(&one, &other),
            EventDecision::Separated => rulings.separate(&one, &other),
            EventDecision::Undone => {}
        }
    }
    Ok(rulings)
}

#[cfg(test)]
mod tests {
    use super::event_named;

    #[test]
    fn an_event_is_named_by_its_id_or_the_address_of_its_page() {
        for typed in [
            " V-0123456789ab ",
            "/evidence/events/V-0123456789ab",
            "https://desk.example.com/evidence/events/V-0123456789ab/?a=b#c",
        ] {
            assert_eq!(event_named(typed), "V-0123456789ab");
        }
        assert_eq!(event_named(""), "");
    }
}

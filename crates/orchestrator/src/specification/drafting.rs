use crate::{Actor, Orchestrator, Refusal, UseCaseError, new_id};
use domain::{
    id::{SpecificationId, SpecificationVersionId, WorkspaceId},
    price::quote,
    specification::{
        Field, FieldError, Specification, SpecificationDraft, SpecificationState, check,
        needs_activation,
    },
    workspace::Role,
};
use storage::{
    PgConnection, audit, portfolio,
    specification::{self as store, NewVersion, SpecificationRow, Standing, Version},
    tenancy,
};

/// A form larger than this was not typed by a person.
const DRAFT_CHARACTERS_MAX: usize = 64 * 1024;

/// What became of a saved form. The text itself is kept in every case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It passed every rule and is a new immutable version.
    Version { number: u32 },
    /// It passed, and is the newest version already.
    Unchanged { number: u32 },
    /// It is kept as a draft; these fields need mending.
    Draft { errors: Vec<FieldError> },
}

impl Orchestrator {
    /// Starts a specification from a form.
    pub async fn create_specification(
        &self,
        actor: &Actor,
        draft: SpecificationDraft,
        reason: &str,
    ) -> Result<(SpecificationId, Saved), UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        refuse_oversized(&draft)?;
        let id = SpecificationId::from_uuid(new_id());
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        store::insert(&mut tx, id, workspace, &draft, actor.user).await?;
        let entry = audit::Entry {
            action: "specification.created",
            actor: Some(actor.user),
            target: id.to_string(),
            detail: serde_json::json!({ "name": draft.name.trim() }),
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        let saved = make_version(&mut tx, actor, workspace, id, &draft, reason).await?;
        tx.commit().await?;
        Ok((id, saved))
    }

    /// Saves a form over the specification's draft; a form without errors that
    /// says something new becomes the next version. Options alone take effect
    /// on an active specification at once; anything that changes scope or price
    /// waits for an administrator.
    pub async fn save_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
        draft: SpecificationDraft,
        reason: &str,
    ) -> Result<Saved, UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        refuse_oversized(&draft)?;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::lock(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        if row.state == SpecificationState::Cancelled {
            return Err(Refusal::Cancelled.into());
        }
        store::update_draft(&mut tx, id, &draft, actor.user).await?;
        let saved = make_version(&mut tx, actor, workspace, id, &draft, reason).await?;
        if let Saved::Version { number } = saved {
            activate_options_only(&mut tx, actor, &row, number).await?;
        }
        tx.commit().await?;
        Ok(saved)
    }

    /// A new draft that begins as a copy of this specification's draft.
    pub async fn clone_specification(
        &self,
        actor: &Actor,
        id: SpecificationId,
    ) -> Result<SpecificationId, UseCaseError> {
        let workspace = actor.require(Role::Editor)?.workspace;
        let mut tx = tenancy::begin_workspace(&self.pool, workspace).await?;
        let row = store::load(&mut tx, id).await?.ok_or(UseCaseError::NotFound)?;
        let taken: Vec<String> = store::load_summaries(&mut tx, None, i64::MAX)
            .await?
            .into_iter()
            .map(|summary| summary.name.to_lowercase())
            .collect();
        let mut draft = row.draft;
        draft.name = copy_name(draft.name.trim(), &taken);
        let copy = SpecificationId::from_uuid(new_id());
        store::insert(&mut tx, copy, workspace, &draft, actor.user).await?;
        let entry = audit::Entry {
            action: "specification.created",
            actor: Some(actor.user),
            target: copy.to_string(),
            detail: serde_json::json!({ "name": draft.name, "copied_from": id }),
        };
        audit::append(&mut tx, Some(workspace), &entry).await?;
        make_version(&mut tx, actor, workspace, copy, &draft, "").await?;
        tx.commit().await?;
        Ok(copy)
    }
}

fn refuse_oversized(draft: &SpecificationDraft) -> Result<(), UseCaseError> {
    let characters = serde_json::to_string(draft)?.len();
    if characters > DRAFT_CHARACTERS_MAX {
        return Err(Refusal::FormTooLarge.into());
    }
    // Postgres stores every character but this one.
    if serde_json::to_string(draft)?.contains("\\u0000") {
        return Err(Refusal::FormUnstorable.into());
    }
    Ok(())
}

/// `Weekly PU (copy)`, `Weekly PU (copy 2)`, …, within the limit of 100
/// characters; a nameless draft stays nameless.
fn copy_name(name: &str, taken: &[String]) -> String {
    const NAME_CHARACTERS_MAX: usize = 100;
    /// More copies than a workspace holds specifications.
    const COPIES_MAX: u32 = 10_000;
    if name.is_empty() {
        return String::new();
    }
    (1..=COPIES_MAX)
        .map(|n| {
            let suffix = if n == 1 { " (copy)".to_owned() } else { format!(" (copy {n})") };
            let room = NAME_CHARACTERS_MAX - suffix.len();
            let stem: String = name.chars().take(room).collect();
            format!("{}{suffix}", stem.trim_end())
        })
        .find(|candidate| !taken.contains(&candidate.to_lowercase()))
        .unwrap_or_default()
}

async fn make_version(
    tx: &mut PgConnection,
    actor: &Actor,
    workspace: WorkspaceId,
    id: SpecificationId,
    draft: &SpecificationDraft,
    reason: &str,
) -> Result<Saved, UseCaseError> {
    const REASON_CHARACTERS_MAX: usize = 500;
    let specification = match check(draft) {
        Ok(specification) => specification,
        Err(errors) => return Ok(Saved::Draft { errors }),
    };
    if let Some(error) = unknown_portfolio(tx, &specification).await? {
        return Ok(Saved::Draft { errors: vec![error] });
    }
    let newest = store::load_versions(tx, id).await?.into_iter().next();
    if let Some(Version { number, specification: before, .. }) = &newest
        && *before == specification
    {
        return Ok(Saved::Unchanged { number: *number });
    }
    let number = newest.map_or(0, |version| version.number) + 1;
    let reason: String = reason.trim().chars().take(REASON_CHARACTERS_MAX).collect();
    insert_version(tx, actor, workspace, id, number, &specification, &reason).await?;
    Ok(Saved::Version { number })
}

/// That a portfolio is the workspace's own is known to the database alone.
async fn unknown_portfolio(
    tx: &mut PgConnection,
    specification: &Specification,
) -> Result<Option<FieldError>, UseCaseError> {
    let Some(order) = &specification.portfolio else { return Ok(None) };
    let found = portfolio::load(tx, order.portfolio).await?;
    let message = "The workspace has no such portfolio. Choose one of its own.";
    Ok(found.is_none().then(|| FieldError::new(Field::Portfolio, message)))
}

async fn insert_version(
    tx: &mut PgConnection,
    actor: &Actor,
    workspace: WorkspaceId,
    id: SpecificationId,
    number: u32,
    specification: &Specification,
    reason: &str,
) -> Result<(), UseCaseError> {
    let Specification { scope, cadence, tier, seats, .. } = specification;
    let quote = quote(scope, *cadence, *tier, *seats);
    let version = NewVersion {
        id: SpecificationVersionId::from_uuid(new_id()),
        workspace,
        specification: id,
        number,
        document: specification,
        quote: &quote,
        author: actor.user,
        reason,
    };
    store::insert_version(tx, &version).await?;
    let entry = audit::Entry {
        action: "specification.version_saved",
        actor: Some(actor.user),
        target: id.to_string(),
        detail: serde_json::json!({ "version": number, "reason": reason }),
    };
    audit::append(tx, Some(workspace), &entry).await?;
    Ok(())
}

/// Puts a version in force that differs from the active one in options only.
async fn activate_options_only(
    tx: &mut PgConnection,
    actor: &Actor,
    row: &SpecificationRow,
    number: u32,
) -> Result<(), UseCaseError> {
    let Some(active) = row.active_version else { return Ok(()) };
    let versions = store::load_versions(tx, row.id).await?;
    let find = |wanted: &dyn Fn(&Version) -> bool| versions.iter().find(|version| wanted(version));
    let (Some(before), Some(after)) =
        (find(&|version| version.id == active), find(&|version| version.number == number))
    else {
        return Ok(());
    };
    if needs_activation(&before.specification, &after.specification) {
        return Ok(());
    }
    let standing = Standing {
        state: row.state,
        reason: row.state_reason.clone(),
        active_version: Some(after.id),
        submitted: row.submitted_version.zip(row.submitted_by),
        paused_by_admin: row.paused_by_admin,
    };
    store::update_standing(tx, row.id, &standing).await?;
    let entry = audit::Entry {
        action: "specification.options_changed",
        actor: Some(actor.user),
        target: row.id.to_string(),
        detail: serde_json::json!({ "from_version": before.number, "to_version": number }),
    };
    audit::append(tx, Some(row.workspace), &entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::copy_name;

    #[test]
    fn a_copy_gets_the_first_free_name_within_the_limit() {
        assert_eq!(copy_name("Weekly", &[]), "Weekly (copy)");
        assert_eq!(copy_name("Weekly", &["weekly (copy)".into()]), "Weekly (copy 2)");
        assert_eq!(copy_name("", &[]), "");
        let long = copy_name(&"ü".repeat(100), &[]);
        assert_eq!(long.chars().count(), 100);
        assert!(long.ends_with(" (copy)"));
    }
}

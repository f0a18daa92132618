//! What a language model answered, kept with its call.

use crate::StorageError;
use domain::{
    hash::ContentHash,
    id::{ModelCallId, RunId},
    language_model::Question,
};
use sqlx::PgConnection;

/// Keeps the answer of a call that has ended with one.
///
/// # Errors
/// Refused by `assistant_answers_of_answered_call` for any other.
pub async fn insert(
    conn: &mut PgConnection,
    call: ModelCallId,
    answer: &str,
) -> Result<(), StorageError> {
    let hash = ContentHash::of_bytes(answer.as_bytes());
    sqlx::query!(
        "insert into assistant_answers (call_id, workspace_id, answer, answer_hash)
         select c.id, c.workspace_id, $2, $3 from assistant_calls c where c.id = $1",
        call.as_uuid(),
        answer.as_bytes(),
        hash.as_bytes()
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// The text of an answer that has its hash.
pub(super) fn checked(
    call: ModelCallId,
    answer: Vec<u8>,
    hash: ContentHash,
) -> Result<String, StorageError> {
    let corrupt = || StorageError::Corrupt(format!("assistant_answers of call {call}"));
    if ContentHash::of_bytes(&answer) != hash {
        return Err(corrupt());
    }
    String::from_utf8(answer).map_err(|_| corrupt())
}

/// An answered call of a run.
#[derive(Clone, Debug)]
pub struct AnswerRow {
    pub question: Question,
    pub engine: String,
    /// As it was asked for.
    pub model: String,
    /// As the server named it.
    pub answered_model: Option<String>,
    pub prompt_hash: ContentHash,
    /// None of a call that was made before answers were kept.
    pub text: Option<String>,
}

/// The answered calls of a run in the order in which they were sent.
///
/// # Errors
/// [`StorageError::Corrupt`] where an answer does not have its hash.
pub async fn load(conn: &mut PgConnection, run: RunId) -> Result<Vec<AnswerRow>, StorageError> {
    let rows = sqlx::query!(
        r#"select
               c.id as "id: ModelCallId",
               c.question as "question: Question",
               c.engine,
               c.model,
               c.answered_model,
               c.prompt_hash as "prompt_hash: ContentHash",
               a.answer as "answer?",
               a.answer_hash as "answer_hash?: ContentHash"
           from assistant_calls c
           left join assistant_answers a on a.call_id = c.id
           where c.run_id = $1 and c.outcome = 'answered'
           order by c.ordinal"#,
        run.as_uuid()
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kept = row.answer.zip(row.answer_hash);
            let text = kept.map(|(answer, hash)| checked(row.id, answer, hash)).transpose()?;
            Ok(AnswerRow {
                question: row.question,
                engine: row.engine,
                model: row.model,
                answered_model: row.answered_model,
                prompt_hash: row.prompt_hash,
                text,
            })
        })
        .collect()
}

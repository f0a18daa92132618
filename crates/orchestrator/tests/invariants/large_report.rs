//! A report of 100 KB passes every gate. The benchmark `artifact` measures on it.

use crate::world::{EVENTS, World, large_order, tell_everything, write_large_feeds};
use agents::{
    assistant::{
        Assistant, Bounds, Engine,
        openai::{Access, Responses},
    },
    builtin,
    market::NoPacks,
};
use domain::report::ReportDocument;
use fake_openai::Server;
use orchestrator::{assistant::ModelAccount, run::Executed};
use sqlx::PgPool;
use std::sync::Arc;
use storage::{
    artifact::{self, Form},
    tenancy,
};

#[sqlx::test(migrations = false)]
async fn a_report_of_100_kb_is_written_by_one_call_of_the_language_model_and_published(
    pool: PgPool,
) {
    let world = World::new(pool).await;
    let folder = tempfile::tempdir().unwrap();
    write_large_feeds(folder.path());
    world.orchestrator.read_evidence(folder.path()).await.unwrap();
    let tenant = world.tenant_by_day("North").await;
    let id = world.active(&tenant, large_order(1)).await;
    let run = world.trigger(&tenant, id).await;

    let server = Server::start("sk-large", |seen, _| tell_everything(seen));
    let bounds = Bounds::default();
    let key = "sk-large".to_owned().into();
    let access = Access::new(Some(&server.base_url()), Some(key), bounds).unwrap();
    let model = Arc::new(Responses::new(access, "test-model"));
    let book = Arc::new(world.book(ModelAccount::default()));
    let engine = Engine::Model(Assistant::new(model, bounds)).keeping(book);
    let worker = world.process(builtin::agents(Arc::new(NoPacks), &engine)).await;
    assert_eq!(worker.execute_run(tenant.workspace, run).await.unwrap(), Executed::Final);

    let view = world.orchestrator.view_run(&tenant.viewer, run).await.unwrap();
    assert_eq!(view.failure(), None);
    let mut tx =
        tenancy::begin_workspace(world.orchestrator.pool(), tenant.workspace).await.unwrap();
    let (_, text) = artifact::load_text(&mut tx, run, Form::Json).await.unwrap().unwrap();
    let document: ReportDocument = serde_json::from_str(&text).unwrap();
    let told: usize = document.sections.iter().map(|section| section.developments.len()).sum();
    assert_eq!((told, server.seen().len()), (EVENTS, 1));
    let bytes = domain::hash::canonical_json(&document).unwrap().len();
    assert!(bytes >= 100_000, "the document has {bytes} bytes");
}

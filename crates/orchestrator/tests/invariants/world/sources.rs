use super::World;
use domain::id::SourceId;
use orchestrator::evidence::SourceForm;

/// A form that is complete; its source may be switched on.
pub fn source_form(name: &str, kind: &str, url: &str) -> SourceForm {
    SourceForm {
        name: name.to_owned(),
        kind: kind.to_owned(),
        publisher: format!("Publisher of {name}"),
        url: url.to_owned(),
        language: "en".to_owned(),
        tier: "2".to_owned(),
        polyurethane_only: true,
        provider: "Foam_News".to_owned(),
        interval_minutes: "60".to_owned(),
        terms_checked_by: "Ada".to_owned(),
        terms_checked_on: "2026-11-01".to_owned(),
        terms_excerpt: true,
        ..SourceForm::default()
    }
}

impl World {
    /// A source that is switched on.
    pub async fn source(&self, name: &str, kind: &str, url: &str) -> SourceId {
        let form = source_form(name, kind, url);
        let id = self.orchestrator.create_source(&self.admin, &form).await.unwrap();
        self.orchestrator.set_source_enabled(&self.admin, id, true).await.unwrap();
        id
    }

    /// A source with two items that somebody entered, one of them held.
    pub async fn entered_source(&self) -> SourceId {
        let id = self.source("By hand", "manual", "").await;
        let today = self.orchestrator.now().await.unwrap().strftime("%Y-%m-%d").to_string();
        let rows = format!(
            "title,url,published,text\n\
             Rheinmark expands MDI in Germany by 40 ktpa,https://news.example.com/1,{today},In Germany.\n\
             Polyurethane foam without a date,https://news.example.com/2,,Text\n"
        );
        let new = self.orchestrator.import_items(&self.admin, id, rows.as_bytes()).await.unwrap();
        assert_eq!(new, 2);
        id
    }
}

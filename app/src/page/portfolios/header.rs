use crate::{
    component::{
        breadcrumb::{Breadcrumb, step},
        pack_badge::PackBadge,
        restatement::RestatesNote,
    },
    ssr::Request,
};
use domain::pricing_pack::PricingPackId;
use leptos::prelude::*;
use orchestrator::{UseCaseError, execution::ExecutionAnswer, portfolio::PortfolioRow};

/// Where the page is in the workspace's portfolios, and what its figures are made of.
#[component]
pub fn PortfolioHeader(
    portfolio: PortfolioRow,
    /// Of a page below the portfolio's own.
    #[prop(default = None)]
    part: Option<String>,
    statement: String,
    badge: Option<Made>,
    children: Children,
) -> impl IntoView {
    let title = part.clone().unwrap_or_else(|| portfolio.name.clone());
    let home = part.map(|_| (format!("/portfolios/{}", portfolio.id), portfolio.name.clone()));
    let pages: Vec<_> = std::iter::once(step("/portfolios", "Portfolios")).chain(home).collect();
    let badge = badge.map(|made| {
        view! {
            <PackBadge pack=Some(made.pack.to_string()) ledger_commit=made.ledger_commit />
            {made.corrects.then(|| view! { <RestatesNote pack=made.pack /> })}
        }
    });
    view! {
        <div class="page-header">
            <Breadcrumb pages />
            <h1 class="page-header__title">{title}</h1>
            <p class="statement">{statement}</p>
            {badge}
            <div class="page-header__actions">{children()}</div>
        </div>
    }
}

/// What figures are made of.
#[derive(Clone, Debug)]
pub struct Made {
    pub pack: PricingPackId,
    pub ledger_commit: Option<String>,
    /// The pack takes the place of one that was shown before.
    pub corrects: bool,
}

impl Made {
    pub async fn of(request: &Request, answer: &ExecutionAnswer) -> Result<Self, UseCaseError> {
        let pack = answer.pack.clone();
        let corrections = request.orchestrator.corrections(request.actor()?, &pack).await?;
        let ledger_commit = answer.trace.ledger_commit_hash.clone();
        Ok(Self { pack, ledger_commit, corrects: corrections.corrects })
    }
}

//! The agents a pattern's steps are routed to. Pure where they can be: an agent
//! gets everything it needs as arguments, and knows neither database nor clock.

pub mod analyst;
pub mod assistant;
pub mod builtin;
pub mod evaluation;
pub mod evidence;
pub mod example;
pub mod market;
pub mod portfolio;
mod portfolio_report;
pub mod report;

mod decimal;
pub mod governed;
mod pack;
